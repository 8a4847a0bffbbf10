import type { IncomingMessage } from 'node:http';

/** What a request says that its body is, without parameters and in lower case (RFC 9110 section 8.3.1). */
export const mediaTypeOf = ({ headers }: Pick<IncomingMessage, 'headers'>): string | undefined =>
  headers['content-type']?.split(';')[0]?.trim().toLowerCase();
