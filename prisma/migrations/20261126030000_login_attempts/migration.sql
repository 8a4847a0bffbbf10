-- AlterTable
ALTER TABLE "users" ADD COLUMN     "last_ip" TEXT COLLATE "C",
ADD COLUMN     "last_login" TIMESTAMPTZ(3),
ADD COLUMN     "logins_count" INTEGER;

-- CreateTable
CREATE TABLE "login_failures" (
    "identifier_digest" TEXT COLLATE "C" NOT NULL,
    "address" TEXT COLLATE "C" NOT NULL,
    "failures" INTEGER NOT NULL,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "login_failures_pkey" PRIMARY KEY ("identifier_digest","address")
);

-- CreateTable
CREATE TABLE "login_addresses" (
    "address" TEXT COLLATE "C" NOT NULL,
    "relieved_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "login_addresses_pkey" PRIMARY KEY ("address")
);

-- CreateIndex
CREATE INDEX "login_failures_expires_at_idx" ON "login_failures"("expires_at");

-- CreateIndex
CREATE INDEX "login_addresses_relieved_at_idx" ON "login_addresses"("relieved_at");

-- Rules that hold whatever the code does.

ALTER TABLE "login_failures"
  ADD CONSTRAINT "login_failures_counted" CHECK ("failures" > 0);
