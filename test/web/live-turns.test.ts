/** Viewers are written to in turns of the loop: gathered, in order, never twice, and without secrets. */
import { expect, test } from 'vitest';
import type { BridgeEvent } from '../../src/events/bridge-event.ts';
import { Bus } from '../../src/events/bus.ts';
import { bytesOf } from '../../src/web/live/sse.ts';
import { Viewers } from '../../src/web/live/viewers.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { statusWith } from '../support/status.ts';
import { LOCAL, webOf } from '../support/web.ts';

const turn = () => new Promise<void>(setImmediate);

async function turns(count: number): Promise<void> {
  for (let n = 0; n < count; n++) await turn();
}

/** Each write to it. */
function reading(viewers: Viewers, kinds?: readonly string[]): string[] {
  const viewer = { kinds: kinds && new Set(kinds), isStillAllowed: () => true, left: () => undefined };
  const reader = viewers.join(viewer, '').getReader();
  const got: string[] = [];
  const read = async (): Promise<void> => {
    const { done, value } = await reader.read();
    if (done) return;
    got.push(new TextDecoder().decode(value));
    return read();
  };
  void read();
  return got;
}

const hundred = () => {
  const viewers = new Viewers(new FakeClock(), () => 'mark;');
  return { viewers, all: Array.from({ length: 100 }, () => reading(viewers)) };
};

test('a hundred are written to in turns, a few at a time; what comes together is one write', async () => {
  const { viewers, all } = hundred();
  await turns(2);
  const before = all.map(({ length }) => length);
  for (const text of ['a;', 'b;', 'c;']) viewers.send(bytesOf(text));
  const reached: number[] = [];
  for (let n = 0; n < 30; n++) {
    await turn();
    reached.push(all.filter((got, at) => got.length > (before[at] ?? 0)).length);
  }
  const most = Math.max(...reached.map((count, at) => count - (reached[at - 1] ?? 0)));
  expect(most).toBeLessThanOrEqual(20);
  for (const got of all) expect(got.slice(1)).toEqual(['a;b;c;']);
});

test('each gets its kinds, in order, also of what comes while the first is on its way', async () => {
  const { viewers, all } = hundred();
  const feeds = reading(viewers, ['feed']);
  viewers.send(bytesOf('f1;'), 'feed');
  viewers.send(bytesOf('d1;'), 'delivery');
  await turns(3);
  viewers.send(bytesOf('f2;'), 'feed');
  viewers.send(bytesOf('all;'));
  await turns(40);
  expect(feeds.slice(1).join('')).toBe('f1;f2;all;');
  for (const got of all) expect(got.slice(1).join('')).toBe('f1;d1;f2;all;');
});

test('who joins while something waits does not get it: it is in what they were given', async () => {
  const { viewers } = hundred();
  viewers.send(bytesOf('before;'));
  const late = reading(viewers);
  viewers.send(bytesOf('after;'));
  await turns(40);
  expect(late.slice(1).join('')).toBe('after;');
});

test('the heartbeat says how far a viewer is only behind what it speaks of', async () => {
  const clock = new FakeClock();
  const viewers = new Viewers(clock, () => 'mark;');
  const got = reading(viewers);
  viewers.send(bytesOf('event;'));
  await clock.advance(15_000);
  await turns(5);
  expect(got.slice(1).join('')).toBe('event;mark;');
});

const SECRET = 's3cret-of-the-receiver';

/** The words of a receiver, of a feed and of a file, in everything that is shown. */
const status = statusWith({
  store: { path: `${SECRET}.db`, fault: `full at ${SECRET}` },
  announcements: [
    {
      ...{ id: 'news', receivedMs: 0, feed: 'tokyo', publisher: 'upbit', listingType: 'spot_listing' },
      ...{ tickers: ['ABC'], title: `title ${SECRET}`, redacted: false, test: false, update: false },
      ...{ serviceMs: 1, networkMs: 1, stalledMs: 0, rules: ['all'] },
      deliveries: [
        {
          ...{ id: 'd', destination: 'bot', ticker: undefined, state: 'dead', reason: SECRET },
          ...{ advice: `it said ${SECRET}`, attempts: 1, dispatchMs: 1, tookMs: 2 },
        },
      ],
    },
  ],
});

const EVENTS: readonly BridgeEvent[] = [
  { kind: 'config.rejected', problems: [`at ${SECRET}`] },
  { kind: 'feed.lost', feed: 'tokyo', reason: 'refused', detail: `it said ${SECRET}`, advice: SECRET },
  { kind: 'destination.suspended', destination: 'bot', reason: 'gone', advice: `it said ${SECRET}` },
  {
    ...{ kind: 'delivery.ended', state: 'dead', reason: 'gone', endedMs: 1 },
    delivery: {
      id: 'd',
      content: { kind: 'news', announcement: { id: 'news', receivedMs: 0 } },
      destination: 'bot',
    },
  },
] as unknown as readonly BridgeEvent[];

test.each(['/live', '/api/events'])(
  '%s: no secret that a receiver, a feed or a file has repeated',
  async (path) => {
    const clock = new FakeClock();
    const bus = new Bus(clock, (error) => {
      throw error;
    });
    const web = webOf(LOCAL, {
      ...{ clock, status: () => status, listen: (listener) => bus.listen(listener) },
      redact: (text) => text.replaceAll(SECRET, '<redacted>'),
    });
    const { body } = await web.request(path, { headers: { host: 'localhost' } });
    const reader = body?.getReader();
    let text = '';
    const read = async (): Promise<void> => {
      const { done = true, value } = (await reader?.read()) ?? {};
      if (done) return;
      text += new TextDecoder().decode(value);
      return read();
    };
    void read();
    for (const event of EVENTS) bus.publish(event);
    // The rows are made by modules that are loaded with the first of them.
    await expect
      .poll(async () => {
        await clock.advance(200);
        return text;
      })
      .toContain('redacted');
    await turns(50);
    expect(text).toMatch(/&lt;redacted&gt;|<redacted>/);
    expect(text).not.toContain(SECRET);
  },
);
