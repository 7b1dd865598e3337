/** Of several machines one sends at a time: nothing starts or leaves beyond its tenure, and that costs a delivery nothing. */
import { describe, expect, test } from 'vitest';
import { Tenure } from '../../src/delivery/tenure.ts';
import { HttpExchange } from '../../src/http/exchange.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { LaneBench } from '../support/lane-bench.ts';

const plan = { options: { maxAge: '10m', onAmbiguous: 'drop', timeout: '30s' } };

/** `forMs`: from now on. */
function benchWith(forMs: number, isOpen = true) {
  const bench = new LaneBench({ bot: plan }, (clock) => new Tenure(clock));
  const tenure = bench.tenure as Tenure;
  tenure.isOpen = isOpen;
  const prolong = (ms: number) => {
    tenure.untilMs = bench.clock.monotonicMs() + ms;
  };
  prolong(forMs);
  return { bench, tenure, prolong };
}

describe('a lane', () => {
  test('starts nothing beyond its tenure, and goes on when it is prolonged', async () => {
    const { bench, prolong } = benchWith(1000);
    using _ = bench;
    bench.announce('in time');
    await bench.clock.advance(1000);
    bench.announce('beyond');
    await bench.clock.advance(5000);
    expect(bench.titles()).toEqual(['in time']);
    prolong(1000);
    bench.lane('bot').refill();
    await bench.clock.advance(1);
    expect(bench.titles()).toEqual(['in time', 'beyond']);
  });

  test('sends nothing when the process is stopped between start and write for longer than it may send', async () => {
    const { bench, prolong } = benchWith(3000);
    using _ = bench;
    await bench.opened();
    bench.connectMs = 100;
    bench.announce('one');
    expect(bench.lane('bot').status.inFlight).toBe(1);
    // SIGSTOP: the timers that were due meanwhile run afterwards.
    bench.clock.stall(10_000);
    await bench.clock.advance(200);
    expect(bench.titles()).toEqual([]);
    expect(bench.rows()).toMatchObject([
      { state: 'pending', attempts: 0, reason: undefined, begunMs: undefined },
    ]);
    expect(bench.said).toEqual([]);
    prolong(3000);
    bench.lane('bot').refill();
    await bench.clock.advance(200);
    expect(bench.titles()).toEqual(['one']);
    expect(bench.rows()).toMatchObject([{ state: 'delivered', attempts: 1 }]);
  });

  test('that is given up recalls what has not left, and forgets what waits', async () => {
    const { bench, tenure, prolong } = benchWith(60_000);
    using _ = bench;
    await bench.opened();
    bench.tookMs = 500;
    bench.announce('left');
    await bench.clock.advance(1);
    bench.connectMs = 500;
    for (const title of ['two', 'three', 'four']) bench.announce(title);
    await bench.clock.advance(1);
    tenure.untilMs = Number.NEGATIVE_INFINITY;
    bench.lane('bot').recall();
    bench.lane('bot').surrender();
    await bench.clock.advance(20 * 60_000);
    expect(bench.titles()).toEqual(['left']);
    expect(bench.lane('bot').status).toMatchObject({ held: 0, inFlight: 0, behind: false });
    // Not even expired: that is for the one who sends now.
    expect(
      bench
        .rows()
        .map(({ state, attempts }) => `${state} ${attempts}`)
        .sort(),
    ).toEqual(['delivered 1', 'pending 0', 'pending 0', 'pending 0']);
    prolong(60_000);
    bench.lane('bot').refill();
    expect(bench.rows().map(({ state }) => state)).not.toContain('pending');
  });

  test('keeps what comes back from an attempt that had left when it was given up', async () => {
    const { bench, tenure } = benchWith(60_000);
    using _ = bench;
    bench.tookMs = 500;
    bench.answer = () => ({ kind: 'retry', reason: 'server_error' });
    bench.announce('left');
    await bench.clock.advance(1);
    tenure.untilMs = Number.NEGATIVE_INFINITY;
    bench.lane('bot').recall();
    bench.lane('bot').surrender();
    await bench.clock.advance(60_000);
    expect(bench.titles()).toEqual(['left']);
    expect(bench.rows()).toMatchObject([{ state: 'pending', attempts: 1, reason: 'server_error' }]);
    expect(bench.lane('bot').status.held).toBe(0);
  });

  test('starts nothing, and lets leave what was started, while it is shut', async () => {
    const { bench, tenure } = benchWith(60_000);
    using _ = bench;
    await bench.opened();
    bench.connectMs = 100;
    bench.announce('started');
    tenure.isOpen = false;
    bench.announce('later');
    await bench.clock.advance(1000);
    expect(bench.titles()).toEqual(['started']);
  });

  test.each([true, false])('gets news when it is open: %s', (isOpen) => {
    const { bench } = benchWith(1000, isOpen);
    using _ = bench;
    expect(bench.targets.has('bot')).toBe(isOpen);
  });
});

test.each([
  ['may leave', true],
  ['may not leave', false],
])('a request that %s, in the tick in which it would be written', async (_, mayLeave) => {
  const { signal } = new AbortController();
  const exchange = new HttpExchange(
    new FakeClock(),
    { isHandingOverNew: false },
    { signal, expiresAtMs: undefined, leaving: () => mayLeave },
  );
  let isAborted = false;
  const abort = () => {
    isAborted = true;
  };
  exchange.onRequestStart({ abort } as unknown as Parameters<HttpExchange['onRequestStart']>[0]);
  expect([isAborted, exchange.isOver]).toEqual([!mayLeave, !mayLeave]);
  if (!mayLeave) expect(await exchange.result).toMatchObject({ kind: 'unreachable' });
});
