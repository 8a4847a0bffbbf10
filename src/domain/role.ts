/** `tenant` roles are for every user, `organization` roles for the members of the organization that owns them. */
export type RoleType = 'tenant' | 'organization';

/** A named set of permissions. */
export interface Role {
  readonly id: string;
  readonly name: string;
  /** Null until set. */
  readonly description: string | null;
  readonly type: RoleType;
  /** The organization of an organization's role, else null. */
  readonly ownerId: string | null;
}

export type NewRole = Omit<Role, 'id'>;

/** What can change. Whose a role is never does. */
export type RoleChanges = Partial<Pick<Role, 'name' | 'description'>>;
