// Where the users of a client come from.

import type { ThirdPartySecurityMode } from '../domain/access-policy.js';
import type { LoginConnection } from '../domain/login.js';
import type { NewLogEntry } from '../domain/log-entry.js';
import type { ConnectionChoice } from '../storage/logins.js';
import type { Storage } from '../storage/storage.js';

interface LoginClient {
  readonly clientId: string;
  readonly isFirstParty: boolean;
  readonly thirdPartySecurityMode: ThirdPartySecurityMode | null;
}

/** Domain connections are there for all third parties; strict ones have no others (token-issuance.md TP-13). */
function choiceFor({ isFirstParty, thirdPartySecurityMode }: LoginClient): ConnectionChoice {
  if (isFirstParty) return 'enabled';
  // An unknown mode is a strict one: fails closed.
  return thirdPartySecurityMode === 'permissive' ? 'either' : 'domain';
}

interface LoginChoice {
  readonly client: LoginClient;
  readonly organization: { readonly id: string } | null;
  /** Names that it has to have, all of them, since the request or the user chose it; null for no choice. */
  readonly named?: readonly (string | null)[];
}

/**
 * The connections that the users of a client can log in with, in order.
 *
 * For an organization its own connections count, and not those of the client (the platform's support article
 * "Understanding Access Behavior with Connections and Organizations", community.auth0.com, 167644).
 */
export async function loginConnections(
  { logins }: Pick<Storage, 'logins'>,
  { client, organization, named = [] }: LoginChoice,
): Promise<readonly LoginConnection[]> {
  const choice = choiceFor(client);
  const connections =
    organization === null
      ? await logins.connectionsOfClient(client.clientId, choice)
      : await logins.connectionsOfOrganization(organization.id, { onlyDomain: choice === 'domain' });
  return connections.filter(({ name }) => named.every((chosen) => chosen === null || chosen === name));
}

/**
 * Makes a user who has logged in a member of the organization, where the connection is one whose users all are
 * (`assign_membership_on_login`).
 *
 * @param entry is logged with it; `organization_member_added` is the platform's type.
 * @returns whether the user is a member now.
 */
export async function admitMember(
  storage: Pick<Storage, 'config' | 'write'>,
  { organizationId, connectionId, userId }: { organizationId: string; connectionId: string; userId: string },
  entry: NewLogEntry,
): Promise<boolean> {
  if (await storage.config.members.isMember(organizationId, userId)) return true;
  const before = await storage.config.organizationConnections.find(organizationId, connectionId);
  // Most who are no members stay so, and a change keeps others waiting.
  if (!before?.assignMembershipOnLogin || !before.isEnabled) return false;
  return storage.write(async (config) => {
    const connection = await config.organizationConnections.find(organizationId, connectionId);
    const admits = connection?.assignMembershipOnLogin === true && connection.isEnabled;
    if (admits) await config.members.add(organizationId, [userId]);
    return { result: admits, entry: admits ? entry : null };
  });
}
