import type { RunningServer } from './server.js';

/** As a word of a shell command. */
const shellWord = (text: string): string =>
  /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;

/** What a person at the terminal wants to know. */
export function welcome({
  tenant,
  created,
  authorityFile,
}: Pick<RunningServer, 'tenant' | 'created' | 'authorityFile'>): string {
  const lines = [`Grantry is ready at ${tenant.issuer}`, `API reference at ${tenant.issuer}reference`, ''];
  const authority = authorityFile === null ? null : shellWord(authorityFile);
  if (authority !== null) {
    lines.push(
      'Its certificate is from an authority of its own. To trust it:',
      `  Node           export NODE_EXTRA_CA_CERTS=${authority}`,
      `  Go, Terraform  export SSL_CERT_FILE=${authority}`,
      `  curl           curl --cacert ${authority}`,
      '',
    );
  }
  if (created) {
    const request = JSON.stringify({
      grant_type: 'client_credentials',
      client_id: created.id,
      client_secret: created.secret,
      audience: tenant.identifierOf('management'),
    });
    const curl = authority === null ? 'curl -s' : `curl -s --cacert ${authority}`;
    lines.push(
      'Management client (shown this once):',
      `  client id      ${created.id}`,
      `  client secret  ${created.secret}`,
      '',
      'Get a token with it:',
      `  ${curl} ${tenant.issuer}oauth/token -H 'Content-Type: application/json' -d '${request}'`,
      '',
    );
  }
  return `${lines.join('\n')}\n`;
}
