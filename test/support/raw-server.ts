/** A receiver that answers each request with exactly these bytes and closes: no server library that would refuse or correct them. */
import { once } from 'node:events';
import { type AddressInfo, createServer, type Server } from 'node:net';

export class RawServer implements AsyncDisposable {
  readonly #server: Server;
  #bytes = Buffer.alloc(0);

  private constructor() {
    this.#server = createServer((socket) => {
      socket.on('error', () => undefined);
      // A request of these tests is one packet.
      socket.once('data', () => socket.end(this.#bytes));
    });
  }

  static async start(): Promise<RawServer> {
    const raw = new RawServer();
    raw.#server.listen(0, '127.0.0.1');
    await once(raw.#server, 'listening');
    return raw;
  }

  get origin(): string {
    // It listens on a port, so the address is not a pipe's name.
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** From the next request on. Line breaks in a header's value begin another header, as they would on a wire. */
  answer(status: number, headers: readonly (readonly [string, string])[], body: Buffer): void {
    const lines = headers.map(([name, value]) => `${name}: ${value}\r\n`).join('');
    const head = `HTTP/1.1 ${status} \r\nconnection: close\r\n${lines}content-length: ${body.length}\r\n\r\n`;
    this.#bytes = Buffer.concat([Buffer.from(head, 'latin1'), body]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.close();
    await once(this.#server, 'close');
  }
}
