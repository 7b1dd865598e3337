/** Figures that are kept, and the rest from rows, are together what a plain count of everything says. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { runs } from '../../support/properties.ts';
import { DAY, History, HOUR, MINUTE } from './history.ts';

const span = fc.oneof(
  fc.integer({ min: 1, max: 10 * MINUTE }),
  fc.integer({ min: 1, max: 3 * HOUR }),
  fc.integer({ min: 1, max: DAY }),
);
const step = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({ announce: fc.subarray(['bot', 'chat', 'vip']), feed: fc.constantFrom('a', 'b') }),
  },
  {
    weight: 5,
    arbitrary: fc.record({
      settle: fc.nat(20),
      as: fc.constantFrom('delivered', 'delivered', 'pending', 'dead', 'expired', 'skipped'),
    }),
  },
  { weight: 4, arbitrary: fc.record({ pass: span }) },
  {
    weight: 2,
    arbitrary: fc.record({ derive: fc.nat(30), pieces: fc.option(fc.nat(2), { nil: undefined }) }),
  },
  { weight: 1, arbitrary: fc.record({ retry: fc.nat(1000) }) },
  { weight: 1, arbitrary: fc.record({ discard: fc.nat(20) }) },
  { weight: 1, arbitrary: fc.record({ prune: fc.integer({ min: 3 * HOUR, max: 5 * DAY }) }) },
  { weight: 1, arbitrary: fc.record({ lead: fc.integer({ min: 1, max: 500 }) }) },
  { weight: 1, arbitrary: fc.constant({ reopen: true }) },
  { weight: 2, arbitrary: fc.record({ check: span }) },
);

async function take(
  history: History,
  one: typeof step extends fc.Arbitrary<infer Step> ? Step : never,
): Promise<void> {
  if ('announce' in one) history.announce(one.announce, { feed: one.feed });
  else if ('settle' in one) {
    const { waiting } = history;
    const sent = waiting[one.settle % waiting.length];
    if (sent !== undefined) history.settle(sent, one.as as 'delivered');
  } else if ('pass' in one) await history.clock.advance(one.pass);
  else if ('derive' in one) await history.derive(one.derive, one.pieces);
  else if ('retry' in one) {
    // Where rows of the same hour are gone, what was made of all of them stays.
    const whole = history.news.filter(
      (news) =>
        !history.news.some(
          (other) =>
            other.isDeleted &&
            Math.floor(other.announcement.receivedMs / HOUR) ===
              Math.floor(news.announcement.receivedMs / HOUR),
        ),
    );
    const ended = whole
      .flatMap(({ sent }) => sent)
      .filter(({ state }) => state === 'dead' || state === 'expired');
    const sent = ended[one.retry % ended.length];
    if (sent !== undefined) history.retry(sent);
  } else if ('discard' in one) {
    const sent = history.waiting[one.discard % history.waiting.length];
    if (sent !== undefined) history.discard(sent);
  } else if ('prune' in one) {
    // As in a running bridge, where they are made long before.
    await history.derive();
    history.prune(history.nowMs - one.prune);
  } else if ('lead' in one) history.lead('a', 'b', one.lead);
  else if ('reopen' in one) await history.reopen();
  else history.check({ sinceMs: history.nowMs - one.check });
}

test('over any history, at any moment of the upkeep, also if it dies between two of its pieces', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 20, maxLength: 90, size: 'max' }), async (steps) => {
      await using history = new History();
      for (const one of steps) await take(history, one);
      history.check();
      await history.derive();
      expect(await history.next()).toEqual([]);
      history.check();
      await history.clock.advance(DAY);
      await history.derive();
      history.check();
      history.check({ sinceMs: history.nowMs - 36 * HOUR });
    }),
    { numRuns: runs(25) },
  );
});
