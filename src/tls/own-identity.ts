// TLS_CERT and TLS_KEY: the operator's files. What renews them replaces them, and the server takes them up.

import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { ConfigError } from '../config.js';
import type { TlsIdentitySource } from './identity.js';

/**
 * The identity in two PEM files: the certificate with those that lead to its authority, and its key. Loading it throws a
 * ConfigError with every mistake in them.
 */
export function ownIdentity(files: { certificate: string; key: string }): TlsIdentitySource {
  return {
    authorityFile: null,
    async load() {
      const mistakes: string[] = [];
      const read = async <T>(
        setting: string,
        file: string,
        what: string,
        parse: (text: string) => T,
      ): Promise<[string, T] | null> => {
        try {
          const text = await readFile(file, 'utf8');
          try {
            return [text, parse(text)];
          } catch {
            mistakes.push(`${setting} does not hold ${what} (it is ${JSON.stringify(file)})`);
          }
        } catch (error) {
          const why = (error as NodeJS.ErrnoException).code ?? String(error);
          mistakes.push(`${setting} cannot be read: ${why} (it is ${JSON.stringify(file)})`);
        }
        return null;
      };
      const certificate = await read(
        'TLS_CERT',
        files.certificate,
        'a certificate in PEM',
        (text) => new X509Certificate(text),
      );
      const key = await read<KeyObject>(
        'TLS_KEY',
        files.key,
        'a private key in PEM, without a password',
        (text) => createPrivateKey(text),
      );
      if (certificate && key && !certificate[1].checkPrivateKey(key[1])) {
        mistakes.push('TLS_KEY is not the key of the certificate in TLS_CERT');
      }
      if (!certificate || !key || mistakes.length > 0) throw new ConfigError(mistakes.join('\n'));
      return { certificate: certificate[0], privateKey: key[0] };
    },
  };
}
