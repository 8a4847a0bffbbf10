// A login under way, as our pages know it.

import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { errors, type Interaction, type Provider } from 'oidc-provider';
import type { Client } from '../../../domain/client.js';
import type { Organization } from '../../../domain/organization.js';
import type { User } from '../../../domain/user.js';
import type { Storage } from '../../../storage/storage.js';
import { ASKED, type Asked, readAsked } from './asked.js';
import type { OwnResult } from './login-request.js';

export interface LoginUnderWay {
  readonly interaction: Interaction;
  readonly asked: Asked;
  readonly client: Client;
  /** The organization that was asked for or chosen; null for none, and for one that does not exist. */
  readonly organization: Organization | null;
  /** Who is logged in; null before login. */
  readonly user: User | null;
  /** What the forms of this login send back. */
  readonly csrfToken: string;
}

/**
 * The id of an interaction is a secret between this server and one browser, in a cookie that no script reads: what is
 * made of it proves that a form is of this login in this browser.
 */
const csrfTokenOf = ({ uid }: Interaction): string =>
  createHash('sha256').update(`form:${uid}`).digest('base64url');

/** Compares in constant time. */
export function isOfForm(token: string | null, { csrfToken }: LoginUnderWay): boolean {
  const [sent, expected] = [Buffer.from(token ?? ''), Buffer.from(csrfToken)];
  return sent.length === expected.length && timingSafeEqual(sent, expected);
}

/** An organization by its id or else its name; whether the tenant takes names is for the policy to say. */
export async function organizationNamed(
  idOrName: string | null,
  { config }: Storage,
): Promise<Organization | null> {
  if (idOrName === null) return null;
  return (await config.organizations.find(idOrName)) ?? (await config.organizations.findByName(idOrName));
}

/**
 * The login that a browser is in the middle of.
 *
 * @throws the library's SessionNotFound when there is none, or no more.
 */
export async function loginUnderWay(
  provider: Provider,
  req: IncomingMessage,
  res: ServerResponse,
  storage: Storage,
): Promise<LoginUnderWay> {
  const interaction = await provider.interactionDetails(req, res);
  const { session } = interaction;
  // Who is asked to consent has to be who is logged in here, and not only somewhere.
  if (session?.uid !== undefined) {
    const here = await provider.Session.get(provider.createContext(req, res));
    if (here.uid !== session.uid) throw new errors.SessionNotFound('the browser is in another session');
  }
  const clientId = String(interaction.params['client_id']);
  const client = await storage.config.clients.find(clientId);
  if (client === null) throw new errors.SessionNotFound('the client has gone');
  const asked = readAsked(interaction.params[ASKED]);
  const accountId = session?.accountId;
  const chosen = interaction.lastSubmission as OwnResult | undefined;
  return {
    interaction,
    asked,
    client,
    organization: await organizationNamed(chosen?.organization?.id ?? asked.organization, storage),
    user: accountId === undefined ? null : await storage.config.users.find(accountId),
    csrfToken: csrfTokenOf(interaction),
  };
}
