/** Which Action answers for subject tokens of one type (RFC 8693; token-issuance.md 4.14). */
export interface TokenExchangeProfile {
  readonly id: string;
  readonly name: string;
  readonly subjectTokenType: string;
  readonly actionId: string;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

export type NewTokenExchangeProfile = Pick<TokenExchangeProfile, 'name' | 'subjectTokenType' | 'actionId'>;

/** What can change; the Action never does. A key that is absent keeps its value. */
export type TokenExchangeProfileChanges = Partial<Pick<TokenExchangeProfile, 'name' | 'subjectTokenType'>>;

/** TX-9. */
const RESERVED = [
  'http://auth0.com',
  'https://auth0.com',
  'http://okta.com',
  'https://okta.com',
  'urn:ietf',
  'urn:auth0',
  'urn:okta',
];

/** Whether a type belongs to the protocol or to the platform. By its beginning, and in whatever case: fails closed. */
export function isReserved(subjectTokenType: string): boolean {
  const type = subjectTokenType.toLowerCase();
  return RESERVED.some((namespace) => type.startsWith(namespace));
}
