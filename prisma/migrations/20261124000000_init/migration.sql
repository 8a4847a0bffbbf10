-- Text is compared byte by byte on every engine, so that lists have one order everywhere (storage/conformance.ts).
-- CreateEnum
CREATE TYPE "UserPolicy" AS ENUM ('allow_all', 'require_client_grant', 'deny_all');

-- CreateEnum
CREATE TYPE "ClientPolicy" AS ENUM ('require_client_grant', 'deny_all');

-- CreateEnum
CREATE TYPE "SubjectType" AS ENUM ('client', 'user');

-- CreateEnum
CREATE TYPE "OrganizationUsage" AS ENUM ('deny', 'allow', 'require');

-- CreateEnum
CREATE TYPE "ThirdPartySecurityMode" AS ENUM ('strict', 'permissive');

-- CreateEnum
CREATE TYPE "DefaultGroup" AS ENUM ('third_party_clients');

-- CreateEnum
CREATE TYPE "SystemApi" AS ENUM ('management', 'my_account', 'my_organization', 'express_configuration');

-- CreateTable
CREATE TABLE "config_version" (
    "id" INTEGER NOT NULL DEFAULT 1,
    "version" BIGINT NOT NULL DEFAULT 0,

    CONSTRAINT "config_version_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "tenant" (
    "id" INTEGER NOT NULL DEFAULT 1,
    "default_audience" TEXT COLLATE "C",
    "allow_organization_names" BOOLEAN NOT NULL DEFAULT false,

    CONSTRAINT "tenant_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "signing_keys" (
    "kid" TEXT COLLATE "C" NOT NULL,
    "algorithm" TEXT COLLATE "C" NOT NULL,
    "public_jwk" JSONB NOT NULL,
    "certificate" TEXT COLLATE "C" NOT NULL,
    "pkcs7" TEXT COLLATE "C" NOT NULL,
    "encrypted_private_key" BYTEA NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "signing_keys_pkey" PRIMARY KEY ("kid")
);

-- CreateTable
CREATE TABLE "resource_servers" (
    "id" TEXT COLLATE "C" NOT NULL,
    "seq" BIGSERIAL NOT NULL,
    "identifier" TEXT COLLATE "C" NOT NULL,
    "system_api" "SystemApi",
    "name" TEXT COLLATE "C",
    "scopes" JSONB,
    "user_policy" "UserPolicy" NOT NULL DEFAULT 'allow_all',
    "client_policy" "ClientPolicy" NOT NULL DEFAULT 'require_client_grant',
    "signing_algorithm" TEXT COLLATE "C" NOT NULL DEFAULT 'RS256',
    "encrypted_signing_secret" BYTEA,
    "token_dialect" TEXT COLLATE "C",
    "token_lifetime_seconds" INTEGER NOT NULL DEFAULT 86400,
    "token_lifetime_for_web_seconds" INTEGER NOT NULL DEFAULT 7200,
    "enforce_policies" BOOLEAN,
    "allow_offline_access" BOOLEAN NOT NULL DEFAULT false,
    "skip_consent_for_first_party" BOOLEAN NOT NULL DEFAULT false,
    "token_encryption" JSONB,
    "proof_of_possession" JSONB,
    "settings" JSONB NOT NULL DEFAULT '{}',

    CONSTRAINT "resource_servers_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "clients" (
    "client_id" TEXT COLLATE "C" NOT NULL,
    "seq" BIGSERIAL NOT NULL,
    "name" TEXT COLLATE "C" NOT NULL,
    "is_global" BOOLEAN NOT NULL DEFAULT false,
    "is_first_party" BOOLEAN NOT NULL DEFAULT true,
    "third_party_security_mode" "ThirdPartySecurityMode",
    "external_metadata_type" TEXT COLLATE "C",
    "app_type" TEXT COLLATE "C",
    "grant_types" TEXT[],
    "encrypted_secret" BYTEA NOT NULL,
    "token_endpoint_auth_method" TEXT COLLATE "C",
    "authentication_method" TEXT COLLATE "C",
    "authentication_credentials" TEXT[],
    "organization_usage" "OrganizationUsage",
    "default_organization_id" TEXT COLLATE "C",
    "resource_server_identifier" TEXT COLLATE "C",
    "jwt_configuration" JSONB NOT NULL DEFAULT '{}',
    "requires_proof_of_possession" BOOLEAN,
    "token_quota" JSONB,
    "settings" JSONB NOT NULL DEFAULT '{}',

    CONSTRAINT "clients_pkey" PRIMARY KEY ("client_id")
);

-- CreateTable
CREATE TABLE "client_credentials" (
    "id" TEXT COLLATE "C" NOT NULL,
    "seq" BIGSERIAL NOT NULL,
    "client_id" TEXT COLLATE "C" NOT NULL,
    "credential_type" TEXT COLLATE "C" NOT NULL,
    "name" TEXT COLLATE "C",
    "kid" TEXT COLLATE "C",
    "algorithm" TEXT COLLATE "C",
    "public_jwk" JSONB,
    "subject_dn" TEXT COLLATE "C",
    "thumbprint" TEXT COLLATE "C",
    "expires_at" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "client_credentials_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "client_grants" (
    "id" TEXT COLLATE "C" NOT NULL,
    "client_id" TEXT COLLATE "C",
    "default_for" "DefaultGroup",
    "audience" TEXT COLLATE "C" NOT NULL,
    "subject_type" "SubjectType" NOT NULL,
    "scopes" TEXT[],
    "allow_all_scopes" BOOLEAN,
    "organization_usage" "OrganizationUsage",
    "allow_any_organization" BOOLEAN,
    "authorization_details_types" JSONB,
    "is_system" BOOLEAN NOT NULL DEFAULT false,

    CONSTRAINT "client_grants_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "organizations" (
    "id" TEXT COLLATE "C" NOT NULL,
    "seq" BIGSERIAL NOT NULL,
    "name" TEXT COLLATE "C" NOT NULL,
    "display_name" TEXT COLLATE "C",
    "third_party_client_access" TEXT COLLATE "C" NOT NULL DEFAULT 'block',
    "is_app_entitlement_active" BOOLEAN NOT NULL DEFAULT false,
    "branding" JSONB,
    "metadata" JSONB,
    "token_quota" JSONB,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "organizations_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "organization_client_grants" (
    "organization_id" TEXT COLLATE "C" NOT NULL,
    "client_grant_id" TEXT COLLATE "C" NOT NULL,

    CONSTRAINT "organization_client_grants_pkey" PRIMARY KEY ("organization_id","client_grant_id")
);

-- CreateTable
CREATE TABLE "used_assertions" (
    "client_id" TEXT COLLATE "C" NOT NULL,
    "jti" TEXT COLLATE "C" NOT NULL,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "used_assertions_pkey" PRIMARY KEY ("client_id","jti")
);

-- CreateTable
CREATE TABLE "token_counts" (
    "subject" TEXT COLLATE "C" NOT NULL,
    "period" TEXT COLLATE "C" NOT NULL,
    "period_start" TIMESTAMPTZ(3) NOT NULL,
    "count" INTEGER NOT NULL,

    CONSTRAINT "token_counts_pkey" PRIMARY KEY ("subject","period","period_start")
);

-- CreateTable
CREATE TABLE "logs" (
    "id" BIGSERIAL NOT NULL,
    "date" TIMESTAMPTZ(3) NOT NULL,
    "type" TEXT COLLATE "C" NOT NULL,
    "client_id" TEXT COLLATE "C",
    "audience" TEXT COLLATE "C",
    "organization_id" TEXT COLLATE "C",
    "reason" TEXT COLLATE "C",
    "config_version" BIGINT,
    "data" JSON NOT NULL,

    CONSTRAINT "logs_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "signing_keys_algorithm_key" ON "signing_keys"("algorithm");

-- CreateIndex
CREATE UNIQUE INDEX "resource_servers_seq_key" ON "resource_servers"("seq");

-- CreateIndex
CREATE UNIQUE INDEX "resource_servers_identifier_key" ON "resource_servers"("identifier");

-- CreateIndex
CREATE UNIQUE INDEX "resource_servers_system_api_key" ON "resource_servers"("system_api");

-- CreateIndex
CREATE UNIQUE INDEX "clients_seq_key" ON "clients"("seq");

-- CreateIndex
CREATE INDEX "clients_resource_server_identifier_idx" ON "clients"("resource_server_identifier");

-- CreateIndex
CREATE INDEX "clients_default_organization_id_idx" ON "clients"("default_organization_id");

-- CreateIndex
CREATE UNIQUE INDEX "client_credentials_seq_key" ON "client_credentials"("seq");

-- CreateIndex
CREATE UNIQUE INDEX "client_credentials_client_id_kid_key" ON "client_credentials"("client_id", "kid");

-- CreateIndex
CREATE INDEX "client_grants_audience_id_idx" ON "client_grants"("audience", "id");

-- CreateIndex
CREATE UNIQUE INDEX "client_grants_one_per_client" ON "client_grants"("client_id", "audience", "subject_type");

-- CreateIndex
CREATE UNIQUE INDEX "client_grants_one_per_default_group" ON "client_grants"("default_for", "audience", "subject_type");

-- CreateIndex
CREATE UNIQUE INDEX "organizations_seq_key" ON "organizations"("seq");

-- CreateIndex
CREATE UNIQUE INDEX "organizations_name_key" ON "organizations"("name");

-- CreateIndex
CREATE INDEX "organization_client_grants_client_grant_id_idx" ON "organization_client_grants"("client_grant_id");

-- CreateIndex
CREATE INDEX "used_assertions_expires_at_idx" ON "used_assertions"("expires_at");

-- CreateIndex
CREATE INDEX "logs_date_idx" ON "logs" USING BRIN ("date");

-- CreateIndex
CREATE INDEX "logs_client_id_id_idx" ON "logs"("client_id", "id");

-- AddForeignKey
ALTER TABLE "clients" ADD CONSTRAINT "clients_default_organization_id_fkey" FOREIGN KEY ("default_organization_id") REFERENCES "organizations"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "client_credentials" ADD CONSTRAINT "client_credentials_client_id_fkey" FOREIGN KEY ("client_id") REFERENCES "clients"("client_id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "client_grants" ADD CONSTRAINT "client_grants_client_id_fkey" FOREIGN KEY ("client_id") REFERENCES "clients"("client_id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "client_grants" ADD CONSTRAINT "client_grants_audience_fkey" FOREIGN KEY ("audience") REFERENCES "resource_servers"("identifier") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "organization_client_grants" ADD CONSTRAINT "organization_client_grants_organization_id_fkey" FOREIGN KEY ("organization_id") REFERENCES "organizations"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "organization_client_grants" ADD CONSTRAINT "organization_client_grants_client_grant_id_fkey" FOREIGN KEY ("client_grant_id") REFERENCES "client_grants"("id") ON DELETE CASCADE ON UPDATE CASCADE;



-- Rules that hold whatever the code does (docs/decision-table.md has their sources).

ALTER TABLE "config_version" ADD CONSTRAINT "config_version_one_row" CHECK ("id" = 1);
ALTER TABLE "tenant" ADD CONSTRAINT "tenant_one_row" CHECK ("id" = 1);
INSERT INTO "config_version" DEFAULT VALUES;
INSERT INTO "tenant" DEFAULT VALUES;

ALTER TABLE "resource_servers"
  ADD CONSTRAINT "resource_servers_lifetimes" CHECK ("token_lifetime_seconds" >= 0 AND "token_lifetime_for_web_seconds" >= 0),
  -- Opt-in system APIs are for user-bound tokens only.
  ADD CONSTRAINT "resource_servers_system_client_policy"
    CHECK ("system_api" IS NULL OR "system_api" = 'management' OR "client_policy" = 'deny_all');

ALTER TABLE "clients"
  ADD CONSTRAINT "clients_security_mode" CHECK ("is_first_party" = ("third_party_security_mode" IS NULL));

ALTER TABLE "client_grants"
  ADD CONSTRAINT "client_grants_client_or_default" CHECK (("client_id" IS NULL) <> ("default_for" IS NULL)),
  ADD CONSTRAINT "client_grants_all_scopes_lists_none" CHECK ("allow_all_scopes" IS NOT TRUE OR "scopes" = '{}'),
  ADD CONSTRAINT "client_grants_organizations_for_clients" CHECK (
    ("organization_usage" IS NULL AND "allow_any_organization" IS NULL)
    OR ("subject_type" = 'client' AND "default_for" IS NULL)
  ),
  ADD CONSTRAINT "client_grants_any_organization_needs_usage"
    CHECK ("allow_any_organization" IS NOT TRUE OR "organization_usage" IN ('allow', 'require')),
  ADD CONSTRAINT "client_grants_authorization_details_for_users"
    CHECK ("authorization_details_types" IS NULL OR "subject_type" = 'user');

-- What a check cannot say, because it looks at other tables.
CREATE FUNCTION "guard_client_grant"() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  on_system_api boolean;
  of_third_party boolean;
BEGIN
  SELECT "system_api" IS NOT NULL INTO on_system_api FROM "resource_servers" WHERE "identifier" = NEW."audience";
  SELECT NOT "is_first_party" INTO of_third_party FROM "clients" WHERE "client_id" = NEW."client_id";
  IF on_system_api AND (
    NEW."default_for" IS NOT NULL OR of_third_party OR NEW."allow_all_scopes" IS NOT NULL
    OR NEW."organization_usage" IS NOT NULL OR NEW."allow_any_organization" IS NOT NULL
  ) THEN
    RAISE EXCEPTION 'this client grant is not possible on a system API'
      USING ERRCODE = 'check_violation', CONSTRAINT = 'client_grants_system_api';
  END IF;
  IF of_third_party AND NEW."allow_any_organization" THEN
    RAISE EXCEPTION 'third-party clients need an association with each organization'
      USING ERRCODE = 'check_violation', CONSTRAINT = 'client_grants_third_party_organizations';
  END IF;
  RETURN NEW;
END
$$;

CREATE TRIGGER "client_grants_guard" BEFORE INSERT OR UPDATE ON "client_grants"
  FOR EACH ROW EXECUTE FUNCTION "guard_client_grant"();

CREATE FUNCTION "refuse_update"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'check_violation';
END
$$;

CREATE TRIGGER "logs_append_only" BEFORE UPDATE ON "logs" FOR EACH ROW EXECUTE FUNCTION "refuse_update"();
