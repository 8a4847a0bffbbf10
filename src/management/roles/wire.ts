// A role as the wire has it, and as the domain has it.

import type { Role, RoleChanges } from '../../domain/role.js';
import type { User } from '../../domain/user.js';
import type { components } from '../../generated/openapi.js';

type Schemas = components['schemas'];

/** As every answer has it but the one to its creation: there is always a description (recorded-behaviour.md 8). */
export function toWire({ id, name, description, type, ownerId }: Role): Schemas['Role'] {
  return {
    id,
    name,
    description: description ?? '',
    type,
    ...(ownerId !== null && { owner_id: ownerId }),
  };
}

/** As the answer to its creation has it: a description that was not given is left out. */
export function toCreatedWire(role: Role): Schemas['Role'] {
  const { description, ...rest } = toWire(role);
  return role.description === null ? rest : { ...rest, ...(description !== undefined && { description }) };
}

/** A user in the list of those who have a role, or are members of something (recorded). */
export function toRoleUserWire({ userId, email, picture, name }: User): Schemas['RoleUser'] {
  return {
    user_id: userId,
    ...(email !== null && { email }),
    ...(picture !== null && { picture }),
    ...(name !== null && { name }),
  };
}

export function toChanges({ name, description }: Schemas['UpdateRole']): RoleChanges {
  return {
    ...(name !== undefined && { name }),
    ...(description !== undefined && { description }),
  };
}
