import type { Prisma } from '../../generated/prisma/client.js';
import type { SettingsDocumentReader, SettingsDocumentWriter } from '../config.js';
import { jsonValue } from './json-columns.js';
import type { Sealing } from './sealing.js';

type Db = Prisma.TransactionClient;

const documentPlace = (name: string): string => `settings_documents/${name}`;

export function settingsDocumentReader(db: Db, sealing: Sealing): SettingsDocumentReader {
  return {
    async find(name) {
      const row = await db.settingsDocument.findUnique({ where: { name } });
      if (row === null) return null;
      return jsonValue.parse(JSON.parse(sealing.openText(row.encryptedDocument, documentPlace(name))));
    },
  };
}

export function settingsDocumentWriter(db: Db, sealing: Sealing): SettingsDocumentWriter {
  return {
    ...settingsDocumentReader(db, sealing),
    async put(name, document) {
      const encryptedDocument = sealing.seal(JSON.stringify(document), documentPlace(name));
      const where = { name };
      await db.settingsDocument.upsert({
        where,
        create: { name, encryptedDocument },
        update: { encryptedDocument },
      });
    },
    async delete(name) {
      return (await db.settingsDocument.deleteMany({ where: { name } })).count > 0;
    },
  };
}
