import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ServiceClock } from '../../src/feed/age.ts';

/** The service's clock at our monotonic zero. */
const EPOCH_US = 1_790_000_000_000_000;
const serviceUs = (monotonicMs: number) => EPOCH_US + monotonicMs * 1000;

function taught(tripsMs: readonly number[]): ServiceClock {
  const clock = new ServiceClock();
  for (const [n, tripMs] of tripsMs.entries()) clock.heartbeat(serviceUs(n * 30_000), n * 30_000 + tripMs);
  return clock;
}

const stamps = (detectedMs: number, dispatchedMs: number, receivedMs: number) => ({
  detectedTimestampUs: serviceUs(detectedMs),
  dispatchTimestampUs: serviceUs(dispatchedMs),
  receivedMonotonicMs: receivedMs,
});

describe('ageAtReceiptMs', () => {
  it('is the service’s own time while the offset is unknown', () => {
    expect(new ServiceClock().ageAtReceiptMs(stamps(1000, 1250, 99_999))).toBeCloseTo(250, 3);
  });

  it('adds what the transit took beyond the fastest heartbeat', () => {
    expect(taught([8, 5, 90]).ageAtReceiptMs(stamps(1000, 1240, 1300))).toBeCloseTo(240 + 60 - 5, 2);
  });

  it('takes nothing off for a transit faster than any heartbeat', () => {
    expect(taught([50]).ageAtReceiptMs(stamps(1000, 1240, 1241))).toBeCloseTo(240, 3);
  });

  it('takes nothing off for a detection after the dispatch', () => {
    expect(taught([5]).ageAtReceiptMs(stamps(1500, 1000, 1015))).toBeCloseTo(10, 2);
  });

  it('forgets a heartbeat after twenty more', () => {
    const slow = Array.from({ length: 19 }, () => 40);
    expect(taught([1, ...slow]).offsetMs).toBeCloseTo(1 - EPOCH_US / 1000, 2);
    expect(taught([1, ...slow, 40]).offsetMs).toBeCloseTo(40 - EPOCH_US / 1000, 2);
  });

  it('starts again on a new connection', () => {
    const clock = taught([5]);
    clock.reset();
    expect(clock.offsetMs).toBeUndefined();
    expect(clock.ageAtReceiptMs(stamps(1000, 1000, 9000))).toBe(0);
  });

  it.each([undefined, Number.NaN, -5, 0, Number.POSITIVE_INFINITY])(
    'learns nothing from a heartbeat of %s',
    (stamp) => {
      const clock = new ServiceClock();
      clock.heartbeat(stamp, 10);
      expect(clock.offsetMs).toBeUndefined();
    },
  );

  it.each([
    ['no stamps', undefined, undefined, 0],
    ['no dispatch', serviceUs(0), undefined, 0],
    ['no detection', undefined, serviceUs(1000), 500],
    ['NaN', Number.NaN, serviceUs(1000), 500],
    ['a negative one', -1, serviceUs(1000), 500],
    ['milliseconds for microseconds', serviceUs(0) / 1000, serviceUs(1000), 500],
    ['a dispatch in milliseconds', serviceUs(0), serviceUs(1000) / 1000, 0],
  ])('counts nothing for %s', (_name, detectedTimestampUs, dispatchTimestampUs, wanted) => {
    const age = taught([0]).ageAtReceiptMs({
      detectedTimestampUs,
      dispatchTimestampUs,
      receivedMonotonicMs: 1500,
    });
    expect(age).toBeCloseTo(wanted, 2);
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
          const clock = new ServiceClock();
          for (const [us, ms] of beats) clock.heartbeat(us, ms);
          const age = clock.ageAtReceiptMs({
            detectedTimestampUs: detected,
            dispatchTimestampUs: dispatched,
            receivedMonotonicMs: at,
          });
          expect(age).toBeGreaterThanOrEqual(0);
          expect(age).toBeLessThan(Number.POSITIVE_INFINITY);
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
          const clock = new ServiceClock();
          clock.heartbeat(serviceUs(0), startMs + 5);
          const age = clock.ageAtReceiptMs({
            ...stamps(0, 100, 0),
            receivedMonotonicMs: startMs + 100 + 5 + transitMs,
          });
          expect(age).toBeCloseTo(100 + transitMs, 1);
        },
      ),
    );
  });
});
