/** `onAmbiguous: drop`: what may have arrived is never sent again, over stops, deaths, reloads and broken stores. */
import { expect, test } from 'vitest';
import type { Outcome } from '../../src/delivery/outcome.ts';
import { discardDeliveries, findDelivery, retryDeliveries } from '../../src/outbox/queries.ts';
import { LaneBench } from '../support/lane-bench.ts';

const delivered: Outcome = { kind: 'delivered' };
const busy: Outcome = { kind: 'retry', reason: 'server_error' };
const HOUR = 3_600_000;
const resend = { maxAge: '6h', retry: { minDelay: '100ms', maxDelay: '1s' } };
const drop = { ...resend, onAmbiguous: 'drop' };
const endsOf = (bench: LaneBench) => bench.rows().map(({ state, reason }) => `${state} ${reason}`);
const BURIED = 'dead may_have_arrived';

/** One that is on the wire and will not be answered. */
async function underWay(options: object): Promise<LaneBench> {
  const bench = new LaneBench({ bot: { options } });
  bench.answer = () => undefined;
  bench.announce('order');
  await bench.clock.advance(1000);
  expect(bench.lane('bot').status.inFlight).toBe(1);
  return bench;
}

test('regression: a death while an order is on the wire: buried at the next start, visible, and not sent again', async () => {
  using bench = await underWay(drop);
  bench.kill();
  await bench.clock.advance(HOUR);
  expect(bench.titles()).toEqual(['order']);
  expect(bench.said).toEqual(['dead bot order']);
  expect(endsOf(bench)).toEqual([BURIED]);
  const id = bench.rows()[0]?.delivery.id ?? '';
  expect(findDelivery(bench.database, id)?.attempts).toMatchObject([{ attempt: 1, outcome: 'under_way' }]);
});

test('the same with resend: sent again, as before', async () => {
  using bench = await underWay(resend);
  bench.answer = () => delivered;
  bench.kill();
  await bench.clock.advance(HOUR);
  expect(bench.titles()).toEqual(['order', 'order']);
});

test.each(['queued', 'connecting', 'refused'])(
  'a death while an order is %s: it has not left, and goes after the restart',
  async (how) => {
    using bench = new LaneBench({
      bot: { options: drop, ...(how === 'queued' && { own: [{ limit: 1, perMs: HOUR }] }) },
    });
    if (how === 'queued') bench.announce('before it');
    if (how === 'connecting') bench.connectMs = 3000;
    if (how === 'refused') bench.answer = () => busy;
    await bench.clock.advance(1);
    bench.announce('order');
    await bench.clock.advance(how === 'refused' ? 5 : 1000);
    bench.journal.flush();
    bench.sends.length = 0;
    bench.connectMs = 0;
    bench.kill();
    bench.answer = () => delivered;
    await bench.clock.advance(2 * HOUR);
    expect(bench.titles()).toEqual(['order']);
  },
);

test('regression: an order that the stop cuts is buried; an attempt that it cuts is not charged', async () => {
  for (const [options, ends, attempts] of [
    [drop, BURIED, 1],
    [resend, 'pending undefined', 0],
  ] as const) {
    using bench = await underWay(options);
    await bench.lane('bot').stop(AbortSignal.abort());
    expect(endsOf(bench)).toEqual([ends]);
    expect(bench.rows()).toMatchObject([{ attempts }]);
    bench.answer = () => delivered;
    bench.restart();
    await bench.clock.advance(HOUR);
    expect(bench.sends).toHaveLength(options === drop ? 1 : 2);
    if (options === resend) expect(bench.sends.at(-1)).toMatchObject({ attempt: 1 });
  }
});

test('a stop cuts what has not left: it stays owed', async () => {
  using bench = new LaneBench({ bot: { options: drop } });
  bench.connectMs = 3000;
  bench.announce('order');
  await bench.clock.advance(1000);
  await bench.lane('bot').stop(AbortSignal.abort());
  expect(endsOf(bench)).toEqual(['pending undefined']);
  bench.restart();
  await bench.clock.advance(HOUR);
  expect(bench.titles()).toEqual(['order']);
});

test('regression: a reload from resend to drop: what is on the wire is on record by then', async () => {
  using bench = await underWay(resend);
  bench.reload('bot', { options: drop });
  bench.kill();
  await bench.clock.advance(HOUR);
  expect(bench.titles()).toEqual(['order']);
  expect(endsOf(bench)).toEqual([BURIED]);
});

test.each([
  ['a reload', (bench: LaneBench) => bench.reload('bot', { options: drop })],
  ['an edit while it was down', (bench: LaneBench) => bench.kill({ bot: { options: drop } })],
])(
  'regression: from resend to drop by %s: what may have arrived before is not sent again',
  async (_, change) => {
    using bench = new LaneBench({ bot: { options: resend } });
    const answers: Outcome[] = [
      { kind: 'ambiguous', reason: 'timeout' },
      // A clear answer to the second does not tell what became of the first.
      busy,
    ];
    bench.answer = () => answers.shift() ?? busy;
    bench.announce('order');
    await bench.clock.advance(100);
    bench.journal.flush();
    const before = bench.sends.length;
    expect(before).toBeGreaterThan(0);
    change(bench);
    await bench.clock.advance(HOUR);
    expect(bench.sends).toHaveLength(before);
    expect(endsOf(bench)).toEqual([BURIED]);
  },
);

test('regression: cut by the stop under resend, and drop after the restart', async () => {
  using bench = await underWay(resend);
  await bench.lane('bot').stop(AbortSignal.abort());
  bench.journal.flush();
  bench.kill({ bot: { options: drop } });
  await bench.clock.advance(HOUR);
  expect(bench.titles()).toEqual(['order']);
  expect(endsOf(bench)).toEqual([BURIED]);
});

test('a gateway that may have handed it on counts as well, under resend', async () => {
  using bench = new LaneBench({ bot: { options: resend } });
  bench.answer = () => ({ kind: 'retry', reason: 'server_error', mayHaveActed: true });
  bench.announce('order');
  await bench.clock.advance(10);
  bench.reload('bot', { options: drop });
  await bench.clock.advance(HOUR);
  expect(bench.titles()).toEqual(['order']);
});

test('an order that was clearly refused is sent again: one answer does not make it doubtful', async () => {
  using bench = new LaneBench({ bot: { options: drop } });
  bench.answer = ({ attempt }) => (attempt < 3 ? busy : delivered);
  bench.announce('order');
  await bench.clock.advance(10);
  bench.kill();
  await bench.clock.advance(HOUR);
  expect(endsOf(bench)).toEqual(['delivered undefined']);
});

test('`deliveries retry` sends it again, because a person says so; but not one that is under way', async () => {
  using bench = await underWay(drop);
  const id = bench.rows()[0]?.delivery.id ?? '';
  retryDeliveries(bench.database, [id], bench.clock.monotonicMs());
  bench.kill();
  await bench.clock.advance(HOUR);
  expect(endsOf(bench)).toEqual([BURIED]);
  bench.answer = () => delivered;
  retryDeliveries(bench.database, [id], bench.clock.monotonicMs());
  bench.lane('bot').reconcile();
  await bench.clock.advance(HOUR);
  expect(bench.sends.map(({ attempt }) => attempt)).toEqual([1, 2]);
  expect(endsOf(bench)).toEqual(['delivered undefined']);
});

test('regression: what had left before a death counts for the rate of the next life, from when it left', async () => {
  using bench = new LaneBench({ bot: { options: drop, own: [{ limit: 1, perMs: 10_000 }] } });
  bench.connectMs = 3000;
  bench.answer = () => undefined;
  bench.announce('order');
  await bench.clock.advance(4000);
  expect(bench.sends.map(({ atMs }) => atMs)).toEqual([3000]);
  bench.connectMs = 0;
  bench.answer = () => delivered;
  bench.kill();
  bench.announce('next');
  await bench.clock.advance(HOUR);
  expect(bench.titles()).toEqual(['order', 'next']);
  expect((bench.sends[1]?.atMs ?? 0) - 3000).toBeGreaterThanOrEqual(10_000);
});

test('what was discarded after a death, and is asked for again, goes: two times a person has decided', async () => {
  using bench = await underWay(drop);
  const id = bench.rows()[0]?.delivery.id ?? '';
  discardDeliveries(bench.database, [id], bench.clock.monotonicMs());
  retryDeliveries(bench.database, [id], bench.clock.monotonicMs());
  bench.answer = () => delivered;
  bench.kill();
  await bench.clock.advance(HOUR);
  expect(bench.sends).toHaveLength(2);
  expect(endsOf(bench)).toEqual(['delivered undefined']);
});

test('what is on the wire is known in a store that takes the place of a broken one', async () => {
  using bench = await underWay(drop);
  const [held] = [...bench.lane('bot').held];
  expect(held?.begunMs).toBeDefined();
});

test.each([-HOUR, HOUR])('the wall clock set by %i ms over the death changes nothing', async (byMs) => {
  using bench = await underWay(drop);
  bench.clock.stepWall(byMs);
  bench.kill();
  await bench.clock.advance(HOUR);
  expect(bench.titles()).toEqual(['order']);
  expect(endsOf(bench)).toEqual([BURIED]);
});

test('a begun order is buried although its destination is dryRun by now, or it is too old: that is worth more to know', async () => {
  using bench = await underWay({ ...drop, maxAge: '5s' });
  bench.clock.stepWall(HOUR);
  bench.kill({ bot: { options: { ...drop, dryRun: true } } });
  await bench.clock.advance(1);
  expect(endsOf(bench)).toEqual([BURIED]);
});
