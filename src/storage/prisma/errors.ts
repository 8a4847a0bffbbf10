import { Prisma } from '../../generated/prisma/client.js';
import { AlreadyExists, MissingReference, RuleBroken } from '../storage.js';

/** Which rule of the interface each unique index stands for. The only place where index names are known. */
const UNIQUE_INDEXES: Record<string, AlreadyExists['constraint']> = {
  client_grants_one_per_client: 'client_grant',
  client_grants_one_per_default_group: 'client_grant',
  resource_servers_identifier_key: 'resource_server',
  connections_name_key: 'connection',
  connections_assertion_issuer_key: 'assertion_issuer',
  organizations_name_key: 'organization',
  organization_client_grants_pkey: 'organization_client_grant',
  organization_connections_pkey: 'organization_connection',
  organization_clients_pkey: 'organization_client',
  discovery_domains_one_per_organization: 'discovery_domain',
  roles_one_per_owner_and_name: 'role',
  users_pkey: 'user',
  users_one_per_email: 'user',
  users_one_per_username: 'user',
  users_one_per_phone_number: 'user',
  client_credentials_client_id_kid_key: 'client_credential',
  actions_name_key: 'action',
  token_exchange_profiles_subject_token_type_key: 'token_exchange_profile',
};

interface DriverCause {
  readonly kind?: string;
  readonly originalCode?: string;
  readonly originalMessage?: string;
  readonly constraint?: { readonly index?: string };
}

function causeOf(error: Prisma.PrismaClientKnownRequestError): DriverCause {
  const driver = error.meta?.['driverAdapterError'] as { cause?: DriverCause } | undefined;
  return driver?.cause ?? {};
}

const alreadyExists = ({ constraint }: DriverCause): AlreadyExists =>
  new AlreadyExists(UNIQUE_INDEXES[constraint?.index ?? ''] ?? 'other');

/**
 * Turns what Prisma throws into what the storage interface promises; everything else passes unchanged. P2002 is a
 * unique index, P2003 a foreign key, P2025 a row that is not there.
 */
export function translated(error: unknown): unknown {
  if (!(error instanceof Prisma.PrismaClientKnownRequestError)) return error;
  const cause = causeOf(error);
  switch (error.code) {
    case 'P2002':
      return alreadyExists(cause);
    case 'P2003':
    case 'P2025':
      return new MissingReference(error.message);
    default:
      // A unique index or a foreign key, in a statement of our own.
      if (cause.originalCode === '23505') return alreadyExists(cause);
      if (cause.originalCode === '23503') return new MissingReference(error.message);
      // 23514 is a check, or a trigger that stands for one; Prisma has no code of its own for them.
      return cause.originalCode === '23514' ? new RuleBroken(cause.originalMessage ?? '') : error;
  }
}

/** As `translated`, for a statement that goes to the pool and can break a foreign key (23503). */
export async function missingReference<T>(statement: Promise<T>): Promise<T> {
  try {
    return await statement;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === '23503') {
      throw new MissingReference(error.message);
    }
    throw error;
  }
}
