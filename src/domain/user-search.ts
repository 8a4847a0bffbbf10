// What a search for users asks, whatever language it came in.

/** What a search can name: members of a user, and paths into its metadata. */
export type UserField =
  | {
      readonly kind: 'text';
      readonly name:
        | 'userId'
        | 'connection'
        | 'provider'
        | 'email'
        | 'username'
        | 'phoneNumber'
        | 'name'
        | 'nickname'
        | 'picture'
        | 'givenName'
        | 'familyName';
    }
  | { readonly kind: 'flag'; readonly name: 'emailVerified' | 'phoneVerified' | 'blocked' }
  | { readonly kind: 'time'; readonly name: 'createdAt' | 'updatedAt' | 'lastPasswordReset' }
  | {
      readonly kind: 'metadata';
      readonly name: 'userMetadata' | 'appMetadata';
      readonly path: readonly string[];
    };

/** Text that a value has to be, begin with, end with or contain. */
export interface TextMatch {
  readonly how: 'equals' | 'startsWith' | 'endsWith' | 'contains';
  readonly text: string;
}

export type UserSearch =
  | { readonly kind: 'all' | 'any'; readonly of: readonly UserSearch[] }
  | { readonly kind: 'not'; readonly of: UserSearch }
  /** Profile texts are compared without regard to case, metadata with. */
  | { readonly kind: 'matches'; readonly field: UserField; readonly match: TextMatch }
  | { readonly kind: 'is'; readonly field: UserField & { kind: 'flag' }; readonly value: boolean }
  /** Inclusive bounds; null where there is none. */
  | {
      readonly kind: 'between';
      readonly field: UserField & { kind: 'time' };
      readonly from: Date | null;
      readonly to: Date | null;
    }
  | { readonly kind: 'exists'; readonly field: UserField }
  /** What no user has. */
  | { readonly kind: 'nothing' };
