// What a change of the configuration is tried on: a request that can be repeated, and the change.

import type { Response, Test } from 'supertest';
import type { TestServer } from '../support/server.js';
import { askToken, associate, givenJoined, givenOrganization } from './given.js';

type Asked = Pick<TestServer, 'requestToken'>;
type Changed = Pick<TestServer, 'api'>;

interface Scene {
  /** The same request each time, to the server that is asked. */
  readonly ask: (server: Asked) => Promise<Response>;
  /** The change, through the server that is changed. */
  readonly change: (server: Changed) => Test;
}

export interface ChangeRow {
  readonly change: string;
  readonly given: (server: TestServer) => Promise<Scene>;
  /** What is looked at in an answer; by default its reason. */
  readonly seen?: (answer: Response) => unknown;
  readonly before: unknown;
  readonly after: unknown;
}

/** The scene of a client, an API and a grant, and a change of one of them. */
export function joined(
  settings: Parameters<typeof givenJoined>[1],
  change: (server: Changed, made: Awaited<ReturnType<typeof givenJoined>>) => Test,
): ChangeRow['given'] {
  return async (server) => {
    const made = await givenJoined(server, settings);
    return {
      ask: (asked) => askToken(asked, made.client, made.api),
      change: (changed) => change(changed, made),
    };
  };
}

/** A scene with an organization that the grant was added to, or not. */
export function inOrganization(
  isAssociated: boolean,
  change: (server: Changed, made: { organization: string; grantId: string }) => Test,
): ChangeRow['given'] {
  return async (server) => {
    const { client, api, grantId } = await givenJoined(server, { grant: { organization_usage: 'allow' } });
    const organization = await givenOrganization(server);
    if (isAssociated) await associate(server, organization, grantId);
    return {
      ask: (asked) => askToken(asked, client, api, { organization }),
      change: (changed) => change(changed, { organization, grantId }),
    };
  };
}

/** What a row looks at. */
export const seenIn = ({ seen }: ChangeRow, answer: Response): unknown =>
  seen ? (answer.status === 200 ? seen(answer) : answer.body) : answer.headers['grantry-reason'];
