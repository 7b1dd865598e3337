/** A mute is a brake for what waits: nothing of it leaves from then on, and what is on the wire ends as it does. */
import { expect, test } from 'vitest';
import type { Outcome } from '../../src/delivery/outcome.ts';
import { retryDeliveries } from '../../src/outbox/queries.ts';
import { LaneBench } from '../support/lane-bench.ts';

const delivered: Outcome = { kind: 'delivered' };
const busy: Outcome = { kind: 'retry', reason: 'server_error' };
const gone: Outcome = { kind: 'reject', reason: 'gone', scope: 'destination' };
const MINUTE = 60_000;
const patient = { maxAge: '6h', retry: { minDelay: '100ms', maxDelay: '1s' } };
const endsOf = (bench: LaneBench) => bench.rows().map(({ state, reason }) => `${state} ${reason}`);
const BOT = { kind: 'destination', name: 'bot' } as const;
const ticker = (name: string) => ({ kind: 'ticker', name }) as const;

test('what waits for a retry, or in the queue of a suspended destination, ends as muted and is never sent', async () => {
  using bench = new LaneBench({ bot: { options: patient } });
  bench.answer = () => busy;
  bench.announce('tried');
  await bench.clock.advance(50);
  expect(bench.rows()).toMatchObject([{ state: 'pending', attempts: 1 }]);
  bench.answer = () => gone;
  bench.announce('suspends');
  await bench.clock.advance(50);
  bench.announce('waits');
  await bench.clock.advance(50);
  bench.mute(BOT);
  const before = bench.sends.length;
  bench.answer = () => delivered;
  await bench.clock.advance(30 * MINUTE);
  expect(bench.sends.length).toBe(before);
  expect(endsOf(bench)).toEqual(Array(3).fill('skipped muted'));
  expect(bench.said.filter((line) => line.startsWith('skipped'))).toHaveLength(3);
});

test('of two tickers under `forEach` only the muted one is held back', async () => {
  using bench = new LaneBench({ bot: { options: { ...patient, forEach: 'ticker', body: {} } } });
  bench.answer = () => busy;
  bench.announce('both', 1, ['bot'], ['ABC', 'DEF']);
  await bench.clock.advance(50);
  bench.mute(ticker('ABC'));
  bench.answer = () => delivered;
  await bench.clock.advance(MINUTE);
  expect(
    bench
      .rows()
      .map(({ delivery, state }) => [delivery.ticker, state])
      .sort(),
  ).toEqual([
    ['ABC', 'skipped'],
    ['DEF', 'delivered'],
  ]);
});

test('a request that still connects is taken back; one that is on the wire ends as it does', async () => {
  using bench = new LaneBench({ bot: { options: { ...patient, concurrency: 2 } } });
  await bench.opened();
  bench.tookMs = 500;
  bench.announce('on the wire');
  await bench.clock.advance(10);
  bench.connectMs = 400;
  bench.announce('connects');
  await bench.clock.advance(10);
  bench.mute(BOT);
  await bench.clock.advance(MINUTE);
  expect(bench.titles()).toEqual(['on the wire']);
  expect(endsOf(bench).sort()).toEqual(['delivered undefined', 'skipped muted']);
});

test('what was on the wire and fails is not tried again', async () => {
  using bench = new LaneBench({ bot: { options: patient } });
  bench.tookMs = 500;
  bench.answer = () => busy;
  bench.announce('one');
  await bench.clock.advance(10);
  bench.mute(BOT);
  await bench.clock.advance(MINUTE);
  expect(bench.sends).toHaveLength(1);
  expect(endsOf(bench)).toEqual(['skipped muted']);
});

test('under `onAmbiguous: drop` a lost answer says more than the mute', async () => {
  using bench = new LaneBench({ bot: { options: { ...patient, onAmbiguous: 'drop' } } });
  bench.answer = () => undefined;
  bench.announce('one');
  await bench.clock.advance(10);
  bench.kill();
  bench.mute(BOT);
  await bench.clock.advance(MINUTE);
  expect(endsOf(bench)).toEqual(['dead may_have_arrived']);
});

test('what waits behind the lane, and what a restart takes up, is held back too', async () => {
  using bench = new LaneBench({ bot: { options: { ...patient, concurrency: 1 } } });
  bench.tookMs = 500;
  bench.answer = () => busy;
  for (let n = 1; n <= 1200; n++) bench.announce(`${n}`);
  await bench.clock.advance(250);
  expect(bench.lane('bot').status).toMatchObject({ behind: true });
  bench.mute(BOT);
  await bench.clock.advance(MINUTE);
  expect(bench.sends).toHaveLength(1);
  expect(endsOf(bench)).toEqual(Array(1200).fill('skipped muted'));
  bench.mute();
  bench.announce('after it');
  bench.mute(BOT);
  bench.kill();
  await bench.clock.advance(MINUTE);
  expect(endsOf(bench).filter((end) => end !== 'skipped muted')).toEqual([]);
});

test('when it ends, what comes is sent, and what was held back is not', async () => {
  using bench = new LaneBench({ bot: { options: patient } });
  bench.answer = () => busy;
  bench.announce('held back');
  await bench.clock.advance(10);
  bench.mute(BOT);
  bench.mute();
  bench.answer = () => delivered;
  bench.announce('after it');
  await bench.clock.advance(MINUTE);
  expect(bench.titles()).toEqual(['held back', 'after it']);
  expect(endsOf(bench).sort()).toEqual(['delivered undefined', 'skipped muted']);
});

test('an order of a person counts: what was requested since the mute goes, what was requested before it does not', async () => {
  using bench = new LaneBench({ bot: { options: patient } });
  bench.answer = () => busy;
  bench.announce('one');
  await bench.clock.advance(10);
  const retry = () => {
    const ids = bench.rows().map(({ delivery }) => delivery.id);
    retryDeliveries(bench.database, ids, bench.clock.monotonicMs(), {
      ...{ maxAgeOf: () => 6 * 60 * MINUTE, isLate: false },
    });
    bench.lane('bot').reconcile();
  };
  retry();
  await bench.clock.advance(10);
  const before = bench.sends.length;
  bench.mute(BOT);
  expect(endsOf(bench), 'the mute is the latest word').toEqual(['skipped muted']);
  bench.answer = () => delivered;
  await bench.clock.advance(1000);
  retry();
  await bench.clock.advance(1000);
  expect(bench.sends.length).toBe(before + 1);
  expect(endsOf(bench), 'the retry is the latest word').toEqual(['delivered undefined']);
});

test('a mute that is over when it is evaluated holds nothing back', async () => {
  using bench = new LaneBench({ bot: { options: patient } });
  bench.answer = () => busy;
  bench.announce('one');
  await bench.clock.advance(10);
  bench.mute({ ...BOT, untilMs: bench.clock.monotonicMs() });
  bench.answer = () => delivered;
  await bench.clock.advance(MINUTE);
  expect(endsOf(bench)).toEqual(['delivered undefined']);
});

test('other destinations, rules and tickers go on', async () => {
  using bench = new LaneBench({ bot: { options: patient }, chat: { options: patient } });
  bench.answer = () => busy;
  bench.announce('one', 1, ['bot', 'chat'], ['ABC', 'DEF']);
  await bench.clock.advance(10);
  bench.mute(BOT, ticker('ABC'), { kind: 'rule', name: 'another' });
  bench.answer = () => delivered;
  await bench.clock.advance(MINUTE);
  // The message names a ticker that is not muted.
  expect(bench.rows('chat')).toMatchObject([{ state: 'delivered' }]);
  expect(bench.rows('bot')).toMatchObject([{ state: 'skipped', reason: 'muted' }]);
});
