/**
 * The functions that run between the bytes of a lone announcement's frame and the bytes of its request, in their
 * order, in the real program. Each line here is read by somebody who waits for a listing: whatever the request does
 * not need belongs behind it. `UPDATE_TRACE=1 npm test -- test/trace` writes the files again; look at what has come.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { MARK, type Way } from './recorder.ts';
import { difference, shown, withTimersNamed } from './shown.ts';
import { startWorld } from './world.ts';

const ways = new Map<string, Way>();
/** Through the libraries of their platforms, which do as they like. */
const chats = new Map<string, Way>();
let rehearsed: readonly Way[] = [];
const wayOf = (name: string): Way => ways.get(name) ?? chats.get(name) ?? { to: 0, steps: [], promises: 0 };

const scope = new AsyncDisposableStack();
afterAll(() => scope.disposeAsync());

beforeAll(async () => {
  const { feed, own, lone, ...world } = scope.use(await startWorld());
  rehearsed = world.rehearsed;
  const listing = (publisher: string) => (title: string) =>
    feed.announce({
      publisher,
      listingType: 'spot_listing',
      ticker: MARK,
      title,
      abnormalDetectionLatency: false,
    });
  const written = (title: string) => own.send({ kind: 'listing', title, coins: MARK, time: Date.now() });
  ways.set('webhook', await lone('bot', listing('upbit')));
  ways.set('webhook, over a used connection', await lone('bot', listing('upbit')));
  ways.set('webhook with onAmbiguous drop', await lone('careful', listing('bithumb')));
  ways.set('websocket feed to a webhook', await lone('third', written));
  ways.set('webhook for each ticker', await lone('each', listing('coinbase')));
  chats.set('discord', await lone('chat', listing('okx')));
  chats.set('telegram', await lone('group', listing('bybit')));
});

function held(file: string, text: string): void {
  const url = new URL(`ways/${file}.txt`, import.meta.url);
  if (process.env['UPDATE_TRACE']) writeFileSync(url, text);
  expect(text, 'the way is another one: UPDATE_TRACE=1 writes it down, the diff is the review').toBe(
    readFileSync(url, 'utf8'),
  );
}

describe('the way of a lone announcement (UPDATE_TRACE=1 npm test -- test/trace brings it up to date)', () => {
  test('from a frame of cryptolisting to a webhook, over a connection that has carried nothing', () => {
    held('webhook', shown(wayOf('webhook')));
  });

  test.each([
    ['webhook, over a used connection', 'used-connection'],
    ['webhook with onAmbiguous drop', 'at-most-once'],
    ['websocket feed to a webhook', 'websocket-feed'],
  ])('%s: what is different', (name, file) => {
    held(file, difference(shown(wayOf('webhook')), shown(wayOf(name))));
  });
});

/** Steps that no request needs, on whichever way. */
const NEVER: readonly (readonly [what: string, step: RegExp])[] = [
  ['lines of the log', /^(ops\/log|platform\/log|pino|sonic-boom)/],
  ['figures', /^(ops\/|prom-client)/],
  ['whoever listens to events', /^(conditions|alerts)\/|^events\/bus\.ts Bus\.#/],
  ['reading the store', /^node sqlite: SELECT/],
  ['preparing statements', /^node sqlite prepares/],
  ['rows of how it ended', /^outbox\/.*(Journal\.settle|retention|checkpoint)/],
  ['looking at a config', /^(config\/|zod|yaml)/],
  ['copies of whole objects', /^node structuredClone/],
  ['a task queue', /^p-queue/],
  ['evidence', /evidence\.ts/],
  ['controllers of aborts', /^node new AbortController/],
];

/** Still there. Who takes one off the way moves its line up. */
const NOT_YET: typeof NEVER = [['timers', /^node setTimeout/]];

const seen = (step: RegExp) =>
  [...ways].flatMap(([name, { steps }]) =>
    steps.filter((one) => step.test(one)).map((one) => `${name}: ${one}`),
  );

/** Where the rehearsal has something else in place of the real thing, and how it shows. */
const SEAMS: readonly (readonly [what: string, step: RegExp])[] = [
  [
    'who takes the news of a feed, and may be interrupted',
    /^daemon\/feeding\.ts createFeeds|Rehearsal\.interrupt$/,
  ],
  ['the stage: takes news, decides on the route, listens', /^rehearsal\/stage\.ts /],
  ['the loop is asked through the daemon', /^daemon\/daemon\.ts startDaemon\/(rehearsed\/)?heldUpMs$/],
  [
    'a store in memory: no file to be looked at or synced',
    /^outbox\/(mended-store|sync)\.ts |startDaemon\/written$/,
  ],
  ['nobody waits for events', /^events\/bus\.ts Bus\.publish$/],
  ['timers of the two before', /^timer of (outbox\/sync\.ts Sync\.request|events\/bus\.ts Bus\.publish)$/],
  [
    'one spare connection, not two',
    /^timer (of|cancelled by) http\/spare-sockets\.ts SpareSockets\.#tendAfter( × 2)?$/,
  ],
  ['the journal’s timer, which the one before may have set', /^timer of outbox\/tail\.ts Tail\.add$/],
  ['dedupe has had an announcement of the same exchange', /^dedupe\.ts isOld$/],
  ['an age in words, of a second or of none', /^platform\/duration\.ts formatDuration( × 2)?$/],
];

const SEAMS_OF_CHATS: Readonly<Record<string, typeof SEAMS>> = {
  discord: [
    ['roomy limits over the same time are one', /^delivery\/recent-times\.ts RecentTimes\.newest( × \d)?$/],
    ['discord.js makes its queue with the first request', /^@sapphire\/async-queue$/],
  ],
};

test.each([
  'webhook',
  'webhook, over a used connection',
  'webhook with onAmbiguous drop',
  'websocket feed to a webhook',
  'webhook for each ticker',
  'discord',
  'telegram',
])('rehearsed: %s, but for the seams', (name) => {
  const often = rehearsed.filter(({ times = 0 }) => times > 2);
  const real = shown(withTimersNamed(wayOf(name)));
  const differences = often.map((way) =>
    difference(real, shown(withTimersNamed(way)))
      .split('\n')
      .slice(3),
  );
  const [least = ['nothing was rehearsed']] = differences.sort((one, other) => one.length - other.length);
  const steps = least.filter((line) => /^ {2}[-+] /.test(line)).map((line) => line.slice(4));
  expect(often.length).toBeGreaterThan(0);
  const isSeam = (step: string) =>
    [...SEAMS, ...(SEAMS_OF_CHATS[name] ?? [])].some(([, seam]) => seam.test(step));
  expect(
    steps.filter((step) => !isSeam(step)),
    least.join('\n'),
  ).toEqual([]);
});

describe('never on the way', () => {
  test.each(NEVER)('%s', (_, step) => {
    expect(seen(step)).toEqual([]);
  });

  test.fails.each(NOT_YET)('%s: not yet', (_, step) => {
    expect(seen(step)).toEqual([]);
  });

  test('JSON is read once and written three times: its identity, the row of the store, the body', () => {
    const { steps } = wayOf('webhook');
    expect(steps.filter((one) => one === 'node JSON.parse')).toHaveLength(1);
    expect(steps.filter((one) => one === 'node JSON.stringify').length).toBeLessThanOrEqual(3);
  });

  test('nothing of another announcement, nothing after the bytes', () => {
    for (const [name, { steps }] of ways) {
      expect(
        steps.filter((one) => /^feeds\/connection\.ts .*socket\.on/.test(one)),
        name,
      ).toHaveLength(1);
      expect(
        steps.filter((one) => /onResponse|webhookOutcome/.test(one)),
        name,
      ).toEqual([]);
    }
  });
});
