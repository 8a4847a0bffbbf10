// One TLS handshake with a server in this process, and how it ended.

import { once } from 'node:events';
import type { AddressInfo, Server } from 'node:net';
import { connect, type ConnectionOptions } from 'node:tls';

/** @returns what the client learned, or what ended the handshake. */
export async function handshake(
  port: number,
  options: ConnectionOptions,
): Promise<{ protocol: string | null; cipher: string; serialNumber: string } | string> {
  const socket = connect({ host: '127.0.0.1', port, servername: 'localhost', ...options });
  try {
    await once(socket, 'secureConnect');
    const { serialNumber } = socket.getPeerCertificate();
    return { protocol: socket.getProtocol(), cipher: socket.getCipher().standardName, serialNumber };
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    // Node has no code of its own for a breach of name constraints.
    return code === undefined || code === 'UNSPECIFIED' ? message : code;
  } finally {
    socket.destroy();
  }
}

export async function listening(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}
