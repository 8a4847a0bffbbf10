-- CreateTable
CREATE TABLE "connections" (
    "id" TEXT COLLATE "C" NOT NULL,
    "seq" BIGSERIAL NOT NULL,
    "name" TEXT COLLATE "C" NOT NULL,
    "strategy" TEXT COLLATE "C" NOT NULL,
    "display_name" TEXT COLLATE "C",
    "encrypted_options" BYTEA NOT NULL,
    "domain_aliases" TEXT[] COLLATE "C",
    "is_domain_connection" BOOLEAN NOT NULL DEFAULT false,
    "show_as_button" BOOLEAN,
    "realms" TEXT[] COLLATE "C",
    "metadata" JSONB,
    "settings" JSONB NOT NULL DEFAULT '{}',

    CONSTRAINT "connections_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "connection_clients" (
    "connection_id" TEXT COLLATE "C" NOT NULL,
    "client_id" TEXT COLLATE "C" NOT NULL,
    "seq" BIGSERIAL NOT NULL,

    CONSTRAINT "connection_clients_pkey" PRIMARY KEY ("connection_id","client_id")
);

-- CreateIndex
CREATE UNIQUE INDEX "connections_seq_key" ON "connections"("seq");

-- CreateIndex
CREATE UNIQUE INDEX "connections_name_key" ON "connections"("name");

-- CreateIndex
CREATE UNIQUE INDEX "connection_clients_seq_key" ON "connection_clients"("seq");

-- CreateIndex
CREATE INDEX "connection_clients_client_id_idx" ON "connection_clients"("client_id");

-- AddForeignKey
ALTER TABLE "connection_clients" ADD CONSTRAINT "connection_clients_connection_id_fkey" FOREIGN KEY ("connection_id") REFERENCES "connections"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "connection_clients" ADD CONSTRAINT "connection_clients_client_id_fkey" FOREIGN KEY ("client_id") REFERENCES "clients"("client_id") ON DELETE CASCADE ON UPDATE CASCADE;

-- Rules that hold whatever the code does.

ALTER TABLE "connections"
  ADD CONSTRAINT "connections_named" CHECK ("name" <> '' AND "strategy" <> '');

-- What a connection is does not change: users refer to it by name, and its strategy decides what they are.
CREATE FUNCTION "guard_connection"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW."name" <> OLD."name" OR NEW."strategy" <> OLD."strategy" THEN
    RAISE EXCEPTION 'name and strategy of a connection never change'
      USING ERRCODE = 'check_violation', CONSTRAINT = 'connections_fixed';
  END IF;
  RETURN NEW;
END
$$;

CREATE TRIGGER "connections_guard" BEFORE UPDATE ON "connections"
  FOR EACH ROW EXECUTE FUNCTION "guard_connection"();
