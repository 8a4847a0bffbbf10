-- A user belongs to a connection, by its name, which never changes. It goes with it.

-- AddForeignKey
ALTER TABLE "users" ADD CONSTRAINT "users_connection_fkey" FOREIGN KEY ("connection") REFERENCES "connections"("name") ON DELETE CASCADE ON UPDATE CASCADE;

-- A role of an organization is for its members: a user has it there, and nowhere else.
CREATE FUNCTION "guard_user_role"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT 1 FROM "roles" WHERE "id" = NEW."role_id" AND "type" = 'organization') THEN
    RAISE EXCEPTION 'a role of an organization is only for its members'
      USING ERRCODE = 'check_violation', CONSTRAINT = 'user_roles_of_tenant';
  END IF;
  RETURN NEW;
END
$$;

CREATE TRIGGER "user_roles_guard" BEFORE INSERT ON "user_roles"
  FOR EACH ROW EXECUTE FUNCTION "guard_user_role"();
