-- AlterTable
ALTER TABLE "connections" ADD COLUMN "assertion_issuer" TEXT COLLATE "C";

-- CreateIndex
CREATE UNIQUE INDEX "connections_assertion_issuer_key" ON "connections"("assertion_issuer");

-- Rules that hold whatever the code does.

-- Only identity providers with an issuer of their own say for whom a client acts, and only over TLS, or on this machine.
ALTER TABLE "connections"
  ADD CONSTRAINT "connections_assertion_issuer_known"
    CHECK ("assertion_issuer" IS NULL OR (
      "strategy" IN ('okta', 'oidc')
      AND "settings" -> 'cross_app_access_resource_app' ->> 'status' IS NOT DISTINCT FROM 'enabled'
      AND "assertion_issuer" ~ '^(https://|http://(localhost|127[.]|\[::1\]))'
    ));
