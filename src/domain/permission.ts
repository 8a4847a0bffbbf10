/** A scope of an API, as a role gives it or a user has it. */
export interface Permission {
  readonly resourceServerIdentifier: string;
  readonly permissionName: string;
}

/** A permission with what its API says of it. */
export interface DescribedPermission extends Permission {
  /** Null where the scope has none. */
  readonly description: string | null;
  /** Null where the API has none. */
  readonly resourceServerName: string | null;
}

/** Why a user has a permission: directly, or by a role. */
type PermissionSource =
  { readonly type: 'direct' } | { readonly type: 'role'; readonly roleId: string; readonly roleName: string };

/** A permission of a user, with every source that it comes from. */
export interface UserPermission extends DescribedPermission {
  readonly sources: readonly PermissionSource[];
}
