-- CreateTable
CREATE TABLE "authorizations" (
    "id" TEXT COLLATE "C" NOT NULL,
    "seq" BIGSERIAL NOT NULL,
    "user_id" TEXT COLLATE "C" NOT NULL,
    "client_id" TEXT COLLATE "C" NOT NULL,
    "audience" TEXT COLLATE "C",
    "organization_id" TEXT COLLATE "C",
    "grant_type" TEXT COLLATE "C" NOT NULL,
    "granted_scopes" TEXT[] COLLATE "C" NOT NULL,
    "authorization_details" JSONB,
    "needs_consent" BOOLEAN NOT NULL,
    "action_changes" JSONB,
    "authenticated_at" TIMESTAMPTZ(3) NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "authorizations_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "protocol_artifacts" (
    "kind" TEXT COLLATE "C" NOT NULL,
    "digest" TEXT COLLATE "C" NOT NULL,
    "seq" BIGSERIAL NOT NULL,
    "authorization_id" TEXT COLLATE "C",
    "other_digest" TEXT COLLATE "C",
    "encrypted_payload" BYTEA NOT NULL,
    "leeway_seconds" INTEGER NOT NULL DEFAULT 0,
    "idle_seconds" INTEGER,
    "used_at" TIMESTAMPTZ(3) NOT NULL,
    "consumed_at" TIMESTAMPTZ(3),
    "expires_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "protocol_artifacts_pkey" PRIMARY KEY ("kind","digest")
);

-- CreateTable
CREATE TABLE "user_consents" (
    "id" TEXT COLLATE "C" NOT NULL,
    "seq" BIGSERIAL NOT NULL,
    "user_id" TEXT COLLATE "C" NOT NULL,
    "client_id" TEXT COLLATE "C" NOT NULL,
    "audience" TEXT COLLATE "C",
    "organization_id" TEXT COLLATE "C",
    "scopes" TEXT[] COLLATE "C" NOT NULL,

    CONSTRAINT "user_consents_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "authorizations_seq_key" ON "authorizations"("seq");

-- CreateIndex
CREATE INDEX "authorizations_user_id_client_id_idx" ON "authorizations"("user_id", "client_id");

-- CreateIndex
CREATE INDEX "authorizations_client_id_idx" ON "authorizations"("client_id");

-- CreateIndex
CREATE INDEX "authorizations_audience_idx" ON "authorizations"("audience");

-- CreateIndex
CREATE INDEX "authorizations_organization_id_idx" ON "authorizations"("organization_id");

-- CreateIndex
CREATE INDEX "authorizations_expires_at_idx" ON "authorizations"("expires_at");

-- CreateIndex
CREATE UNIQUE INDEX "protocol_artifacts_seq_key" ON "protocol_artifacts"("seq");

-- CreateIndex
CREATE INDEX "protocol_artifacts_authorization_id_idx" ON "protocol_artifacts"("authorization_id");

-- CreateIndex
CREATE INDEX "protocol_artifacts_expires_at_idx" ON "protocol_artifacts"("expires_at");

-- CreateIndex
CREATE UNIQUE INDEX "protocol_artifacts_kind_other_digest_key" ON "protocol_artifacts"("kind", "other_digest");

-- CreateIndex
CREATE UNIQUE INDEX "user_consents_seq_key" ON "user_consents"("seq");

-- CreateIndex
CREATE INDEX "user_consents_client_id_idx" ON "user_consents"("client_id");

-- CreateIndex
CREATE INDEX "user_consents_audience_idx" ON "user_consents"("audience");

-- CreateIndex
CREATE INDEX "user_consents_organization_id_idx" ON "user_consents"("organization_id");

-- CreateIndex
CREATE UNIQUE INDEX "user_consents_one_per_user_client_and_api" ON "user_consents"("user_id", "client_id", "audience", "organization_id") NULLS NOT DISTINCT;

-- AddForeignKey
ALTER TABLE "authorizations" ADD CONSTRAINT "authorizations_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "users"("user_id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "authorizations" ADD CONSTRAINT "authorizations_client_id_fkey" FOREIGN KEY ("client_id") REFERENCES "clients"("client_id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "authorizations" ADD CONSTRAINT "authorizations_audience_fkey" FOREIGN KEY ("audience") REFERENCES "resource_servers"("identifier") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "authorizations" ADD CONSTRAINT "authorizations_organization_id_fkey" FOREIGN KEY ("organization_id") REFERENCES "organizations"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "protocol_artifacts" ADD CONSTRAINT "protocol_artifacts_authorization_id_fkey" FOREIGN KEY ("authorization_id") REFERENCES "authorizations"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "user_consents" ADD CONSTRAINT "user_consents_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "users"("user_id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "user_consents" ADD CONSTRAINT "user_consents_client_id_fkey" FOREIGN KEY ("client_id") REFERENCES "clients"("client_id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "user_consents" ADD CONSTRAINT "user_consents_audience_fkey" FOREIGN KEY ("audience") REFERENCES "resource_servers"("identifier") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "user_consents" ADD CONSTRAINT "user_consents_organization_id_fkey" FOREIGN KEY ("organization_id") REFERENCES "organizations"("id") ON DELETE CASCADE ON UPDATE CASCADE;


