-- CreateTable
CREATE TABLE "actions" (
    "id" TEXT COLLATE "C" NOT NULL,
    "seq" BIGSERIAL NOT NULL,
    "name" TEXT COLLATE "C" NOT NULL,
    "trigger_id" TEXT COLLATE "C" NOT NULL,
    "trigger_version" TEXT COLLATE "C" NOT NULL,
    "code" TEXT COLLATE "C" NOT NULL,
    "runtime" TEXT COLLATE "C" NOT NULL,
    "dependencies" JSONB NOT NULL,
    "encrypted_secrets" BYTEA NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "actions_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "action_versions" (
    "id" TEXT COLLATE "C" NOT NULL,
    "action_id" TEXT COLLATE "C" NOT NULL,
    "number" INTEGER NOT NULL,
    "trigger_id" TEXT COLLATE "C" NOT NULL,
    "trigger_version" TEXT COLLATE "C" NOT NULL,
    "code" TEXT COLLATE "C" NOT NULL,
    "runtime" TEXT COLLATE "C" NOT NULL,
    "dependencies" JSONB NOT NULL,
    "encrypted_secrets" BYTEA NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "action_versions_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "trigger_bindings" (
    "id" TEXT COLLATE "C" NOT NULL,
    "trigger_id" TEXT COLLATE "C" NOT NULL,
    "position" INTEGER NOT NULL,
    "action_id" TEXT COLLATE "C" NOT NULL,
    "display_name" TEXT COLLATE "C" NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "trigger_bindings_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "actions_seq_key" ON "actions"("seq");

-- CreateIndex
CREATE UNIQUE INDEX "actions_name_key" ON "actions"("name");

-- CreateIndex
CREATE UNIQUE INDEX "action_versions_one_per_number" ON "action_versions"("action_id", "number");

-- CreateIndex
CREATE INDEX "trigger_bindings_action_id_idx" ON "trigger_bindings"("action_id");

-- CreateIndex
CREATE UNIQUE INDEX "trigger_bindings_one_per_position" ON "trigger_bindings"("trigger_id", "position");

-- AddForeignKey
ALTER TABLE "action_versions" ADD CONSTRAINT "action_versions_action_id_fkey" FOREIGN KEY ("action_id") REFERENCES "actions"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "trigger_bindings" ADD CONSTRAINT "trigger_bindings_action_id_fkey" FOREIGN KEY ("action_id") REFERENCES "actions"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- Rules that hold whatever the code does.

ALTER TABLE "actions"
  ADD CONSTRAINT "actions_named" CHECK ("name" <> '' AND "trigger_id" <> '');

ALTER TABLE "action_versions"
  ADD CONSTRAINT "action_versions_numbered" CHECK ("number" >= 1);

ALTER TABLE "trigger_bindings"
  ADD CONSTRAINT "trigger_bindings_in_order" CHECK ("position" >= 0);

-- What has been deployed is what runs and what can be gone back to, and processes keep it by its id.
CREATE FUNCTION "guard_action_version"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'a deployed version of an action never changes'
    USING ERRCODE = 'check_violation', CONSTRAINT = 'action_versions_fixed';
END
$$;

CREATE TRIGGER "action_versions_guard" BEFORE UPDATE ON "action_versions"
  FOR EACH ROW EXECUTE FUNCTION "guard_action_version"();

-- A trigger runs what is deployed for it and nothing else.
CREATE FUNCTION "guard_trigger_binding"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT EXISTS (
    SELECT FROM "action_versions" v WHERE v."action_id" = NEW."action_id" AND v."trigger_id" = NEW."trigger_id"
  ) THEN
    RAISE EXCEPTION 'an action that is bound to a trigger is deployed for it'
      USING ERRCODE = 'check_violation', CONSTRAINT = 'trigger_bindings_deployed';
  END IF;
  RETURN NEW;
END
$$;

CREATE TRIGGER "trigger_bindings_guard" BEFORE INSERT OR UPDATE ON "trigger_bindings"
  FOR EACH ROW EXECUTE FUNCTION "guard_trigger_binding"();
