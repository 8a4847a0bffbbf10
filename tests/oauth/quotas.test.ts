// How many tokens a client or an organization can have: token-issuance.md CC-15, and the vendor's page that the row names
// ("Auth0 quota headers", "Error responses for exceeded quotas", read 2026-11). That no two requests take the same token
// is in coherence.test.ts, on both databases.

import type { Response } from 'supertest';
import { startServer, type TestServer } from '../support/server.js';
import {
  askToken,
  associate,
  claimsOf,
  givenClient,
  givenGrant,
  givenJoined,
  givenOrganization,
  refusalOf,
} from './given.js';

const NOON = new Date('2027-03-04T11:50:00.000Z');
const TEN_MINUTES = 600;
/** Seconds from then to the end of the day. */
const REST_OF_DAY = 12 * 3600 + TEN_MINUTES;

let server: TestServer;
let now = NOON;
beforeAll(async () => {
  server = await startServer({ now: () => now });
});
beforeEach(() => {
  now = NOON;
});
afterAll(() => server.close());

const quota = (settings: object): object => ({ token_quota: { client_credentials: settings } });

/** A quota header as the official SDKs read it: buckets in any order. */
function buckets(answer: Response, of: 'client' | 'organization'): unknown {
  const header: unknown = answer.headers[`auth0-${of}-quota-limit`];
  if (typeof header !== 'string') return undefined;
  return Object.fromEntries(
    header.split(',').map((bucket) => {
      const { b, ...rest } = Object.fromEntries(bucket.split(';').map((pair) => pair.split('='))) as {
        b: string;
        [key: string]: string;
      };
      return [b, rest];
    }),
  );
}

const bucket = (limit: number, remaining: number, seconds: number) => ({
  q: String(limit),
  r: String(remaining),
  t: String(seconds),
});

const exceeded = (of: 'Client' | 'Organization') => ({
  status: 429,
  body: { error: 'too_many_requests', error_description: `${of} quota exceeded` },
  reason: 'quota_exceeded',
});

describe("a client's quota", () => {
  test('is told with every token', async () => {
    const { client, api } = await givenJoined(server, { client: quota({ per_hour: 10, per_day: 50 }) });
    await askToken(server, client, api);
    const answer = await askToken(server, client, api);
    expect(buckets(answer, 'client')).toEqual({
      per_hour: bucket(10, 8, TEN_MINUTES),
      per_day: bucket(50, 48, REST_OF_DAY),
    });
    expect(answer.headers).not.toHaveProperty('retry-after');
  });

  test('is not told where there is none', async () => {
    const { client, api } = await givenJoined(server);
    const answer = await askToken(server, client, api);
    expect(Object.keys(answer.headers as object).filter((name) => name.includes('quota'))).toEqual([]);
  });

  test.each([
    { period: 'per_hour', seconds: TEN_MINUTES },
    { period: 'per_day', seconds: REST_OF_DAY },
  ])('$period ends what it allows', async ({ period, seconds }) => {
    const { client, api } = await givenJoined(server, { client: quota({ [period]: 2 }) });
    const first = await askToken(server, client, api);
    const second = await askToken(server, client, api);
    const third = await askToken(server, client, api);
    expect([first.status, second.status]).toEqual([200, 200]);
    expect(refusalOf(third)).toEqual(exceeded('Client'));
    expect(buckets(third, 'client')).toEqual({ [period]: bucket(2, 0, seconds) });
    expect(third.headers).toMatchObject({
      'retry-after': String(seconds),
      'x-ratelimit-limit': '2',
      'x-ratelimit-remaining': '0',
      'x-ratelimit-reset': String(NOON.getTime() / 1000 + seconds),
      'cache-control': 'no-store',
    });
  });

  test('starts anew with the next hour', async () => {
    const { client, api } = await givenJoined(server, { client: quota({ per_hour: 1 }) });
    await askToken(server, client, api);
    now = new Date(NOON.getTime() + TEN_MINUTES * 1000 - 1);
    const lastMoment = await askToken(server, client, api);
    now = new Date(NOON.getTime() + TEN_MINUTES * 1000);
    const nextHour = await askToken(server, client, api);
    expect([lastMoment.status, nextHour.status]).toEqual([429, 200]);
  });

  test('starts anew with the next day, and not with the next hour', async () => {
    const { client, api } = await givenJoined(server, { client: quota({ per_day: 1 }) });
    await askToken(server, client, api);
    now = new Date(NOON.getTime() + TEN_MINUTES * 1000);
    const nextHour = await askToken(server, client, api);
    now = new Date(NOON.getTime() + REST_OF_DAY * 1000);
    const nextDay = await askToken(server, client, api);
    expect([nextHour.status, nextDay.status]).toEqual([429, 200]);
  });

  test('is only counted where it is not enforced', async () => {
    const { client, api } = await givenJoined(server, { client: quota({ per_hour: 1, enforce: false }) });
    await askToken(server, client, api);
    const second = await askToken(server, client, api);
    expect(second.status).toBe(200);
    expect(buckets(second, 'client')).toEqual({ per_hour: bucket(1, 0, TEN_MINUTES) });
  });

  test('is not used up by requests that are refused', async () => {
    const { client, api } = await givenJoined(server, { client: quota({ per_hour: 1 }) });
    await askToken(server, client, api, { scope: 'nosuch' });
    await askToken(server, client, api, { client_secret: 'wrong' });
    await askToken(server, client, api, { audience: 'https://nope' });
    expect((await askToken(server, client, api)).status).toBe(200);
  });

  test('is its own: other clients have theirs', async () => {
    const { client, api } = await givenJoined(server, { client: quota({ per_hour: 1 }) });
    const other = await givenClient(server, quota({ per_hour: 1 }));
    await givenGrant(server, other, api);
    await askToken(server, client, api);
    expect((await askToken(server, other, api)).status).toBe(200);
  });

  test('loses nothing of the day to a request that the hour refuses (storage.ts: "all or nothing")', async () => {
    const { client, api } = await givenJoined(server, { client: quota({ per_hour: 1, per_day: 2 }) });
    await askToken(server, client, api);
    await askToken(server, client, api);
    now = new Date(NOON.getTime() + TEN_MINUTES * 1000);
    const nextHour = await askToken(server, client, api);
    expect(nextHour.status).toBe(200);
    expect(buckets(nextHour, 'client')).toMatchObject({ per_day: { r: '0' } });
  });

  test('is told as it is with a refusal too (storage.ts: "as it is after the call")', async () => {
    const { client, api } = await givenJoined(server, { client: quota({ per_hour: 1, per_day: 5 }) });
    await askToken(server, client, api);
    const refused = await askToken(server, client, api);
    expect(buckets(refused, 'client')).toEqual({
      per_hour: bucket(1, 0, TEN_MINUTES),
      per_day: bucket(5, 4, REST_OF_DAY),
    });
  });
});

describe("an organization's quota", () => {
  /** A client with a grant that was added to an organization with this quota. */
  async function givenMember(organizationQuota: object, clientQuota: object = {}) {
    const organization = await givenOrganization(server, organizationQuota);
    const made = await givenJoined(server, {
      client: clientQuota,
      grant: { organization_usage: 'allow' },
    });
    await associate(server, organization, made.grantId);
    return { ...made, organization };
  }

  test('is told with every token for it', async () => {
    const { client, api, organization } = await givenMember(quota({ per_hour: 3 }));
    const answer = await askToken(server, client, api, { organization });
    expect(claimsOf(answer)['org_id']).toBe(organization);
    expect(buckets(answer, 'organization')).toEqual({ per_hour: bucket(3, 2, TEN_MINUTES) });
    expect(buckets(answer, 'client')).toBeUndefined();
  });

  test('is shared by all of its clients', async () => {
    const { client, api, organization } = await givenMember(quota({ per_hour: 1 }));
    const other = await givenClient(server);
    const otherGrant = await givenGrant(server, other, api, { organization_usage: 'allow' });
    await associate(server, organization, otherGrant);
    await askToken(server, client, api, { organization });
    const answer = await askToken(server, other, api, { organization });
    expect(refusalOf(answer)).toEqual(exceeded('Organization'));
    expect(buckets(answer, 'organization')).toEqual({ per_hour: bucket(1, 0, TEN_MINUTES) });
    expect(answer.headers['retry-after']).toBe(String(TEN_MINUTES));
  });

  test('does not count tokens for no organization', async () => {
    const { client, api, organization } = await givenMember(quota({ per_hour: 1 }));
    await askToken(server, client, api, { organization });
    expect((await askToken(server, client, api)).status).toBe(200);
  });

  test("leaves the client's as it was when it refuses", async () => {
    const { client, api, organization } = await givenMember(quota({ per_hour: 1 }), quota({ per_hour: 3 }));
    await askToken(server, client, api, { organization });
    await askToken(server, client, api, { organization });
    const answer = await askToken(server, client, api);
    expect(buckets(answer, 'client')).toEqual({ per_hour: bucket(3, 1, TEN_MINUTES) });
  });

  test("is told beside the client's", async () => {
    const { client, api, organization } = await givenMember(quota({ per_day: 9 }), quota({ per_hour: 3 }));
    const answer = await askToken(server, client, api, { organization });
    expect(buckets(answer, 'client')).toEqual({ per_hour: bucket(3, 2, TEN_MINUTES) });
    expect(buckets(answer, 'organization')).toEqual({ per_day: bucket(9, 8, REST_OF_DAY) });
  });
});
