/** The bound that `src/feeds/cryptolisting/age.ts` states, against whatever a source may stamp. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { AgeEstimate } from '../../../src/feeds/cryptolisting/age.ts';
import { runs } from '../../support/properties.ts';

const EPOCH_MS = 1_790_000_000_000;
/** Of an ordinary frame. */
const MOST_TRIP_MS = 200;
const BOUND_MS = 500;
/** Longer than any silence that a live connection has. */
const LONGEST_DELAY_MS = 60_000;

/** `odd`: the stamp is wrong by so much. `delayed`: the frame was under way for so long. */
type Kind = { readonly odd: number } | { readonly delayed: number } | undefined;

interface Beat {
  readonly gapMs: number;
  readonly tripMs: number;
  readonly kind: Kind;
}

const ordinary = fc.record({
  gapMs: fc.integer({ min: 25_000, max: 35_000 }),
  tripMs: fc.integer({ min: 0, max: MOST_TRIP_MS }),
  kind: fc.constant<Kind>(undefined),
});

const strange = fc.record({
  gapMs: fc.integer({ min: 1000, max: 35_000 }),
  tripMs: fc.integer({ min: 0, max: MOST_TRIP_MS }),
  kind: fc.oneof(
    fc.record({ odd: fc.oneof(fc.integer({ min: -3000, max: 3000 }), fc.integer({ min: -1e6, max: 1e6 })) }),
    fc.record({ delayed: fc.integer({ min: 1000, max: LONGEST_DELAY_MS }) }),
  ),
});

/** No two in a row are strange. */
const life = fc
  .array(fc.tuple(ordinary, fc.option(strange, { nil: undefined, freq: 1 })), { maxLength: 30 })
  .map((pairs) => pairs.flatMap(([plain, odd]): Beat[] => (odd === undefined ? [plain] : [plain, odd])));
/** Three ordinary ones, not held up behind a late one, say what the clock is now. */
const settling = fc.array(ordinary, { minLength: 3, maxLength: 6 });
const last = fc.option(strange, { nil: undefined });

const scenario = fc.record({
  firstOdd: last,
  before: life,
  settled: settling,
  after: life,
  last,
  /** Of the service's clock, between `before` and `settled`. */
  stepMs: fc.oneof(
    fc.constant(0),
    fc.integer({ min: -1000, max: 1000 }),
    fc.integer({ min: -4e6, max: 4e6 }),
  ),
  /** Of our wall clock: right, or so wrong that it confirms nothing. */
  wallErrorMs: fc.constantFrom(0, -3e7, 3e7, Number.NaN),
  announcedAfterMs: fc.integer({ min: 0, max: 30_000 }),
  serviceMs: fc.integer({ min: 0, max: 3000 }),
  transitMs: fc.oneof(
    fc.integer({ min: 0, max: MOST_TRIP_MS }),
    fc.integer({ min: 0, max: LONGEST_DELAY_MS }),
  ),
});

type Scenario = typeof scenario extends fc.Arbitrary<infer Value> ? Value : never;

/** The estimated age, and the true one. */
function lived(lives: Scenario): { readonly taken: number; readonly true: number } {
  const age = new AgeEstimate();
  age.connecting(0);
  let sentMs = 0;
  let readMs = 0;
  let aheadMs = 0;
  const read = (tripMs: number) => {
    readMs = Math.max(readMs, sentMs + tripMs);
    return readMs;
  };
  const beat = ({ gapMs, tripMs, kind }: Beat) => {
    sentMs += gapMs;
    const oddMs = kind !== undefined && 'odd' in kind ? kind.odd : 0;
    const delayMs = kind !== undefined && 'delayed' in kind ? kind.delayed : 0;
    const stampUs = (EPOCH_MS + sentMs + aheadMs + oddMs) * 1000;
    age.heartbeat(stampUs, read(tripMs + delayMs), EPOCH_MS + lives.wallErrorMs);
  };
  for (const one of [lives.firstOdd, ...lives.before]) if (one !== undefined) beat(one);
  aheadMs = lives.stepMs;
  sentMs = Math.max(sentMs, readMs);
  for (const one of [...lives.settled, ...lives.after, lives.last]) if (one !== undefined) beat(one);
  sentMs += lives.announcedAfterMs;
  const receivedMonotonicMs = read(lives.transitMs);
  const taken = age.announcement({
    detectedTimestampUs: (EPOCH_MS + sentMs + aheadMs - lives.serviceMs) * 1000,
    dispatchTimestampUs: (EPOCH_MS + sentMs + aheadMs) * 1000,
    receivedMonotonicMs,
  });
  return { taken, true: lives.serviceMs + receivedMonotonicMs - sentMs };
}

/** Of doubles near 1.8e12 with three decimals. */
const ROUNDING_MS = 0.01;

test('regression: no heartbeats make fresh news older than it is by more than the bound', () => {
  fc.assert(
    fc.property(scenario, (lives) => {
      const { taken, true: really } = lived(lives);
      expect(taken - really).toBeLessThanOrEqual(BOUND_MS + ROUNDING_MS);
    }),
    { numRuns: runs(2000) },
  );
});

test('regression: no heartbeats make stale news younger than it is by more than the bound', () => {
  fc.assert(
    fc.property(scenario, (lives) => {
      const { taken, true: really } = lived(lives);
      expect(really - taken).toBeLessThanOrEqual(BOUND_MS + MOST_TRIP_MS + ROUNDING_MS);
    }),
    { numRuns: runs(2000) },
  );
});
