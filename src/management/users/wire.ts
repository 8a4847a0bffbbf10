// A user as the wire has it.

import type { UserPermission } from '../../domain/permission.js';
import type { User } from '../../domain/user.js';
import type { components } from '../../generated/openapi.js';
import { toPermissionWire } from '../permissions.js';

type Schemas = components['schemas'];

function identityOf({ connection, provider, userId }: User): Schemas['UserIdentity'] {
  return { connection, user_id: userId.slice(provider.length + 1), provider, isSocial: false };
}

/** Members in the recorded order (go-auth0, TestUserManager_Update); what was never set is left out. */
export function toWire(user: User): Schemas['User'] {
  return {
    ...(user.blocked !== null && { blocked: user.blocked }),
    created_at: user.createdAt.toISOString(),
    ...(user.email !== null && { email: user.email }),
    ...(user.emailVerified !== null && { email_verified: user.emailVerified }),
    ...(user.familyName !== null && { family_name: user.familyName }),
    ...(user.givenName !== null && { given_name: user.givenName }),
    identities: [identityOf(user)],
    ...(user.name !== null && { name: user.name }),
    ...(user.nickname !== null && { nickname: user.nickname }),
    ...(user.phoneNumber !== null && { phone_number: user.phoneNumber }),
    ...(user.phoneVerified !== null && { phone_verified: user.phoneVerified }),
    ...(user.picture !== null && { picture: user.picture }),
    updated_at: user.updatedAt.toISOString(),
    user_id: user.userId,
    ...(user.userMetadata !== null && { user_metadata: user.userMetadata }),
    ...(user.username !== null && { username: user.username }),
    ...(user.lastPasswordReset !== null && { last_password_reset: user.lastPasswordReset.toISOString() }),
    ...(user.lastIp !== null && { last_ip: user.lastIp }),
    ...(user.lastLogin !== null && { last_login: user.lastLogin.toISOString() }),
    ...(user.loginsCount !== null && { logins_count: user.loginsCount }),
    ...(user.appMetadata !== null && { app_metadata: user.appMetadata }),
  };
}

/** A permission of a user, with its sources as recorded (recorded-behaviour.md 8); those by roles are documented. */
export function toUserPermissionWire(permission: UserPermission): Schemas['UserPermission'] {
  return {
    ...toPermissionWire(permission),
    sources: permission.sources.map((source) =>
      source.type === 'direct'
        ? { source_id: '', source_name: '', source_type: 'DIRECT' }
        : { source_id: source.roleId, source_name: source.roleName, source_type: 'ROLE' },
    ),
  };
}
