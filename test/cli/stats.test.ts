/** `stats`: tables in a pipe and on a terminal, JSON, what is missing, and what is wrong with a question. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { newsOf } from '../../src/delivery/content.ts';
import type { DeliveryState } from '../../src/delivery/delivery.ts';
import { type OpenStore, openStore } from '../../src/outbox/store.ts';
import { cellsOf } from '../../src/platform/cells.ts';
import { paintedLines } from '../../src/platform/paint.ts';
import { runCommandLine } from '../support/command.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { announcementAt, attemptOf, deliveriesOf } from '../support/outbox.ts';

const HOUR = 3_600_000;
const NOW = Date.UTC(2026, 10, 26, 12, 30);

const CONFIG = `feeds:
  - { name: tokyo, url: "ws://127.0.0.1:1", apiKey: "dsk_${'0'.repeat(64)}" }
destinations:
  bot: { type: webhook, url: "http://127.0.0.1:1/", body: { buy: "{{ title }}" } }
rules:
  - { name: all, match: {}, send: [bot] }
store: { path: ./store.db }
`;

let folder = '';
let store: OpenStore;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'stats-'));
  writeFileSync(join(folder, 'config.yaml'), CONFIG);
  store = openStore(join(folder, 'store.db'), new FakeClock(NOW), () => undefined);
});
afterEach(async () => {
  await store.close();
  rmSync(folder, { recursive: true, force: true });
});

let count = 0;
/** Received so long ago, by that feed, to these destinations with their ends. */
function received(
  agoMs: number,
  feed: string,
  ...ends: readonly (readonly [destination: string, state: DeliveryState, tookMs: number])[]
): void {
  const announcement = { ...announcementAt(0, NOW - agoMs), feed };
  const id = announcement.id.slice(0, 10) + String(count++).padStart(6, '0');
  const news = {
    ...{ ...announcement, id, detectedTimestampUs: announcement.receivedTimestampUs - 20_000 },
    dispatchTimestampUs: announcement.receivedTimestampUs - 12_000,
  };
  const deliveries = deliveriesOf(news, ...ends.map(([destination]) => destination));
  store.outbox.record(newsOf(news), deliveries);
  for (const [index, [, state, durationMs]] of ends.entries()) {
    const delivery = deliveries[index];
    if (delivery !== undefined && state !== 'pending')
      store.outbox.settle([attemptOf(delivery, { state, durationMs, startedMs: NOW - agoMs })]);
  }
}

async function run(args: readonly string[], columns?: number, hasColors = false) {
  const { exitCode, out, err } = await runCommandLine(['stats', '-c', join(folder, 'config.yaml'), ...args], {
    clock: new FakeClock(NOW),
    hasColors,
    ...(columns !== undefined && { columns }),
  });
  return { exitCode, lines: out.split('\n'), out, err };
}

function someHours(): void {
  for (let hour = 0; hour < 10; hour++) {
    received(hour * HOUR + 60_000, 'tokyo', ['bot', 'delivered', 40 + hour], ['chat', 'delivered', 400]);
    if (hour % 3 === 0) received(hour * HOUR + 120_000, 'osaka', ['bot', 'dead', 5]);
  }
  store.outbox.keepHistory({
    kind: 'leads',
    leads: [
      { atMs: NOW - HOUR, winner: 'tokyo', loser: 'osaka', leadMs: 12 },
      { atMs: NOW - HOUR, winner: 'tokyo', loser: 'osaka', leadMs: 14 },
      { atMs: NOW - HOUR, winner: 'osaka', loser: 'tokyo', leadMs: 3 },
    ],
  });
}

test('two tables in a pipe: feeds with their race, destinations with their failures; no chart', async () => {
  someHours();
  const { exitCode, lines, out, err } = await run([]);
  expect([exitCode, err]).toEqual([0, '']);
  // The day that was asked for, as far as the store goes back.
  expect(lines[0]).toMatch(/^9h2m: 2026-11-2\d \d\d:28 .* to 2026-11-26 \d\d:30 /);
  const words = lines.map((line) => line.split(/ {2,}/).map((word) => word.trim()));
  expect(words).toContainEqual([
    ...['FEED', 'NEWS', 'SERVICE', 'P99', 'NETWORK', 'P99', 'FIRST', 'AHEAD', 'LATER', 'BEHIND'],
  ]);
  expect(words).toContainEqual(['tokyo', '10', '7.9ms', '7.9ms', '12ms', '12ms', '2', '12ms', '1', '3ms']);
  expect(words).toContainEqual(['osaka', '4', '7.9ms', '7.9ms', '12ms', '12ms', '1', '3ms', '2', '12ms']);
  expect(words).toContainEqual(['DESTINATION', 'OK', 'RATE', 'FAILED', 'P50', 'P99', 'MAX']);
  expect(words).toContainEqual(['bot', '10', '71.4%', '4', '45ms', '49ms', '49ms']);
  expect(words).toContainEqual(['chat', '10', '100%', '-', '400ms', '400ms', '400ms']);
  expect(out).not.toMatch(/[▁-█]/);
});

test.each([80, 120])('on a terminal of %i cells it fits, and has a chart', async (columns) => {
  someHours();
  for (const by of [[], ['--by', 'hour'], ['--by', 'rule']]) {
    const { lines, out } = await run(by, columns);
    for (const line of lines) expect(cellsOf(line), line).toBeLessThanOrEqual(columns);
    const [news = ''] = lines.filter((line) => line.startsWith('news '));
    expect(news).toMatch(/^news {7}[▁-█ ]+ {2}most: 2 in 1h/);
    expect(out).toMatch(/^failed {5}[▁-█ ]+ {2}most: 1 in /m);
    expect(out).toMatch(/^answered {3}[▁-█ ]+ {2}p99, most: 400ms$/m);
  }
});

test('colours change nothing but the colour', async () => {
  someHours();
  const plain = await run([], 80);
  const painted = await run([], 80, true);
  expect(painted.out).toContain('\u001b[');
  expect(paintedLines(painted.out, false)).toBe(plain.out);
});

test('a terminal that is too narrow for a chart has the tables', async () => {
  someHours();
  const { out } = await run([], 40);
  expect(out).toContain('tokyo');
  expect(out).not.toMatch(/[▁-█]/);
});

test('by hour, the earliest first; one destination alone; a period in the past', async () => {
  someHours();
  const hours = JSON.parse((await run(['--since', '3h', '--by', 'hour', '--json'])).out);
  expect(hours.groups.map(({ name }: { name: string }) => name)).toEqual(
    [10, 11, 12].map((hour) => `2026-11-26T${String(hour).padStart(2, '0')}:00:00.000Z`),
  );
  const bot = JSON.parse((await run(['--destination', 'bot', '--json'])).out);
  expect(bot.total.sent).toMatchObject({ deliveries: 14, delivered: 10, dead: 4 });
  const past = JSON.parse((await run(['--since', '10h', '--until', '5h', '--json'])).out);
  expect(past.total.news.announcements).toBe(7);
  const json = JSON.parse((await run(['--json'])).out);
  expect(json.feeds.map(({ name }: { name: string }) => name)).toEqual(['tokyo', 'osaka']);
  expect(json.destinations).toMatchObject([
    { name: 'bot', sent: { delivered: 10 } },
    { name: 'chat', sent: { delivered: 10, took: { maxMs: 400 } } },
  ]);
});

test('an empty store, and a period of which there is nothing', async () => {
  expect((await run([])).lines).toEqual([
    expect.stringMatching(/^Nothing was received from .* to .*\. The store is empty\.$/),
  ]);
  received(50 * HOUR, 'tokyo', ['bot', 'delivered', 5]);
  const { exitCode, lines } = await run([]);
  expect([exitCode, lines]).toEqual([
    0,
    [expect.stringMatching(/^Nothing was received .* The first that the store knows is of 2026-11-24 /)],
  ]);
  const ever = await run(['--since', '20y'.replace('y', '000d')]);
  expect(ever.lines[0]).toMatch(/^2d2h: 2026-11-24 /);
});

test('times without a bridge and a store that was replaced are reported', async () => {
  someHours();
  const alive = (since: number, until: number) =>
    store.outbox.keepHistory({
      kind: 'alive',
      sinceMs: NOW - since * HOUR,
      untilMs: NOW - until * HOUR,
      oldestMs: 0,
    });
  alive(48, 12.5);
  alive(10.1, 0);
  const { out } = await run([]);
  expect(out).toMatch(
    /^No bridge was running for 2h24m of it \(10%\): 2026-11-26 .* to 2026-11-26 .*\. \[off\]$/m,
  );
});

describe('questions that cannot be answered', () => {
  test.each([
    [['--since', '24'], 2, 'must be a duration such as 20s, 10m or 3d, or a time that has passed'],
    [['--since', '2999-01-01'], 2, 'a time that has passed'],
    [['--since', '1h', '--until', '2h'], 2, '--since must be before --until'],
    [['--by', 'ticker'], 2, 'Allowed choices are feed, destination, rule, hour'],
    [['--destination', 'bott'], 1, 'did you mean "bot"'],
    [['--feed', 'tokio'], 1, 'did you mean "tokyo"'],
    [['--store', '/nowhere/at/all.db'], 1, 'There is no store at'],
  ])('%j', async (args, exitCode, says) => {
    someHours();
    const result = await run(args);
    expect(result.err).toContain(says);
    expect(result.exitCode).toBe(exitCode);
  });
});

test('hostile names are text', async () => {
  received(HOUR, 'tok\u001b[31myo', ['bot', 'delivered', 5]);
  const { out } = await run([], 80);
  expect(out).not.toContain('\u001b');
});
