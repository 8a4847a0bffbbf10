// What is kept of failed logins: what people type where a user name belongs can be a password.

import { createHash } from 'node:crypto';
import { platformLoginLimits } from '../../src/domain/login.js';
import { withRaw } from '../storage/raw.js';
import { engines } from '../support/engines.js';

test.each(engines)(
  'no row of the $name database has an identifier, nor a digest that others can compute',
  async (engine) => {
    const identifier = 'correct-horse-battery-staple';
    const database = await engine.create();
    const other = await engine.create();
    const rows: string[] = [];
    for (const each of [database, other]) {
      const storage = await each.open();
      await storage.logins.admit({ identifier, address: '192.0.2.1' }, platformLoginLimits, new Date());
      await storage.close();
      const found = await withRaw(each, (query) =>
        query<{ identifier_digest: string }>('SELECT * FROM login_failures'),
      );
      expect(found).toHaveLength(1);
      rows.push(...found.map(({ identifier_digest: digest }) => digest));
      await each.remove();
    }
    for (const digest of rows) {
      expect(digest).not.toContain(identifier);
      for (const encoding of ['hex', 'base64', 'base64url'] as const) {
        expect(digest).not.toBe(createHash('sha256').update(identifier).digest(encoding));
      }
    }
    // Another key, another digest.
    expect(rows[0]).not.toBe(rows[1]);
  },
);
