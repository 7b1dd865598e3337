import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AgeEstimate } from '../../../src/feeds/cryptolisting/age.ts';
import { ServiceClock } from '../../../src/feeds/cryptolisting/service-clock.ts';

/** The service's clock at our monotonic zero. */
const EPOCH_US = 1_790_000_000_000_000;
const BEAT_MS = 30_000;
const serviceUs = (monotonicMs: number) => EPOCH_US + monotonicMs * 1000;

/** After a heartbeat every 30 s, of these trips; `odd`: what is wrong with the stamp of the one with that number. */
function taught(tripsMs: readonly number[], odd: Readonly<Record<number, number>> = {}): AgeEstimate {
  const age = new AgeEstimate();
  age.connecting(0);
  for (const [n, tripMs] of tripsMs.entries())
    age.heartbeat(serviceUs(n * BEAT_MS + (odd[n] ?? 0)), n * BEAT_MS + tripMs);
  return age;
}

/** A fresh announcement `afterMs` after the last of `beats` heartbeats; `errorMs` is wrong with the service's clock. */
const fresh = (age: AgeEstimate, beats: number, { afterMs = 8000, errorMs = 0, transitMs = 5 } = {}) =>
  age.announcement(stampedAt((beats - 1) * BEAT_MS + afterMs, errorMs, transitMs));

const stampedAt = (sentMs: number, errorMs = 0, transitMs = 5) => ({
  detectedTimestampUs: serviceUs(sentMs + errorMs),
  dispatchTimestampUs: serviceUs(sentMs + errorMs),
  receivedMonotonicMs: sentMs + transitMs,
});

const stamps = (detectedMs: number, dispatchedMs: number, receivedMs: number) => ({
  detectedTimestampUs: serviceUs(detectedMs),
  dispatchTimestampUs: serviceUs(dispatchedMs),
  receivedMonotonicMs: receivedMs,
});

describe('age', () => {
  it('is the service’s own time while the offset is unknown', () => {
    expect(new AgeEstimate().announcement(stamps(1000, 1250, 99_999))).toBeCloseTo(250, 3);
  });

  it('adds what the transit took beyond the fastest heartbeat', () => {
    expect(taught([8, 5, 90]).announcement(stamps(61_000, 61_240, 61_300))).toBeCloseTo(240 + 60 - 5, 2);
  });

  it('takes nothing off for a transit faster than any heartbeat', () => {
    expect(taught([50, 50]).announcement(stamps(31_000, 31_240, 31_241))).toBeCloseTo(240, 3);
  });

  it('is that since the dispatch where the detection is later than the receipt', () => {
    expect(taught([5, 5]).announcement(stamps(91_500, 61_000, 61_015))).toBeCloseTo(10, 2);
  });

  it('is that since the detection where the dispatch is earlier, later than the receipt, or absent', () => {
    expect(taught([5, 5]).announcement(stamps(61_000, 1000, 61_015))).toBeCloseTo(10, 2);
    expect(taught([5, 5]).announcement(stamps(61_000, 121_000, 61_015))).toBeCloseTo(10, 2);
    const undispatched = { ...stamps(61_000, 0, 61_015), dispatchTimestampUs: undefined };
    expect(taught([5, 5]).announcement(undispatched)).toBeCloseTo(10, 2);
  });

  it('starts again on a new connection', () => {
    const age = taught([5, 5]);
    age.connecting(40_000);
    expect(age.clock.offsetMs).toBeUndefined();
    expect(age.announcement(stamps(41_000, 41_000, 49_000))).toBe(0);
  });

  it.each<[string, number | undefined, number | undefined, number]>([
    ['no stamps', undefined, undefined, 0],
    ['no dispatch', serviceUs(31_000), undefined, 500],
    ['no detection', undefined, serviceUs(31_000), 500],
    ['NaN', Number.NaN, serviceUs(31_000), 500],
    ['a negative one', -1, serviceUs(31_000), 500],
    ['a detection fifty years ago', serviceUs(31_000) / 1000, serviceUs(31_000), 500],
    ['a dispatch fifty years ago', serviceUs(31_000), serviceUs(31_000) / 1000, 500],
    ['a dispatch fifty years ago and no detection', undefined, serviceUs(31_000) / 1000, 0],
    ['both in the future', serviceUs(91_000), serviceUs(91_000), 0],
  ])('of %s', (_name, detectedTimestampUs, dispatchTimestampUs, wanted) => {
    const age = taught([0, 0]).announcement({
      detectedTimestampUs,
      dispatchTimestampUs,
      receivedMonotonicMs: 31_500,
    });
    expect(age).toBeCloseTo(wanted, 2);
  });

  it.each([31_000, 60_000, 86_400_000])(
    'regression: a dispatch %i ms ahead before any heartbeat makes nothing old where our wall clock confirms the detection',
    (aheadMs) => {
      const age = new AgeEstimate();
      age.connecting(0);
      const odd = stamps(1000, 1000 + aheadMs, 1020);
      const wallAheadMs = EPOCH_US / 1000;
      expect(age.announcement({ ...odd, wallAheadMs })).toBeCloseTo(20, 2);
      // A wall clock that is behind confirms nothing, and the service's own time counts.
      expect(age.announcement({ ...odd, wallAheadMs: wallAheadMs - 6000 })).toBeCloseTo(aheadMs, 2);
      expect(age.announcement({ ...stamps(1000, 11_000, 1020), wallAheadMs })).toBeCloseTo(10_000, 2);
    },
  );

  it.each([0.01, -0.01, 0.005, -0.005, 0.002, -0.02])(
    'regression: a service clock that runs away by %d of the time is followed, and makes nothing old',
    (rate) => {
      for (const wallAheadMs of [EPOCH_US / 1000, undefined]) {
        const age = new AgeEstimate();
        age.connecting(0);
        const at = (ms: number) => serviceUs(ms * (1 + rate));
        for (let beat = 1; beat < 100; beat++) {
          age.heartbeat(at(beat * BEAT_MS), beat * BEAT_MS + 5 + (beat % 3) * 10, wallAheadMs);
          const sentMs = beat * BEAT_MS + 8000;
          const stamped = { detectedTimestampUs: at(sentMs), dispatchTimestampUs: at(sentMs) };
          const beats = Math.abs(rate) * BEAT_MS * 5 + 300;
          expect(age.announcement({ ...stamped, receivedMonotonicMs: sentMs + 5 })).toBeLessThan(beats);
          // And what comes late is known as late.
          const late = { ...stamped, receivedMonotonicMs: sentMs + 15_000 };
          if (age.clock.offsetMs !== undefined)
            expect(age.announcement(late)).toBeGreaterThan(15_000 - beats);
        }
        expect(age.clock.offsetMs).toBeDefined();
      }
    },
  );

  it('is no longer than frames that come in order allow', () => {
    const age = taught([5, 5]);
    // Dispatched a minute ago by its stamp, and read two seconds after a heartbeat that took no time.
    const odd = { ...stamps(0, 0, 32_005), dispatchTimestampUs: serviceUs(-28_000) };
    expect(age.announcement({ ...odd, detectedTimestampUs: undefined })).toBeCloseTo(2000, 2);
  });

  it('counts a stall in which several frames waited, for each of them', () => {
    const age = taught([5, 5, 5]);
    age.heartbeat(serviceUs(90_000), 120_000);
    expect(age.announcement(stamps(95_000, 95_000, 120_000))).toBeCloseTo(24_995, 2);
    age.frame(120_000);
    expect(age.announcement(stamps(96_000, 96_000, 120_000))).toBeCloseTo(23_995, 2);
  });

  it('is never negative or NaN, whatever the stamps', () => {
    const stamp = fc.option(fc.double(), { nil: undefined });
    fc.assert(
      fc.property(
        fc.array(fc.tuple(stamp, fc.double())),
        stamp,
        stamp,
        fc.double(),
        (beats, detected, dispatched, at) => {
          const age = new AgeEstimate();
          for (const [us, ms] of beats) age.heartbeat(us, ms);
          const ageMs = age.announcement({
            detectedTimestampUs: detected,
            dispatchTimestampUs: dispatched,
            receivedMonotonicMs: at,
          });
          expect(ageMs).toBeGreaterThanOrEqual(0);
          expect(ageMs).toBeLessThan(Number.POSITIVE_INFINITY);
        },
      ),
    );
  });

  it('does not depend on where our monotonic clock began', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 1e9 }),
        fc.integer({ min: 0, max: 10_000 }),
        (startMs, transitMs) => {
          const age = new AgeEstimate();
          age.connecting(startMs - 1000);
          age.heartbeat(serviceUs(0), startMs + 5);
          age.heartbeat(serviceUs(30_000), startMs + 30_005);
          const { receivedMonotonicMs, ...sent } = stamps(40_000, 40_100, 40_105);
          const read = startMs + receivedMonotonicMs + transitMs;
          expect(age.announcement({ ...sent, receivedMonotonicMs: read })).toBeCloseTo(100 + transitMs, 1);
        },
      ),
    );
  });
});

describe('regression: one odd stamp of a heartbeat decides for minutes', () => {
  it.each([
    ['a minute ahead', 60_000],
    ['six seconds ahead', 6000],
    ['a year ahead', 31_536_000_000],
    ['a minute behind', -60_000],
    ['in the last century', -9e11],
  ])('%s: fresh news is as young as before, stale news as old', (_name, errorMs) => {
    for (const at of [0, 1, 3]) {
      const trips = [5, 5, 5, 5];
      expect(fresh(taught(trips, { [at]: errorMs }), 4)).toBeLessThan(500);
      expect(fresh(taught(trips, { [at]: errorMs }), 4, { transitMs: 8000 })).toBeGreaterThan(7500);
    }
  });

  it('the very first one: nothing is known until two agree, or one agrees with our wall clock', () => {
    const age = taught([5], { 0: 60_000 });
    expect(fresh(age, 1)).toBe(0);
    age.heartbeat(serviceUs(BEAT_MS), BEAT_MS + 5);
    expect(fresh(age, 2)).toBe(0);
    age.heartbeat(serviceUs(2 * BEAT_MS), 2 * BEAT_MS + 5);
    expect(fresh(age, 3)).toBeLessThan(500);
    expect(age.clock.offsetMs).toBeCloseTo(5 - EPOCH_US / 1000, 1);
    const witnessed = new AgeEstimate();
    witnessed.connecting(0);
    witnessed.heartbeat(serviceUs(0), 5, EPOCH_US / 1000 - 300);
    expect(fresh(witnessed, 1, { transitMs: 7005 })).toBeCloseTo(7000, 1);
  });

  it('every third one for an hour, all odd in the same way', () => {
    const odd = Object.fromEntries(Array.from({ length: 40 }, (_, n) => [n * 3, 60_000]));
    const age = taught(new Array(120).fill(5), odd);
    expect(fresh(age, 120)).toBeLessThan(500);
  });

  it('many small ones, each a little further ahead', () => {
    const odd = Object.fromEntries(Array.from({ length: 9 }, (_, n) => [2 + n * 2, (n + 1) * 200]));
    expect(fresh(taught(new Array(20).fill(5), odd), 20)).toBeLessThanOrEqual(500);
  });

  it('two of them in a row', () => {
    expect(fresh(taught([5, 5, 5, 5, 5], { 3: 60_000, 4: 60_000 }), 5)).toBeLessThan(500);
  });
});

describe('regression: a clock that is set is followed within a few heartbeats', () => {
  const setBy = (beats: number, errorMs: number) => {
    const odd = Object.fromEntries(Array.from({ length: beats }, (_, n) => [3 + n, errorMs]));
    return taught(new Array(3 + beats).fill(5), odd);
  };
  it.each([
    ['of the service, forwards by six seconds', 6000],
    ['of the service, back by six seconds', -6000],
    ['of the service, back by an hour', -3_600_000],
    ['of ours, which slept for ten minutes and did not count it', 600_000],
  ])('%s', (_name, errorMs) => {
    const age = setBy(3, errorMs);
    expect(fresh(age, 6, { errorMs })).toBeLessThan(500);
    expect(fresh(setBy(3, errorMs), 6, { errorMs, transitMs: 8000 })).toBeGreaterThan(7500);
  });

  it('until then nothing is older than frames in order allow', () => {
    expect(fresh(setBy(1, -60_000), 4, { errorMs: -60_000, afterMs: 1000 })).toBeLessThan(31_010);
  });

  it('the answer to a self-test tells at once that it is the clock', () => {
    for (const errorMs of [-6000, 6000]) {
      const age = setBy(1, errorMs);
      expect(age.clock.isDoubtful).toBe(true);
      age.clock.answered(serviceUs(91_000 + errorMs), 91_005, 10);
      expect(age.clock.isDoubtful).toBe(false);
      expect(fresh(age, 4, { errorMs })).toBeLessThan(500);
    }
  });

  it('which is not worth a question where it is less than a second', () => {
    expect(setBy(1, -900).clock.isDoubtful).toBe(false);
    expect(setBy(1, -1100).clock.isDoubtful).toBe(true);
    expect(fresh(setBy(3, -900), 6, { errorMs: -900 })).toBeLessThan(500);
  });

  it('and that it is not, where the line has become slow', () => {
    const age = taught([5, 5, 5]);
    for (let n = 3; n < 12; n++) {
      age.heartbeat(serviceUs(n * BEAT_MS), n * BEAT_MS + 6005);
      if (n % 2 === 1) age.clock.answered(serviceUs(n * BEAT_MS + 100), n * BEAT_MS + 6105, 6050);
    }
    expect(fresh(age, 12, { transitMs: 6005 })).toBeGreaterThan(5900);
  });

  it('an odd answer on top of an odd heartbeat moves nothing unless they agree', () => {
    const age = setBy(1, 60_000);
    age.clock.answered(serviceUs(91_000 + 20_000), 91_005, 10);
    expect(fresh(age, 4)).toBeLessThan(500);
  });
});

describe('the offset', () => {
  it('forgets a fast trip after ten minutes', () => {
    const slow = (count: number) => Array.from({ length: count }, () => 40);
    expect(taught([1, ...slow(19)]).clock.offsetMs).toBeCloseTo(1 - EPOCH_US / 1000, 2);
    expect(taught([1, ...slow(21)]).clock.offsetMs).toBeCloseTo(40 - EPOCH_US / 1000, 2);
  });

  it('follows a slow drift for hours', () => {
    const drifting = Array.from({ length: 2000 }, (_, n) => 5 + n * 1.5);
    expect(fresh(taught(drifting), 2000, { transitMs: 3005 })).toBeLessThan(300);
  });

  it.each([undefined, Number.NaN, -5, 0, Number.POSITIVE_INFINITY])(
    'learns nothing from a heartbeat of %s',
    (stamp) => {
      const clock = new ServiceClock();
      clock.heartbeat(stamp, 10);
      clock.heartbeat(stamp, 20);
      expect(clock.offsetMs).toBeUndefined();
    },
  );
});
