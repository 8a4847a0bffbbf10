// /api/v2/logs: what was asked for, what was decided, and who changed the configuration (management-api.md 12).

import type { components } from '../../generated/openapi.js';
import type { LogEntry } from '../../domain/log-entry.js';
import { ManagementError } from '../../errors.js';
import type { Handlers } from '../../http/contract.js';
import { pickFields } from '../../http/fields.js';
import { pageOf } from '../../http/paging.js';
import type { Storage } from '../../storage/storage.js';
import { parseLogQuery } from './query.js';

type Wire = components['schemas']['Log'];

const DEFAULT_TAKE = 50;

function toWire({ logId, date, type, data, ...entry }: LogEntry): Wire {
  return {
    date: date.toISOString(),
    type,
    ...(data as Partial<Wire>),
    ...(entry.clientId !== null && { client_id: entry.clientId }),
    ...(entry.audience !== null && { audience: entry.audience }),
    ...(entry.organizationId !== null && { organization_id: entry.organizationId }),
    ...(entry.reason !== null && { reason: entry.reason }),
    ...(entry.configVersion !== null && { config_version: entry.configVersion }),
    log_id: logId,
  };
}

export function logHandlers(storage: Storage): Handlers<'listLogs' | 'getLog'> {
  return {
    async listLogs({ query }) {
      const q = query.q ?? query.search;
      if (query.take !== undefined || query.from !== undefined) {
        // By checkpoint the answer is always a bare array, oldest first.
        const window = {
          kind: 'checkpoint',
          after: query.from ?? null,
          take: query.take ?? DEFAULT_TAKE,
        } as const;
        const { items } = await storage.listLogs({}, window);
        return { status: 200, body: items.map((entry) => pickFields(toWire(entry), query)) };
      }
      const window = pageOf(query);
      const filter = q === undefined ? {} : parseLogQuery(q);
      const { items, total } = await storage.listLogs(filter, window, {
        oldestFirst: query.sort === 'date:1',
      });
      const logs = items.map((entry) => pickFields(toWire(entry), query));
      if (total === null) return { status: 200, body: logs };
      return {
        status: 200,
        body: { start: window.offset, limit: window.limit, length: logs.length, total, logs },
      };
    },

    async getLog({ path }) {
      const found = await storage.findLog(path.id);
      if (found === null) throw new ManagementError('inexistent_log');
      return { status: 200, body: toWire(found) };
    },
  };
}
