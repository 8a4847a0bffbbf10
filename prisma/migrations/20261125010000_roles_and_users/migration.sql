-- Text is compared byte by byte on every engine, as in the first migration.
-- CreateEnum
CREATE TYPE "RoleType" AS ENUM ('tenant', 'organization');

-- CreateTable
CREATE TABLE "roles" (
    "id" TEXT COLLATE "C" NOT NULL,
    "seq" BIGSERIAL NOT NULL,
    "name" TEXT COLLATE "C" NOT NULL,
    "description" TEXT COLLATE "C",
    "type" "RoleType" NOT NULL DEFAULT 'tenant',
    "owner_id" TEXT COLLATE "C",

    CONSTRAINT "roles_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "role_permissions" (
    "role_id" TEXT COLLATE "C" NOT NULL,
    "resource_server_identifier" TEXT COLLATE "C" NOT NULL,
    "permission_name" TEXT COLLATE "C" NOT NULL,

    CONSTRAINT "role_permissions_pkey" PRIMARY KEY ("role_id","resource_server_identifier","permission_name")
);

-- CreateTable
CREATE TABLE "users" (
    "user_id" TEXT COLLATE "C" NOT NULL,
    "seq" BIGSERIAL NOT NULL,
    "connection" TEXT COLLATE "C" NOT NULL,
    "provider" TEXT COLLATE "C" NOT NULL,
    "email" TEXT COLLATE "C",
    "email_verified" BOOLEAN,
    "username" TEXT COLLATE "C",
    "phone_number" TEXT COLLATE "C",
    "phone_verified" BOOLEAN,
    "blocked" BOOLEAN,
    "name" TEXT COLLATE "C",
    "nickname" TEXT COLLATE "C",
    "picture" TEXT COLLATE "C",
    "given_name" TEXT COLLATE "C",
    "family_name" TEXT COLLATE "C",
    "user_metadata" JSONB,
    "app_metadata" JSONB,
    "password_hash" TEXT COLLATE "C",
    "last_password_reset" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "users_pkey" PRIMARY KEY ("user_id")
);

-- CreateTable
CREATE TABLE "user_roles" (
    "user_id" TEXT COLLATE "C" NOT NULL,
    "role_id" TEXT COLLATE "C" NOT NULL,
    "seq" BIGSERIAL NOT NULL,

    CONSTRAINT "user_roles_pkey" PRIMARY KEY ("user_id","role_id")
);

-- CreateTable
CREATE TABLE "user_permissions" (
    "user_id" TEXT COLLATE "C" NOT NULL,
    "resource_server_identifier" TEXT COLLATE "C" NOT NULL,
    "permission_name" TEXT COLLATE "C" NOT NULL,

    CONSTRAINT "user_permissions_pkey" PRIMARY KEY ("user_id","resource_server_identifier","permission_name")
);

-- CreateIndex
CREATE UNIQUE INDEX "roles_seq_key" ON "roles"("seq");

-- CreateIndex
CREATE INDEX "roles_owner_id_idx" ON "roles"("owner_id");

-- CreateIndex
CREATE UNIQUE INDEX "roles_one_per_owner_and_name" ON "roles"("name", "owner_id") NULLS NOT DISTINCT;

-- CreateIndex
CREATE INDEX "role_permissions_resource_server_identifier_idx" ON "role_permissions"("resource_server_identifier");

-- CreateIndex
CREATE UNIQUE INDEX "users_seq_key" ON "users"("seq");

-- CreateIndex
CREATE INDEX "users_connection_idx" ON "users"("connection");

-- CreateIndex
CREATE UNIQUE INDEX "users_one_per_email" ON "users"("email", "connection");

-- CreateIndex
CREATE UNIQUE INDEX "users_one_per_username" ON "users"("username", "connection");

-- CreateIndex
CREATE UNIQUE INDEX "users_one_per_phone_number" ON "users"("phone_number", "connection");

-- CreateIndex
CREATE UNIQUE INDEX "user_roles_seq_key" ON "user_roles"("seq");

-- CreateIndex
CREATE INDEX "user_roles_role_id_seq_idx" ON "user_roles"("role_id", "seq");

-- CreateIndex
CREATE INDEX "user_permissions_resource_server_identifier_idx" ON "user_permissions"("resource_server_identifier");

-- AddForeignKey
ALTER TABLE "roles" ADD CONSTRAINT "roles_owner_id_fkey" FOREIGN KEY ("owner_id") REFERENCES "organizations"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "role_permissions" ADD CONSTRAINT "role_permissions_role_id_fkey" FOREIGN KEY ("role_id") REFERENCES "roles"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "role_permissions" ADD CONSTRAINT "role_permissions_resource_server_identifier_fkey" FOREIGN KEY ("resource_server_identifier") REFERENCES "resource_servers"("identifier") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "user_roles" ADD CONSTRAINT "user_roles_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "users"("user_id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "user_roles" ADD CONSTRAINT "user_roles_role_id_fkey" FOREIGN KEY ("role_id") REFERENCES "roles"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "user_permissions" ADD CONSTRAINT "user_permissions_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "users"("user_id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "user_permissions" ADD CONSTRAINT "user_permissions_resource_server_identifier_fkey" FOREIGN KEY ("resource_server_identifier") REFERENCES "resource_servers"("identifier") ON DELETE CASCADE ON UPDATE CASCADE;


-- Rules that hold whatever the code does.

ALTER TABLE "roles"
  ADD CONSTRAINT "roles_owner_of_organization_roles" CHECK (("type" = 'organization') = ("owner_id" IS NOT NULL));

ALTER TABLE "users"
  ADD CONSTRAINT "users_id_begins_with_provider" CHECK (starts_with("user_id", "provider" || '|')),
  -- So that a unique index finds whoever differs by case only.
  ADD CONSTRAINT "users_email_in_lower_case" CHECK ("email" = lower("email")),
  ADD CONSTRAINT "users_username_in_lower_case" CHECK ("username" = lower("username"));

-- A permission is a scope of its API. Scopes stand in a JSON column, where no foreign key can point.
CREATE FUNCTION "guard_permission"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT EXISTS (
    SELECT 1 FROM "resource_servers"
    WHERE "identifier" = NEW."resource_server_identifier"
      AND "scopes" @> jsonb_build_array(jsonb_build_object('value', NEW."permission_name"))
  ) THEN
    RAISE EXCEPTION 'a permission has to be a scope of its API'
      USING ERRCODE = 'foreign_key_violation', CONSTRAINT = TG_TABLE_NAME || '_scope';
  END IF;
  RETURN NEW;
END
$$;

CREATE TRIGGER "role_permissions_guard" BEFORE INSERT ON "role_permissions"
  FOR EACH ROW EXECUTE FUNCTION "guard_permission"();
CREATE TRIGGER "user_permissions_guard" BEFORE INSERT ON "user_permissions"
  FOR EACH ROW EXECUTE FUNCTION "guard_permission"();

-- A scope that is taken from an API takes along the permissions that used it.
CREATE FUNCTION "drop_permissions_without_scope"() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  kept text[] := ARRAY(SELECT scope->>'value' FROM jsonb_array_elements(coalesce(NEW."scopes", '[]')) AS scope);
BEGIN
  DELETE FROM "role_permissions"
    WHERE "resource_server_identifier" = NEW."identifier" AND "permission_name" <> ALL (kept);
  DELETE FROM "user_permissions"
    WHERE "resource_server_identifier" = NEW."identifier" AND "permission_name" <> ALL (kept);
  RETURN NULL;
END
$$;

CREATE TRIGGER "resource_servers_scopes_with_permissions" AFTER UPDATE OF "scopes" ON "resource_servers"
  FOR EACH ROW EXECUTE FUNCTION "drop_permissions_without_scope"();
