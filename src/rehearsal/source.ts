/**
 * Where rehearsed announcements come from: a WebSocket server inside this process, on loopback, and a feed of the
 * config that is connected to it instead of to its source. Their bytes arrive as those of news do.
 */
import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type WebSocket, WebSocketServer } from 'ws';
import type { FeedDeps, FeedEvents } from '../feeds/feed.ts';
import { type FeedOptions, feedOpener, feedTypeOf } from '../feeds/index.ts';
import type { Reading } from '../feeds/news.ts';

export interface SourceDeps extends Omit<FeedDeps, 'events'>, Pick<FeedEvents, 'news' | 'readEnds'> {
  /** The announcement sent last will not come out as news. */
  readonly failed: () => void;
}

/** Nothing that a client could have to say. */
const LARGEST_PAYLOAD_BYTES = 1024;

export interface Source {
  /** False: it is not connected, or such an announcement cannot be written so that it is read as one. */
  send(reading: Reading): boolean;
  close(): Promise<void>;
}

/** Resolves when the feed is proven. Rejects where the machine has no loopback to listen on. */
export async function openSource(
  feed: FeedOptions,
  { news, readEnds, failed, ...deps }: SourceDeps,
): Promise<Source> {
  const { clock, random } = deps;
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  server.unref();
  // Listening on a port, so the address is not a pipe's name. Whoever else finds it is not the feed.
  const { port } = server.address() as AddressInfo;
  const path = `/${String(random()).slice(2)}`;
  const rehearsed = feedTypeOf(feed).rehearsed(feed, `ws://127.0.0.1:${port}${path}`);

  let socket: WebSocket | undefined;
  const webSockets = new WebSocketServer({
    ...{ server, maxPayload: LARGEST_PAYLOAD_BYTES, perMessageDeflate: false },
    verifyClient: ({ req }: { readonly req: IncomingMessage }) => req.url?.split('?')[0] === path,
  });
  webSockets.on('connection', (opened) => {
    socket = opened;
    opened.on('error', () => undefined);
    opened.on('close', () => {
      socket = undefined;
      failed();
    });
    for (const frame of rehearsed.greeting(clock.wallUs())) opened.send(frame);
  });

  const { promise: live, resolve, reject } = Promise.withResolvers<void>();
  const silent = () => undefined;
  const lost = () => {
    failed();
    reject(new Error('the feed of a rehearsal is not connected'));
  };
  const events: FeedEvents = {
    ...{ news, readEnds, live: () => resolve(), odd: failed, lost, fatal: lost },
    ...{ changeFailed: silent, selfTest: silent, warning: silent },
  };
  const client = feedOpener()(rehearsed.options as FeedOptions, { ...deps, events });
  const close = async () => {
    socket = undefined;
    client.stop();
    for (const one of webSockets.clients) one.terminate();
    webSockets.close();
    server.close();
    server.closeAllConnections();
  };
  client.start();
  try {
    await live;
  } catch (error) {
    await close();
    throw error;
  }
  return {
    send(reading) {
      const frame = rehearsed.frame(reading);
      if (frame === undefined || socket === undefined) return false;
      socket.send(frame);
      return true;
    },
    close,
  };
}
