/** What a user has allowed a client to do with an API, remembered. */
export interface Consent {
  readonly id: string;
  readonly userId: string;
  readonly clientId: string;
  /** Identifier of the API; null for `/userinfo`. */
  readonly audience: string | null;
  readonly organizationId: string | null;
  /** In the order in which they were first allowed. */
  readonly scopes: readonly string[];
}

export type NewConsent = Omit<Consent, 'id'>;
