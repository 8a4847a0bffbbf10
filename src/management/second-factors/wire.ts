// What users have set up, in the two forms that the wire has for it (auth0/docs-v2, oas/management/v2). Neither has what
// proves it.

import type { Authenticator } from '../../domain/second-factor.js';
import type { components } from '../../generated/openapi.js';

type Schemas = components['schemas'];

export const toAuthenticationMethod = ({
  id,
  kind,
  name,
  confirmedAt,
  createdAt,
  lastUsedAt,
}: Authenticator): Schemas['AuthenticationMethod'] => ({
  id,
  type: kind,
  confirmed: confirmedAt !== null,
  ...(name !== null && { name }),
  created_at: createdAt.toISOString(),
  ...(lastUsedAt !== null && { last_auth_at: lastUsedAt.toISOString() }),
});

/** Enrollments are known by the device alone (auth0/auth0-java, guardian_enrollment.json). */
const deviceOf = ({ id }: Authenticator): string => id.slice(id.indexOf('|') + 1);

export const toGuardianEnrollment = (authenticator: Authenticator): Schemas['GuardianEnrollment'] => {
  const { name, confirmedAt, lastUsedAt } = authenticator;
  return {
    id: deviceOf(authenticator),
    status: confirmedAt === null ? 'pending' : 'confirmed',
    ...(name !== null && { name }),
    ...(confirmedAt !== null && { enrolled_at: confirmedAt.toISOString() }),
    ...(lastUsedAt !== null && { last_auth: lastUsedAt.toISOString() }),
  };
};

/** Of one that is confirmed. */
export const toUserEnrollment = (authenticator: Authenticator): Schemas['UserEnrollment'] => {
  const { kind, name, confirmedAt, createdAt, lastUsedAt } = authenticator;
  const isDevice = kind === 'push';
  return {
    id: deviceOf(authenticator),
    status: 'confirmed',
    type: isDevice ? 'pn' : 'authenticator',
    ...(name !== null && { name }),
    auth_method: isDevice ? 'guardian' : 'authenticator',
    enrolled_at: (confirmedAt ?? createdAt).toISOString(),
    ...(lastUsedAt !== null && { last_auth: lastUsedAt.toISOString() }),
  };
};
