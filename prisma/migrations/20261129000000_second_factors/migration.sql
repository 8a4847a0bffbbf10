-- AlterEnum
ALTER TYPE "SystemApi" ADD VALUE 'mfa';

-- AlterTable
ALTER TABLE "authorizations" ADD COLUMN     "has_second_factor" BOOLEAN NOT NULL DEFAULT false;

-- AlterTable
ALTER TABLE "tenant" ADD COLUMN     "mfa_factors" TEXT[] DEFAULT ARRAY[]::TEXT[],
ADD COLUMN     "mfa_policies" TEXT[] DEFAULT ARRAY[]::TEXT[];

-- CreateTable
CREATE TABLE "authenticators" (
    "id" TEXT COLLATE "C" NOT NULL,
    "seq" BIGSERIAL NOT NULL,
    "user_id" TEXT COLLATE "C" NOT NULL,
    "kind" TEXT COLLATE "C" NOT NULL,
    "name" TEXT COLLATE "C",
    "encrypted_secret" BYTEA,
    "secret_digest" TEXT COLLATE "C",
    "confirmed_at" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "last_used_at" TIMESTAMPTZ(3),
    "last_step" BIGINT,

    CONSTRAINT "authenticators_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "authenticators_seq_key" ON "authenticators"("seq");

-- CreateIndex
CREATE INDEX "authenticators_user_id_idx" ON "authenticators"("user_id");

-- AddForeignKey
ALTER TABLE "authenticators" ADD CONSTRAINT "authenticators_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "users"("user_id") ON DELETE CASCADE ON UPDATE CASCADE;

-- Rules that hold whatever the code does.

ALTER TABLE "tenant"
  ALTER COLUMN "mfa_factors" SET NOT NULL,
  ALTER COLUMN "mfa_policies" SET NOT NULL,
  ADD CONSTRAINT "tenant_mfa_policies_known"
    CHECK ("mfa_policies" <@ ARRAY['all-applications', 'confidence-score']);

ALTER TABLE "authenticators"
  ADD CONSTRAINT "authenticators_known" CHECK ("kind" IN ('totp', 'push', 'recovery-code')),
  -- Keys of one-time passwords are needed again; of all else a digest is enough. A browser has nothing until it is paired.
  ADD CONSTRAINT "authenticators_proven" CHECK (
    CASE "kind"
      WHEN 'totp' THEN "encrypted_secret" IS NOT NULL AND "secret_digest" IS NULL
      WHEN 'recovery-code' THEN "encrypted_secret" IS NULL AND "secret_digest" IS NOT NULL
      ELSE "encrypted_secret" IS NULL AND ("secret_digest" IS NOT NULL OR "confirmed_at" IS NULL)
    END
  );

-- The newest recovery code takes the place of the one before.
CREATE UNIQUE INDEX "authenticators_one_recovery_code" ON "authenticators"("user_id") WHERE "kind" = 'recovery-code';
