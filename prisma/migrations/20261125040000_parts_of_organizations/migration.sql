-- CreateTable
CREATE TABLE "organization_connections" (
    "organization_id" TEXT COLLATE "C" NOT NULL,
    "connection_id" TEXT COLLATE "C" NOT NULL,
    "seq" BIGSERIAL NOT NULL,
    "name" TEXT COLLATE "C",
    "assign_membership_on_login" BOOLEAN NOT NULL DEFAULT false,
    "show_as_button" BOOLEAN NOT NULL DEFAULT true,
    "is_signup_enabled" BOOLEAN NOT NULL DEFAULT false,
    "access_level" TEXT COLLATE "C" NOT NULL DEFAULT 'none',
    "is_enabled" BOOLEAN NOT NULL DEFAULT true,

    CONSTRAINT "organization_connections_pkey" PRIMARY KEY ("organization_id","connection_id")
);

-- CreateTable
CREATE TABLE "organization_clients" (
    "organization_id" TEXT COLLATE "C" NOT NULL,
    "client_id" TEXT COLLATE "C" NOT NULL,
    "position" TEXT COLLATE "C" NOT NULL,
    "use_for_member_access" BOOLEAN NOT NULL,

    CONSTRAINT "organization_clients_pkey" PRIMARY KEY ("organization_id","client_id")
);

-- CreateTable
CREATE TABLE "discovery_domains" (
    "id" TEXT COLLATE "C" NOT NULL,
    "organization_id" TEXT COLLATE "C" NOT NULL,
    "seq" BIGSERIAL NOT NULL,
    "domain" TEXT COLLATE "C" NOT NULL,
    "status" TEXT COLLATE "C" NOT NULL DEFAULT 'pending',
    "use_for_organization_discovery" BOOLEAN NOT NULL DEFAULT true,
    "verification_txt" TEXT COLLATE "C" NOT NULL,

    CONSTRAINT "discovery_domains_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "organization_members" (
    "organization_id" TEXT COLLATE "C" NOT NULL,
    "user_id" TEXT COLLATE "C" NOT NULL,
    "seq" BIGSERIAL NOT NULL,

    CONSTRAINT "organization_members_pkey" PRIMARY KEY ("organization_id","user_id")
);

-- CreateTable
CREATE TABLE "organization_member_roles" (
    "organization_id" TEXT COLLATE "C" NOT NULL,
    "user_id" TEXT COLLATE "C" NOT NULL,
    "role_id" TEXT COLLATE "C" NOT NULL,

    CONSTRAINT "organization_member_roles_pkey" PRIMARY KEY ("organization_id","user_id","role_id")
);

-- CreateIndex
CREATE UNIQUE INDEX "organization_connections_seq_key" ON "organization_connections"("seq");

-- CreateIndex
CREATE INDEX "organization_connections_connection_id_idx" ON "organization_connections"("connection_id");

-- CreateIndex
CREATE INDEX "organization_clients_client_id_idx" ON "organization_clients"("client_id");

-- CreateIndex
CREATE INDEX "organization_clients_organization_id_position_client_id_idx" ON "organization_clients"("organization_id", "position", "client_id");

-- CreateIndex
CREATE UNIQUE INDEX "discovery_domains_seq_key" ON "discovery_domains"("seq");

-- CreateIndex
CREATE UNIQUE INDEX "discovery_domains_one_per_organization" ON "discovery_domains"("organization_id", "domain");

-- CreateIndex
CREATE UNIQUE INDEX "organization_members_seq_key" ON "organization_members"("seq");

-- CreateIndex
CREATE INDEX "organization_members_organization_id_seq_idx" ON "organization_members"("organization_id", "seq");

-- CreateIndex
CREATE INDEX "organization_members_user_id_idx" ON "organization_members"("user_id");

-- CreateIndex
CREATE INDEX "organization_member_roles_role_id_idx" ON "organization_member_roles"("role_id");

-- AddForeignKey
ALTER TABLE "organization_connections" ADD CONSTRAINT "organization_connections_organization_id_fkey" FOREIGN KEY ("organization_id") REFERENCES "organizations"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "organization_connections" ADD CONSTRAINT "organization_connections_connection_id_fkey" FOREIGN KEY ("connection_id") REFERENCES "connections"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "organization_clients" ADD CONSTRAINT "organization_clients_organization_id_fkey" FOREIGN KEY ("organization_id") REFERENCES "organizations"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "organization_clients" ADD CONSTRAINT "organization_clients_client_id_fkey" FOREIGN KEY ("client_id") REFERENCES "clients"("client_id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "discovery_domains" ADD CONSTRAINT "discovery_domains_organization_id_fkey" FOREIGN KEY ("organization_id") REFERENCES "organizations"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "organization_members" ADD CONSTRAINT "organization_members_organization_id_fkey" FOREIGN KEY ("organization_id") REFERENCES "organizations"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "organization_members" ADD CONSTRAINT "organization_members_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "users"("user_id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "organization_member_roles" ADD CONSTRAINT "organization_member_roles_organization_id_user_id_fkey" FOREIGN KEY ("organization_id", "user_id") REFERENCES "organization_members"("organization_id", "user_id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "organization_member_roles" ADD CONSTRAINT "organization_member_roles_role_id_fkey" FOREIGN KEY ("role_id") REFERENCES "roles"("id") ON DELETE CASCADE ON UPDATE CASCADE;



-- Rules that hold whatever the code does.

ALTER TABLE "organization_connections"
  ADD CONSTRAINT "organization_connections_access_level"
    CHECK ("access_level" IN ('none', 'readonly', 'limited', 'full'));

ALTER TABLE "organization_clients"
  ADD CONSTRAINT "organization_clients_position" CHECK ("position" = lower("client_id"));

ALTER TABLE "discovery_domains"
  ADD CONSTRAINT "discovery_domains_status" CHECK ("status" IN ('pending', 'verified'));

-- An organization's own roles are for its members only.
CREATE FUNCTION "guard_member_role"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT FROM "roles" WHERE "id" = NEW."role_id" AND "owner_id" <> NEW."organization_id") THEN
    RAISE EXCEPTION 'the role belongs to another organization'
      USING ERRCODE = 'check_violation', CONSTRAINT = 'organization_member_roles_owner';
  END IF;
  RETURN NEW;
END
$$;

CREATE TRIGGER "organization_member_roles_guard" BEFORE INSERT OR UPDATE ON "organization_member_roles"
  FOR EACH ROW EXECUTE FUNCTION "guard_member_role"();
