/** Opening and closing the local servers; port 0 takes a free one. */
import type { Server } from 'node:http';

export interface ListenOptions {
  readonly host?: string | undefined;
  readonly port?: number | undefined;
}

/** Resolves with `host:port` as it stands in a URL; rejects with Node's own error (`EADDRINUSE`, …). */
export function listen(server: Server, { host = '127.0.0.1', port = 0 }: ListenOptions): Promise<string> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      const address = server.address();
      const boundPort = typeof address === 'object' && address !== null ? address.port : port;
      resolve(`${host.includes(':') ? `[${host}]` : host}:${boundPort}`);
    });
  });
}

/** Ends every connection now; resolves when the port is free. */
export function shut(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
