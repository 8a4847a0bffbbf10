-- A user belongs to a connection, by its name, which never changes. It goes with it.

-- AddForeignKey
ALTER TABLE "users" ADD CONSTRAINT "users_connection_fkey" FOREIGN KEY ("connection") REFERENCES "connections"("name") ON DELETE CASCADE ON UPDATE CASCADE;
