/** Where the soak's announcements end: a bare HTTP server that only counts titles, so that an hour of it needs no memory to speak of. */
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

export class TitleCounter implements AsyncDisposable {
  /** Title → how many requests brought it. */
  readonly taken = new Map<string, number>();
  readonly #server: Server;

  private constructor() {
    this.#server = createServer(async (request, response) => {
      let body = '';
      for await (const chunk of request) body += String(chunk);
      response.end('{"ok":true}');
      if (request.method !== 'POST') return;
      const { title }: { title: string } = JSON.parse(body);
      this.taken.set(title, (this.taken.get(title) ?? 0) + 1);
    });
  }

  static async start(): Promise<TitleCounter> {
    const counter = new TitleCounter();
    counter.#server.listen(0, '127.0.0.1');
    await once(counter.#server, 'listening');
    return counter;
  }

  get url(): string {
    // It listens on a port, so the address is not a pipe's name.
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.close();
    this.#server.closeAllConnections();
    await once(this.#server, 'close');
  }
}
