-- CreateEnum
CREATE TYPE "ApprovalStatus" AS ENUM ('pending', 'approved', 'denied');

-- CreateTable
CREATE TABLE "approvals" (
    "id" TEXT COLLATE "C" NOT NULL,
    "seq" BIGSERIAL NOT NULL,
    "kind" TEXT COLLATE "C" NOT NULL,
    "digest" TEXT COLLATE "C" NOT NULL,
    "user_id" TEXT COLLATE "C" NOT NULL,
    "client_id" TEXT COLLATE "C" NOT NULL,
    "audience" TEXT COLLATE "C",
    "organization_id" TEXT COLLATE "C",
    "encrypted_asked" BYTEA NOT NULL,
    "status" "ApprovalStatus" NOT NULL DEFAULT 'pending',
    "approved_scopes" TEXT[] COLLATE "C" NOT NULL,
    "authenticated_at" TIMESTAMPTZ(3),
    "has_second_factor" BOOLEAN NOT NULL DEFAULT false,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "decided_at" TIMESTAMPTZ(3),
    "consumed_at" TIMESTAMPTZ(3),
    "last_polled_at" TIMESTAMPTZ(3),
    "poll_seconds" INTEGER,
    "was_polled_too_soon" BOOLEAN NOT NULL DEFAULT false,

    CONSTRAINT "approvals_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "approvals_seq_key" ON "approvals"("seq");

-- CreateIndex
CREATE UNIQUE INDEX "approvals_digest_key" ON "approvals"("digest");

-- CreateIndex
CREATE INDEX "approvals_user_id_created_at_idx" ON "approvals"("user_id", "created_at");

-- CreateIndex
CREATE INDEX "approvals_client_id_idx" ON "approvals"("client_id");

-- CreateIndex
CREATE INDEX "approvals_audience_idx" ON "approvals"("audience");

-- CreateIndex
CREATE INDEX "approvals_organization_id_idx" ON "approvals"("organization_id");

-- CreateIndex
CREATE INDEX "approvals_expires_at_idx" ON "approvals"("expires_at");

-- AddForeignKey
ALTER TABLE "approvals" ADD CONSTRAINT "approvals_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "users"("user_id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "approvals" ADD CONSTRAINT "approvals_client_id_fkey" FOREIGN KEY ("client_id") REFERENCES "clients"("client_id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "approvals" ADD CONSTRAINT "approvals_audience_fkey" FOREIGN KEY ("audience") REFERENCES "resource_servers"("identifier") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "approvals" ADD CONSTRAINT "approvals_organization_id_fkey" FOREIGN KEY ("organization_id") REFERENCES "organizations"("id") ON DELETE CASCADE ON UPDATE CASCADE;



-- Rules that hold whatever the code does.

ALTER TABLE "approvals"
  ADD CONSTRAINT "approvals_end" CHECK ("expires_at" > "created_at"),
  ADD CONSTRAINT "approvals_decided" CHECK (("status" = 'pending') = ("decided_at" IS NULL)),
  ADD CONSTRAINT "approvals_approved" CHECK (
    ("status" = 'approved') = ("authenticated_at" IS NOT NULL)
    AND ("status" = 'approved' OR "approved_scopes" = '{}')
  ),
  -- Only what was approved is good for tokens.
  ADD CONSTRAINT "approvals_consumed" CHECK ("consumed_at" IS NULL OR "status" = 'approved');

-- An answer is given once and used once, and what was approved stays what it was.
CREATE FUNCTION "guard_approval"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD."status" <> 'pending' AND (NEW."status", NEW."approved_scopes", NEW."encrypted_asked", NEW."digest")
      IS DISTINCT FROM (OLD."status", OLD."approved_scopes", OLD."encrypted_asked", OLD."digest")
    OR OLD."consumed_at" IS NOT NULL AND NEW."consumed_at" IS DISTINCT FROM OLD."consumed_at"
  THEN
    RAISE EXCEPTION 'an approval is decided once and used once'
      USING ERRCODE = 'check_violation', CONSTRAINT = 'approvals_once';
  END IF;
  RETURN NEW;
END
$$;

CREATE TRIGGER "approvals_guard" BEFORE UPDATE ON "approvals"
  FOR EACH ROW EXECUTE FUNCTION "guard_approval"();
