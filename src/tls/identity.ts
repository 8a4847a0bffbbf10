/** What the server shows of itself in a TLS handshake. */
export interface TlsIdentity {
  /** The server's certificate, and after it those that lead to its authority: PEM. */
  readonly certificate: string;
  /** PEM. */
  readonly privateKey: string;
}

/** Where the identity comes from. It is asked at the start, and again and again while the server runs. */
export interface TlsIdentitySource {
  /** @throws when there is none that can be used. */
  load(now: Date): Promise<TlsIdentity>;
  /** The certificate that clients have to be told to trust; null where that is the operator's business. */
  readonly authorityFile: string | null;
}
