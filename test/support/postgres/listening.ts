/** Listeners in the place of a PostgreSQL, or in front of one. */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

export interface Listening extends AsyncDisposable {
  readonly port: number;
  readonly url: string;
}

export async function listening(accept: (socket: Socket) => void): Promise<Listening> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket.on('error', () => undefined));
    accept(socket);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    port,
    url: `postgres://u@127.0.0.1:${port}/d`,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

/** In front of a server: these bytes of it become others. */
export const rewriting = (targetPort: number, from: string, to: string): Promise<Listening> =>
  listening((near) => {
    const far = connect(targetPort, '127.0.0.1');
    near.pipe(far).on('error', () => undefined);
    far.on('data', (bytes) =>
      near.write(Buffer.from(bytes.toString('latin1').replaceAll(from, to), 'latin1')),
    );
    near.on('close', () => far.destroy());
    far.on('close', () => near.destroy());
  });
