/** Events as they come: who gets which, once made for all; who comes back, who is slow, and what is done for nobody. */
import { once } from 'node:events';
import { connect } from 'node:net';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import type { BridgeEvent } from '../../src/events/bridge-event.ts';
import { Bus } from '../../src/events/bus.ts';
import { Secret } from '../../src/platform/secret.ts';
import { EventsHub } from '../../src/web/live/events-hub.ts';
import { Ring } from '../../src/web/live/ring.ts';
import { type Fragments, RowsHub } from '../../src/web/live/rows-hub.ts';
import type { Bytes } from '../../src/web/live/sse.ts';
import { Viewers } from '../../src/web/live/viewers.ts';
import { startServer } from '../../src/web/server.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { LOCAL, PUBLIC, TOKEN, webOf } from '../support/web.ts';

interface Sent {
  readonly id: string | undefined;
  readonly kind: string;
  readonly data: string;
}

/** Reads a stream as a browser does. */
class Reader {
  readonly got: Sent[] = [];
  lastId: string | undefined;
  isOver = false;
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;

  constructor(stream: ReadableStream<Uint8Array> | null) {
    if (stream === null) throw new Error('no stream');
    this.#reader = stream.getReader();
    void this.#read();
  }

  async #read(): Promise<void> {
    const decoder = new TextDecoder();
    let text = '';
    try {
      for (;;) {
        const { done, value } = await this.#reader.read();
        if (done) break;
        text += decoder.decode(value, { stream: true });
        const blocks = text.split('\n\n');
        text = blocks.pop() ?? '';
        for (const block of blocks) this.#take(block.split('\n'));
      }
    } catch {
      // Dropped.
    }
    this.isOver = true;
  }

  #take(lines: readonly string[]): void {
    const field = (name: string) =>
      lines.filter((line) => line.startsWith(`${name}: `)).map((line) => line.slice(name.length + 2));
    const [id] = field('id');
    this.lastId = id ?? this.lastId;
    const [kind] = field('event');
    if (kind !== undefined) this.got.push({ id, kind, data: field('data').join('\n') });
  }

  leave(): Promise<void> {
    return this.#reader.cancel();
  }

  get kinds(): string[] {
    return this.got.map(({ kind }) => kind);
  }
}

/** Everything is with those who watch: it goes to a few of them in each turn of the loop. */
async function sent(): Promise<void> {
  for (let turn = 0; turn < 30; turn++) await new Promise(setImmediate);
}

const failure = (error: unknown) => {
  throw error;
};

const reloaded = (change: string): BridgeEvent => ({
  ...{ kind: 'config.reloaded', changes: [change], needsRestart: [] },
});
const live = (feed: string): BridgeEvent => ({ kind: 'feed.live', feed, facts: {}, missing: [] }) as never;

function events({
  kept,
  redact = (text: string) => text,
}: {
  kept?: number;
  redact?: (text: string) => string;
} = {}) {
  const clock = new FakeClock();
  const bus = new Bus(clock, failure);
  const hub = new EventsHub({ listen: (listener) => bus.listen(listener), clock, redact }, kept);
  const watch = (lastId?: string, ...kinds: string[]) =>
    new Reader(
      hub.watch({ kinds: kinds.length > 0 ? new Set(kinds) : undefined, isStillAllowed: () => true }, lastId),
    );
  const publish = async (...list: readonly BridgeEvent[]) => {
    for (const event of list) bus.publish(event);
    await clock.advance(1);
    await sent();
  };
  return { clock, hub, watch, publish };
}

describe('events for programs', () => {
  test('each is made once for all who watch, behind the work; each gets the kinds that it wants', async () => {
    const { hub, watch, publish } = events();
    const readers = Array.from({ length: 50 }, () => watch());
    const feeds = watch(undefined, 'feed');
    await publish(reloaded('a'), live('tokyo'), reloaded('b'), { kind: 'bridge.ended' });
    for (const { kinds } of readers) expect(kinds).toEqual(['config', 'feed', 'config']);
    expect(feeds.got).toMatchObject([{ kind: 'feed', data: '{"feed":"tokyo","state":"live"}' }]);
    expect(hub.encoded).toBe(3);
  });

  test('nobody watches: nothing is listened to; shortly after somebody did, events are kept as they are', async () => {
    const { clock, hub, watch, publish } = events();
    await publish(reloaded('a'));
    expect([hub.isListening, hub.encoded]).toEqual([false, 0]);
    const reader = watch();
    await publish(reloaded('b'));
    await reader.leave();
    await publish(reloaded('c'), reloaded('d'));
    expect([hub.isListening, hub.encoded, hub.viewers.count]).toEqual([true, 1, 0]);
    await clock.advance(5 * 60_000);
    expect([hub.isListening, clock.pending]).toEqual([false, 0]);
  });

  test('who comes back goes on where it was, with what it wants', async () => {
    const { hub, watch, publish } = events();
    const first = watch(undefined, 'config');
    await publish(reloaded('a'));
    await first.leave();
    await publish(reloaded('b'), live('tokyo'), reloaded('c'));
    const again = watch(first.lastId, 'config');
    await publish(reloaded('d'));
    expect(again.got.map(({ data }) => JSON.parse(data).changes[0])).toEqual(['b', 'c', 'd']);
    const ids = again.got.map(({ id }) => id);
    expect(new Set(ids).size).toBe(3);
    // Another one who comes back gets the same text.
    expect(hub.encoded).toBe(4);
    watch(first.lastId, 'config');
    expect(hub.encoded).toBe(4);
  });

  test('regression: also who has got nothing yet, or nothing of its kind for long', async () => {
    const { clock, watch, publish } = events({ kept: 2 });
    const quiet = watch(undefined, 'feed');
    await publish(reloaded('a'), reloaded('b'), reloaded('c'), reloaded('d'), reloaded('e'));
    // The heartbeat tells how far the stream is.
    await clock.advance(15_000);
    await sent();
    await quiet.leave();
    await publish(live('tokyo'));
    expect(watch(quiet.lastId, 'feed').lastId).toBeUndefined();
    const again = watch(quiet.lastId, 'feed');
    await publish();
    expect(again.kinds).toEqual(['feed']);
  });

  test.each([
    ['of another life', () => '1a2b-1'],
    ['that is none', () => 'x'],
    ['that is yet to come', (id: string) => id.replace(/\d+$/, '99')],
    ['that is too old', (id: string) => id.replace(/\d+$/, '0')],
  ])('an id %s: it is told that it has missed something, and goes on', async (_, idOf) => {
    const { watch, publish } = events({ kept: 2 });
    const first = watch();
    await publish(...'abcdef'.split('').map(reloaded));
    const again = watch(idOf(first.lastId ?? ''));
    await publish(reloaded('g'));
    expect(again.kinds).toEqual(['reset', 'config']);
    expect(again.lastId).toBe(first.lastId);
  });

  test('after a time without anybody nobody can go on', async () => {
    const { clock, watch, publish } = events();
    const first = watch();
    await publish(reloaded('a'));
    await first.leave();
    await clock.advance(5 * 60_000);
    await publish(reloaded('missed'));
    const again = watch(first.lastId);
    await publish();
    expect(again.kinds).toEqual(['reset']);
  });

  test('no secret and no command for a terminal is in them', async () => {
    const { watch, publish } = events({ redact: (text) => text.replaceAll('s3cret', '<redacted>') });
    const reader = watch();
    await publish(reloaded('s3cret\u001b[2J\ndata: x'));
    const [{ data } = { data: '' }] = reader.got;
    expect(data).not.toContain('s3cret');
    expect(data).not.toContain('\u001b');
    expect(JSON.parse(data).changes).toEqual(['<redacted>\u001b[2J\ndata: x']);
  });
});

test('a ring keeps the last, and a bounded number', () => {
  const ring = new Ring<number>(1000, 3);
  const ids = [1, 2, 3, 4, 5, 6].map((item) => ring.add(item));
  expect(ring.size).toBe(3);
  expect(ring.after(ids[3] ?? '')?.map(([, item]) => item)).toEqual([5, 6]);
  expect(ring.after(ids[2] ?? '')?.map(([, item]) => item)).toEqual([4, 5, 6]);
  expect(ring.after(ids[1] ?? '')).toBeUndefined();
  expect(ring.after(ring.lastId)).toEqual([]);
});

describe('viewers', () => {
  const open = (viewers: Viewers, isStillAllowed = () => true, left = () => undefined) =>
    viewers.join({ kinds: undefined, isStillAllowed, left }, '');
  const bytes = (length: number): Bytes => new Uint8Array(length);

  test('one that does not read is dropped when more waits than the bound, by bytes; the others go on', async () => {
    const viewers = new Viewers(new FakeClock(), () => ':\n\n', { viewers: 10, bytes: 1000 });
    const slow = open(viewers).getReader();
    const fast = open(viewers).getReader();
    await fast.read();
    for (let round = 0; round < 9; round++) {
      viewers.send(bytes(100));
      await fast.read();
      expect(viewers.count).toBe(2);
    }
    viewers.send(bytes(100));
    await sent();
    expect(viewers.count).toBe(1);
    await expect(slow.closed).rejects.toThrow('too slow');
    expect((await fast.read()).value?.byteLength).toBe(100);
  });

  test('one that may read no more is dropped at the next heartbeat; no timer stays behind', async () => {
    const clock = new FakeClock();
    const viewers = new Viewers(clock, () => ':\n\n');
    let isAllowed = true;
    const reader = new Reader(open(viewers, () => isAllowed));
    await clock.advance(15_000);
    expect([viewers.count, reader.isOver]).toEqual([1, false]);
    isAllowed = false;
    await clock.advance(15_000);
    expect([viewers.count, clock.pending, reader.isOver]).toEqual([0, 0, true]);
  });
});

describe('rows of the page', () => {
  function rows() {
    const clock = new FakeClock();
    const bus = new Bus(clock, failure);
    const asked: string[][] = [];
    const fragments: Fragments = {
      keysOf: (event) => (event.kind === 'config.reloaded' ? event.changes : []),
      async rowsOf(keys) {
        asked.push([...keys]);
        return keys.map((key) => `<tr id="${key}">\n</tr>`);
      },
      restless: () => ['r'],
    };
    const hub = new RowsHub({
      ...{ listen: (listener) => bus.listen(listener), clock, fragments, failed: failure },
      breathe: () => Promise.resolve(),
    });
    const watch = (lastId?: string) =>
      new Reader(hub.watch({ kinds: undefined, isStillAllowed: () => true }, lastId));
    const publish = async (...changes: readonly string[]) => {
      for (const change of changes) bus.publish(reloaded(change));
      await clock.advance(200);
      await sent();
    };
    return { clock, hub, asked, watch, publish };
  }

  test('a row that changes often is made once, for all who watch', async () => {
    const { hub, asked, watch, publish } = rows();
    const readers = Array.from({ length: 50 }, () => watch());
    await publish('a', 'b', 'a', 'a');
    expect(asked).toEqual([['a', 'b']]);
    for (const { got } of readers)
      expect(got.map(({ kind, data }) => [kind, data])).toEqual([
        ['row', '<tr id="a">\n</tr>'],
        ['row', '<tr id="b">\n</tr>'],
      ]);
    expect(hub.made).toBe(2);
  });

  test('many rows are made few at a time', async () => {
    const { asked, watch, publish } = rows();
    watch();
    await publish(...Array.from({ length: 50 }, (_, index) => `row-${index}`));
    expect(asked.map(({ length }) => length)).toEqual([20, 20, 10]);
  });

  test('what changes without an event is made again every few seconds, once for all, while somebody watches', async () => {
    const { clock, asked, watch } = rows();
    await clock.advance(20_000);
    expect(asked).toEqual([]);
    const readers = [watch(), watch()];
    await clock.advance(10_500);
    await sent();
    expect(asked).toEqual([['r'], ['r']]);
    for (const reader of readers) await reader.leave();
    await clock.advance(20_000);
    expect(asked).toHaveLength(2);
    expect(readers.map(({ got }) => got.length)).toEqual([2, 2]);
  });

  test('nobody watches: no row is made; who comes back gets those that changed, as they are now', async () => {
    const { clock, hub, asked, watch, publish } = rows();
    await publish('a');
    const first = watch();
    await publish('b');
    await first.leave();
    await publish('c', 'd');
    await publish('c');
    expect(asked).toEqual([['b']]);
    const again = watch(first.lastId);
    await clock.advance(200);
    await sent();
    expect(again.got.map(({ data }) => data)).toEqual(['<tr id="c">\n</tr>', '<tr id="d">\n</tr>']);
    await again.leave();
    await clock.advance(5 * 60_000);
    expect([hub.isListening, clock.pending]).toEqual([false, 0]);
  });
});

describe('over HTTP', () => {
  test('a stream says what it is; a wrong kind says which there are; HEAD opens none', async () => {
    const headers = { host: 'localhost' };
    const web = webOf(LOCAL);
    const stream = await web.request('/api/events?kinds=announcement,delivery', { headers });
    expect([stream.status, stream.headers.get('content-type')]).toEqual([
      200,
      'text/event-stream; charset=utf-8',
    ]);
    await stream.body?.cancel();
    const wrong = await web.request('/api/events?kinds=news', { headers });
    expect([wrong.status, await wrong.json()]).toMatchObject([400, { ok: false, code: 'wrong_query' }]);
    for (let asked = 0; asked < 200; asked++)
      expect((await web.request('/live', { method: 'HEAD', headers })).status).toBe(200);
    expect((await web.request('/live', { headers })).status).toBe(200);
  });

  test('only so many watch: the next is told, and one that leaves makes room', async () => {
    const headers = { host: 'localhost' };
    const web = webOf(LOCAL);
    const ask = () => web.request('/api/events', { headers });
    const streams = await Promise.all(Array.from({ length: 100 }, ask));
    const refused = await ask();
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '10']);
    expect(await refused.json()).toMatchObject({ code: 'too_many_viewers' });
    await streams[0]?.body?.cancel();
    expect((await ask()).status).toBe(200);
  });

  test('reading wants the token elsewhere; a stream ends with the right to read', async () => {
    let token = new Secret(TOKEN);
    const clock = new FakeClock();
    const web = webOf(PUBLIC, { clock }, { access: () => ({ token }) });
    expect((await web.request('/api/events')).status).toBe(401);
    const headers = { authorization: `Bearer ${TOKEN}` };
    const reader = new Reader((await web.request('/api/events', { headers })).body);
    await clock.advance(15_000);
    expect(reader.isOver).toBe(false);
    token = new Secret('another-token-of-some-length');
    await clock.advance(15_000);
    expect(reader.isOver).toBe(true);
  });

  test('a reader at the other end of a socket that stops is dropped, and holds up nobody', async () => {
    const clock = new FakeClock();
    const bus = new Bus(clock, failure);
    const server = await startServer(
      LOCAL,
      webOf(LOCAL, { clock, listen: (listener) => bus.listen(listener) }),
    );
    onTestFinished(() => server.close());
    const said = vi.spyOn(console, 'error');
    const socket = connect(Number(new URL(server.url).port), '127.0.0.1');
    onTestFinished(() => void socket.destroy());
    socket.write('GET /api/events HTTP/1.1\r\nHost: localhost\r\n\r\n');
    await once(socket, 'data');
    socket.pause();
    const isGone = once(socket, 'close');
    socket.on('error', () => undefined);
    // Kernel, stream and bound hold some megabytes; nothing is read meanwhile.
    for (let round = 0; round < 200; round++) {
      bus.publish(reloaded('x'.repeat(100_000)));
      await clock.advance(1);
      await new Promise(setImmediate);
    }
    socket.resume();
    await isGone;
    expect(said).not.toHaveBeenCalled();
  });
});
