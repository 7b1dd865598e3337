/** Results of an injected announcement, of a bridge among others: what it does itself, and what the stores of all have. */
import { expect, test } from 'vitest';
import type { ShownFound } from '../../src/cli/found-answer.ts';
import { resultsIn } from '../../src/cli/inject-results.ts';
import type { StatusAnswer } from '../../src/cli/status-answer.ts';
import { FakeClock } from '../support/fake-clock.ts';

type Own = StatusAnswer['announcements'][number]['deliveries'][number];

const own = (destination: string, state: string, reason?: string): Own => ({
  ...{ destination, ticker: undefined, state, reason, advice: undefined },
  ...{ attempts: 1, dispatchMs: 1, tookMs: 2 },
});

const row = (destination: string, state: string, more: Partial<ShownFound['delivery']> = {}): ShownFound => ({
  delivery: {
    ...{ destination, ticker: undefined, state, reason: undefined, advice: undefined },
    ...{ attempts: 1, tookMs: 3, node: 'b' },
    ...more,
  },
  attempts: [],
});

/** Each look finds the next of them, and then the last. */
async function looking(
  planned: readonly { destination: string; elsewhere?: true; node?: string }[],
  looks: readonly { readonly own: readonly Own[]; readonly found: readonly ShownFound[] }[],
) {
  const clock = new FakeClock();
  let [at, asked] = [0, 0];
  const look = () => looks[Math.min(at, looks.length - 1)] ?? { own: [], found: [] };
  const bridge = {
    status: () => {
      const announcements = [{ id: 'x', deliveries: look().own }];
      return Promise.resolve({ value: { announcements } as unknown as StatusAnswer, body: {} });
    },
    found: () => {
      asked++;
      const { found } = look();
      at++;
      return Promise.resolve(found);
    },
  };
  const announcement = {
    ...{ id: 'x', publisher: '', listingType: '', tickers: [], title: 'x', test: false, ageMs: 0 },
  };
  const deliveries = planned.map((one) => ({ id: one.destination, ticker: undefined, ...one }));
  const injected = { ok: true as const, announcement, rules: ['all'], deliveries };
  const over = resultsIn(injected, bridge, { clock, signal: new AbortController().signal });
  for (let n = 0; n < 200; n++) await clock.advance(100);
  const results = (await over)?.map(({ destination, state, node, isUnknown, advice }) => ({
    ...{
      destination,
      state,
      ...(node && { node }),
      ...(isUnknown && { isUnknown }),
      ...(advice && { advice }),
    },
  }));
  return { results, asked };
}

const HERE = { destination: 'here' };
const THERE = { destination: 'there', elsewhere: true, node: 'b' } as const;

test('alone nobody else is asked', async () => {
  const { results, asked } = await looking([HERE], [{ own: [own('here', 'delivered')], found: [] }]);
  expect([results, asked]).toEqual([[{ destination: 'here', state: 'delivered' }], 0]);
});

test('it waits for others, in the order of the plan', async () => {
  const { results, asked } = await looking(
    [THERE, HERE],
    [
      { own: [own('here', 'delivered')], found: [] },
      { own: [own('here', 'delivered')], found: [row('there', 'pending')] },
      { own: [own('here', 'delivered')], found: [row('there', 'delivered'), row('here', 'pending')] },
    ],
  );
  expect(results).toEqual([
    { destination: 'there', state: 'delivered', node: 'b' },
    { destination: 'here', state: 'delivered' },
  ]);
  expect(asked).toBe(3);
});

test('a node that tells nothing is named, within a bounded time', async () => {
  const { results, asked } = await looking([THERE], [{ own: [], found: [] }]);
  expect(results).toEqual([{ destination: 'there', state: 'pending', node: 'b', isUnknown: true }]);
  expect(asked).toBeGreaterThan(50);
  expect(asked).toBeLessThan(110);
});

test('of what is handed over meanwhile, whoever goes on with it says how it went', async () => {
  const handed = [own('here', 'skipped', 'handed_over')];
  const { results } = await looking(
    [HERE],
    [
      { own: handed, found: [row('here', 'skipped', { reason: 'handed_over' })] },
      { own: handed, found: [row('here', 'delivered')] },
    ],
  );
  expect(results).toEqual([{ destination: 'here', state: 'delivered', node: 'b' }]);
});

test('a refusal has the words of the receiver, and an end those of the bridge', async () => {
  const refused = {
    ...row('there', 'dead', { reason: 'message_refused', advice: 'in general' }),
    attempts: [{ outcome: 'reject message_refused', status: 400, detail: 'no such coin' }],
  };
  const [one] = (await looking([THERE], [{ own: [], found: [refused] }])).results ?? [];
  expect(one?.advice).toMatch(/\(no such coin\) \[message_refused, HTTP 400\]$/);
  const muted = row('there', 'skipped', { reason: 'muted', advice: 'A mute held it back. [muted]' });
  const [other] = (await looking([THERE], [{ own: [], found: [muted] }])).results ?? [];
  expect(other?.advice).toBe('A mute held it back. [muted]');
});
