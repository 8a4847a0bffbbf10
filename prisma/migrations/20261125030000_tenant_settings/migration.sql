-- AlterTable
ALTER TABLE "tenant" ADD COLUMN     "default_token_quota" JSONB,
ADD COLUMN     "resource_parameter_profile" TEXT COLLATE "C",
ADD COLUMN     "settings" JSONB NOT NULL DEFAULT '{}',
ALTER COLUMN "allow_organization_names" DROP NOT NULL,
ALTER COLUMN "allow_organization_names" DROP DEFAULT;

-- CreateTable
CREATE TABLE "settings_documents" (
    "name" TEXT COLLATE "C" NOT NULL,
    "encrypted_document" BYTEA NOT NULL,

    CONSTRAINT "settings_documents_pkey" PRIMARY KEY ("name")
);



-- Rules that hold whatever the code does.

ALTER TABLE "tenant"
  ADD CONSTRAINT "tenant_resource_parameter_profile"
    CHECK ("resource_parameter_profile" IN ('audience', 'compatibility')),
  ADD CONSTRAINT "tenant_settings_is_object" CHECK (jsonb_typeof("settings") = 'object');

-- Never set is not the same as set to false: only what was set is shown.
UPDATE "tenant" SET "allow_organization_names" = NULL WHERE NOT "allow_organization_names";
