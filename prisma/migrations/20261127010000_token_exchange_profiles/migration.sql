-- CreateTable
CREATE TABLE "token_exchange_profiles" (
    "id" TEXT COLLATE "C" NOT NULL,
    "seq" BIGSERIAL NOT NULL,
    "name" TEXT COLLATE "C" NOT NULL,
    "subject_token_type" TEXT COLLATE "C" NOT NULL,
    "action_id" TEXT COLLATE "C" NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "token_exchange_profiles_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "token_exchange_profiles_seq_key" ON "token_exchange_profiles"("seq");

-- CreateIndex
CREATE UNIQUE INDEX "token_exchange_profiles_subject_token_type_key" ON "token_exchange_profiles"("subject_token_type");

-- CreateIndex
CREATE INDEX "token_exchange_profiles_action_id_idx" ON "token_exchange_profiles"("action_id");

-- AddForeignKey
ALTER TABLE "token_exchange_profiles" ADD CONSTRAINT "token_exchange_profiles_action_id_fkey" FOREIGN KEY ("action_id") REFERENCES "actions"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- Rules that hold whatever the code does.

-- Types of the protocol and of the platform itself are nobody's to answer for.
ALTER TABLE "token_exchange_profiles"
  ADD CONSTRAINT "token_exchange_profiles_not_reserved"
    CHECK ("subject_token_type" !~* '^(https?://(auth0|okta)\.com|urn:(ietf|auth0|okta))');

-- A profile runs what is deployed for it and nothing else.
CREATE FUNCTION "guard_token_exchange_profile"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT EXISTS (
    SELECT FROM "action_versions" v WHERE v."action_id" = NEW."action_id" AND v."trigger_id" = 'custom-token-exchange'
  ) THEN
    RAISE EXCEPTION 'an action that a token exchange profile runs is deployed for it'
      USING ERRCODE = 'check_violation', CONSTRAINT = 'token_exchange_profiles_deployed';
  END IF;
  RETURN NEW;
END
$$;

CREATE TRIGGER "token_exchange_profiles_guard" BEFORE INSERT OR UPDATE OF "action_id" ON "token_exchange_profiles"
  FOR EACH ROW EXECUTE FUNCTION "guard_token_exchange_profile"();
