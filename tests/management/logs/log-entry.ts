import type { components } from '../../../src/generated/openapi.js';
import type { TestServer } from '../../support/server.js';

export type Log = components['schemas']['Log'] & {
  log_id: string;
  date: string;
  details: { request: { method: string; path: string; body?: unknown }; response?: unknown };
};

/** The newest entry. */
export async function latest(server: TestServer): Promise<Log> {
  return ((await server.api('get', 'logs?per_page=1')).body as [Log])[0];
}
