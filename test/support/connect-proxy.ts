/** An HTTP proxy that speaks `CONNECT` (RFC 9110 §9.3.6), over TCP or TLS, and keeps who asked it for what. */
import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import { type AddressInfo, connect, type Socket } from 'node:net';

export interface ConnectProxyOptions {
  /** `user:password`; without them anybody may. */
  readonly credentials?: string;
  /** Of the way to it. */
  readonly tls?: { readonly key: string; readonly cert: string };
  /** In place of its answer. */
  readonly answer?: string;
  /** Where a name leads; as the proxy's own resolver knows it. */
  readonly resolve?: (host: string) => string;
}

export interface ConnectProxy extends AsyncDisposable {
  readonly port: number;
  /** `host:port` of every `CONNECT`. */
  readonly asked: readonly string[];
  /** Everything else that came in its place: requests that should not have. */
  readonly others: readonly string[];
  /** Tunnels that are open. */
  readonly open: number;
}

export async function startConnectProxy(options: ConnectProxyOptions = {}): Promise<ConnectProxy> {
  const { credentials, tls, answer, resolve = (host) => host } = options;
  const asked: string[] = [];
  const others: string[] = [];
  const sockets = new Set<Socket>();
  const tunnels = new Set<Socket>();
  const keep = (socket: Socket) => {
    sockets.add(socket);
    socket.on('error', () => socket.destroy());
    socket.on('close', () => sockets.delete(socket));
  };
  const server = tls === undefined ? createServer() : createSecureServer(tls);
  server.on('request', (request: IncomingMessage, response) => {
    others.push(`${request.method} ${request.url}`);
    response.writeHead(405).end();
  });
  server.on('connection', keep);
  server.on('connect', (request: IncomingMessage, client: Socket) => {
    keep(client);
    const target = request.url ?? '';
    asked.push(target);
    if (answer !== undefined) return void client.end(answer);
    const login = request.headers['proxy-authorization'];
    const wanted = credentials && `Basic ${Buffer.from(credentials).toString('base64')}`;
    if (login !== wanted)
      return void client.end(
        'HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic realm="x"\r\n\r\n',
      );
    if (request.headers.host !== target) return void client.end('HTTP/1.1 400 Bad Request\r\n\r\n');
    const { hostname, port } = new URL(`http://${target}`);
    const far = connect(Number(port), resolve(hostname.replace(/^\[(.*)\]$/, '$1')));
    keep(far);
    far.on('error', () => client.end('HTTP/1.1 502 Bad Gateway\r\n\r\n'));
    far.once('connect', () => {
      client.write('HTTP/1.1 200 Connection established\r\nVia: a proxy\r\n\r\n');
      tunnels.add(client);
      client.on('close', () => {
        tunnels.delete(client);
        far.destroy();
      });
      far.on('close', () => client.destroy());
      client.pipe(far).pipe(client);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    asked,
    others,
    get open() {
      return tunnels.size;
    },
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
