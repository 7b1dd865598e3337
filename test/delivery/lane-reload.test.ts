/** A reload is a brake: after it nothing leaves but what was on the wire, and nothing that the new config would not send. */
import { expect, test } from 'vitest';
import type { Outcome } from '../../src/delivery/outcome.ts';
import { retryDeliveries } from '../../src/outbox/queries.ts';
import { newsIn } from '../support/contents.ts';
import { LaneBench } from '../support/lane-bench.ts';

const delivered: Outcome = { kind: 'delivered' };
const busy: Outcome = { kind: 'retry', reason: 'server_error' };
const gone: Outcome = { kind: 'reject', reason: 'gone', scope: 'destination' };
const HOUR = 3_600_000;
const patient = { maxAge: '6h', retry: { minDelay: '100ms', maxDelay: '1s' } };
const endsOf = (bench: LaneBench) => bench.rows().map(({ state, reason }) => `${state} ${reason}`);

test('regression: after a reload to dryRun nothing leaves: not what is under way and fails, not what waits, not what is behind', async () => {
  using bench = new LaneBench({ bot: { options: { ...patient, concurrency: 4 } } });
  bench.tookMs = 500;
  bench.answer = () => busy;
  for (let n = 1; n <= 1200; n++) bench.announce(`${n}`);
  await bench.clock.advance(250);
  expect(bench.lane('bot').status).toMatchObject({ inFlight: 4, behind: true });
  const before = bench.sends.length;
  bench.reload('bot', { options: { ...patient, dryRun: true } });
  bench.announce('after it');
  await bench.clock.advance(HOUR);
  expect(bench.sends.length).toBe(before);
  expect(endsOf(bench)).toEqual(Array(1201).fill('skipped dry_run'));
});

test('regression: what was on the wire at a reload to dryRun counts as it ends', async () => {
  using bench = new LaneBench({ bot: { options: { ...patient, concurrency: 4 } } });
  await bench.opened();
  bench.tookMs = 500;
  bench.answer = ({ title }) => (title === 'bad' ? busy : delivered);
  for (const title of ['good', 'bad']) bench.announce(title);
  await bench.clock.advance(250);
  bench.reload('bot', { options: { ...patient, dryRun: true } });
  await bench.clock.advance(HOUR);
  expect(bench.titles()).toEqual(['good', 'bad']);
  expect(endsOf(bench).sort()).toEqual(['delivered undefined', 'skipped dry_run']);
});

test.each([
  ['to dryRun', { dryRun: true }, 0, ['skipped dry_run']],
  ['to another address', { url: 'http://127.0.0.1:2/' }, 1, ['delivered undefined']],
  ['to another maxAge', { maxAge: '1s' }, 0, ['expired max_age']],
])(
  'regression: a reload %s calls back what still connects, and charges it nothing',
  async (_, changed, sends, ends) => {
    using bench = new LaneBench({ bot: { options: patient } });
    bench.connectMs = 2000;
    bench.announce('one');
    await bench.clock.advance(1500);
    bench.connectMs = 10;
    bench.reload('bot', { options: { ...patient, ...changed } });
    await bench.clock.advance(5000);
    expect(bench.sends.map(({ attempt }) => attempt)).toEqual(Array(sends).fill(1));
    expect(endsOf(bench)).toEqual(ends);
  },
);

test('regression: what was called back at a reload goes before what matters less', async () => {
  using bench = new LaneBench({ bot: { options: { ...patient, concurrency: 1 } } });
  bench.connectMs = 100;
  bench.announce('important');
  bench.announce('less', 0);
  bench.announce('least', -1);
  await bench.clock.advance(50);
  bench.reload('bot', { options: { ...patient, concurrency: 2 } });
  await bench.clock.advance(110);
  expect(bench.titles()).toEqual(['important', 'less']);
});

test('regression: a suspended queue is not probed after a reload to dryRun', async () => {
  using bench = new LaneBench({ bot: { options: patient } });
  bench.answer = () => gone;
  for (const title of ['one', 'two']) bench.announce(title);
  await bench.clock.advance(1000);
  const before = bench.sends.length;
  bench.reload('bot', { options: { ...patient, dryRun: true } });
  await bench.clock.advance(HOUR);
  expect(bench.sends.length).toBe(before);
  expect(endsOf(bench)).toEqual(Array(2).fill('skipped dry_run'));
});

test('regression: dryRun holds over a restart, for what `deliveries retry` asks for, and for an alert', async () => {
  using bench = new LaneBench({ bot: { options: patient } });
  await bench.opened();
  bench.answer = () => ({ kind: 'reject', reason: 'message_refused', scope: 'message' });
  bench.announce('dead');
  bench.answer = () => busy;
  bench.announce('waits');
  await bench.clock.advance(10);
  const before = bench.sends.length;
  bench.journal.flush();
  bench.kill({ bot: { options: { ...patient, dryRun: true } } });
  const dead = bench.rows().find(({ state }) => state === 'dead')?.delivery.id ?? '';
  expect(retryDeliveries(bench.database, [dead], bench.clock.monotonicMs())).toEqual([dead]);
  bench.lane('bot').reconcile();
  bench.announce('fresh');
  await bench.clock.advance(HOUR);
  expect(bench.sends.length).toBe(before);
  expect(endsOf(bench)).toEqual(Array(3).fill('skipped dry_run'));
});

test('regression: a maxAge that is shortened holds for what is queued, in memory and behind, from its age at receipt', async () => {
  using bench = new LaneBench({ bot: { options: patient } });
  bench.answer = () => gone;
  for (let n = 1; n <= 1200; n++) bench.announce(`${n}`);
  await bench.clock.advance(4000);
  bench.answer = () => delivered;
  const before = bench.sends.length;
  bench.reload('bot', { options: { ...patient, maxAge: '5s' } });
  await bench.clock.advance(990);
  expect(bench.sends.length, 'still in time').toBeGreaterThan(before);
  const late = bench.rows().filter(({ state }) => state === 'pending').length;
  await bench.clock.advance(HOUR);
  expect(bench.sends.every(({ atMs }) => atMs < 5000)).toBe(true);
  expect(late, 'nothing may be left by then').toBe(0);
});

test.each([
  ['from never', { maxAge: false }],
  ['from longer', { maxAge: '6h' }],
])(
  'regression: a maxAge that is shortened %s: what waits expires in its new time, also over a restart',
  async (_, long) => {
    using bench = new LaneBench({ bot: { options: { ...patient, ...long } } });
    const silent: Outcome = { kind: 'retry', reason: 'rate_limited', afterMs: HOUR };
    bench.answer = () => silent;
    for (const title of ['one', 'two']) bench.announce(title);
    await bench.clock.advance(1000);
    const short = { options: { ...patient, maxAge: '10s' } };
    if (long.maxAge === false) bench.reload('bot', short);
    else {
      bench.journal.flush();
      bench.kill({ bot: short });
    }
    await bench.clock.advance(8900);
    expect(bench.said).toEqual([]);
    await bench.clock.advance(200);
    expect(endsOf(bench)).toEqual(Array(2).fill('expired max_age'));
  },
);

test('a maxAge that is made longer brings nothing back; and one that is taken back was no loss', async () => {
  using bench = new LaneBench({ bot: { options: { ...patient, maxAge: '10s' } } });
  bench.answer = () => ({ kind: 'retry', reason: 'rate_limited', afterMs: HOUR });
  bench.announce('one');
  await bench.clock.advance(1000);
  bench.reload('bot', { options: { ...patient, maxAge: '2s' } });
  bench.reload('bot', { options: { ...patient, maxAge: '1h' } });
  await bench.clock.advance(8900);
  expect(bench.said).toEqual([]);
  await bench.clock.advance(200);
  expect(bench.said).toEqual(['expired bot one']);
});

test('regression: fewer attempts hold for what waits for its next one', async () => {
  using bench = new LaneBench({
    bot: { options: { maxAge: '6h', retry: { minDelay: '1m', maxDelay: '1m' } } },
  });
  bench.answer = () => busy;
  bench.announce('one');
  await bench.clock.advance(3 * 60_000);
  const before = bench.sends.length;
  expect(before).toBeGreaterThan(2);
  bench.reload('bot', { options: { maxAge: '6h', retry: { attempts: 2 } } });
  await bench.clock.advance(HOUR);
  expect(bench.sends.length).toBe(before);
  expect(endsOf(bench)).toEqual(['dead server_error']);
});

test('fewer attempts do not end what waits because its destination is suspended', async () => {
  using bench = new LaneBench({ bot: { options: patient } });
  bench.answer = () => gone;
  bench.announce('one');
  await bench.clock.advance(10 * 60_000);
  bench.answer = () => delivered;
  bench.reload('bot', { options: { ...patient, retry: { attempts: 1 } } });
  await bench.clock.advance(HOUR);
  expect(endsOf(bench)).toEqual(['delivered undefined']);
});

test.each([
  ['own', { own: [{ limit: 2, perMs: 60_000 }] }],
  ['shared', { shared: [{ key: 'account', limits: [{ limit: 2, perMs: 60_000 }] }] }],
])('a rate limit that a reload brings, %s: at most so many in any window from then on', async (_, limit) => {
  using bench = new LaneBench({ bot: { options: { ...patient, concurrency: 16 } } });
  bench.answer = () => busy;
  for (let n = 1; n <= 20; n++) bench.announce(`${n}`);
  await bench.clock.advance(50);
  bench.answer = () => delivered;
  const before = bench.sends.length;
  bench.reload('bot', { options: { ...patient, concurrency: 16 }, ...limit });
  await bench.clock.advance(60_000);
  expect(bench.sends.length - before).toBeLessThanOrEqual(2);
  await bench.clock.advance(HOUR);
  expect(endsOf(bench)).toEqual(Array(20).fill('delivered undefined'));
});

test('a concurrency that a reload makes smaller', async () => {
  using bench = new LaneBench({ bot: { options: { ...patient, concurrency: 16 } } });
  bench.tookMs = 1000;
  for (let n = 1; n <= 40; n++) bench.announce(`${n}`);
  await bench.clock.advance(500);
  bench.reload('bot', { options: { ...patient, concurrency: 2 } });
  await bench.clock.advance(750);
  expect(bench.lane('bot').status.inFlight).toBeLessThanOrEqual(2);
});

test('regression: after the first reload the most important of what waits goes first, not the first in memory', async () => {
  using bench = new LaneBench({ bot: { options: { ...patient, concurrency: 1 } } });
  bench.tookMs = 500;
  bench.answer = () => delivered;
  bench.announce('first');
  for (const [title, importance] of [
    ['notice', 0],
    ['listing', 2],
    ['other', 1],
  ] as const)
    bench.announce(title, importance);
  await bench.clock.advance(100);
  bench.reload('bot', { options: { ...patient, concurrency: 2 } });
  await bench.clock.advance(HOUR);
  expect(bench.titles()).toEqual(['first', 'listing', 'other', 'notice']);
});

test("regression: what today's rules would not send does not leave: at a reload, and after an edit while it was down", async () => {
  using bench = new LaneBench({ bot: { options: patient } });
  bench.answer = () => busy;
  for (const title of ['wanted', 'unwanted']) bench.announce(title);
  await bench.clock.advance(50);
  bench.match = (delivery) =>
    newsIn(delivery).title === 'wanted' ? { template: undefined, tickers: [] } : undefined;
  bench.reload('bot', { options: patient });
  bench.sends.length = 0;
  await bench.clock.advance(1000);
  expect(new Set(bench.titles())).toEqual(new Set(['wanted']));
  bench.match = () => undefined;
  bench.restart();
  bench.sends.length = 0;
  await bench.clock.advance(HOUR);
  expect(bench.titles()).toEqual([]);
  expect(endsOf(bench)).toEqual(Array(2).fill('skipped rules_changed'));
});

test('what a person asks for by hand no rule has to want', async () => {
  using bench = new LaneBench({ bot: { options: patient } });
  bench.answer = () => ({ kind: 'reject', reason: 'message_refused', scope: 'message' });
  bench.announce('one');
  await bench.clock.advance(50);
  bench.match = () => undefined;
  bench.answer = () => delivered;
  const [row] = bench.rows();
  retryDeliveries(bench.database, [row?.delivery.id ?? ''], bench.clock.monotonicMs());
  bench.lane('bot').reconcile();
  await bench.clock.advance(50);
  expect(endsOf(bench)).toEqual(['delivered undefined']);
});

test('regression: a reload makes every message anew: of what waits, of what was under way and failed, and of what goes plain', async () => {
  using bench = new LaneBench({ bot: { options: { ...patient, concurrency: 3 } } });
  bench.tookMs = 500;
  bench.answer = ({ title, attempt }) =>
    title.startsWith('chat') && attempt === 1
      ? { kind: 'retry', reason: 'format_refused', plain: true }
      : busy;
  for (const title of ['chat', 'waits', 'flies']) bench.announce(title);
  await bench.clock.advance(700);
  bench.render = (delivery) => `new ${newsIn(delivery).title}`;
  bench.reload('bot', { options: { ...patient, concurrency: 3 } });
  bench.sends.length = 0;
  await bench.clock.advance(3000);
  expect(new Set(bench.titles())).toEqual(new Set(['new chat', 'new waits', 'new flies']));
  expect(bench.sends.filter(({ title }) => title === 'new chat').every(({ plain }) => plain)).toBe(true);
});

test('regression: the plain form is remembered over a restart', async () => {
  using bench = new LaneBench({ chat: { options: patient } });
  bench.answer = ({ attempt }) =>
    attempt === 1 ? { kind: 'retry', reason: 'format_refused', plain: true } : busy;
  bench.announce('one');
  await bench.clock.advance(10);
  bench.restart();
  bench.answer = () => delivered;
  await bench.clock.advance(5000);
  expect(bench.sends.at(-1)).toMatchObject({ plain: true });
});

test("the template of today's rule is the one that is used", async () => {
  using bench = new LaneBench({ bot: { options: patient } });
  bench.render = (delivery) => `${delivery.template} ${newsIn(delivery).title}`;
  bench.answer = () => busy;
  bench.announce('one');
  bench.match = () => ({ template: 'order', tickers: [] });
  bench.reload('bot', { options: patient });
  await bench.clock.advance(500);
  expect(bench.titles().at(-1)).toBe('order one');
});

const perTicker = { ...patient, forEach: 'ticker' };

test.each([
  ['at a reload', (bench: LaneBench) => bench.reload('bot', { options: perTicker })],
  ['over a restart', (bench: LaneBench) => bench.kill({ bot: { options: perTicker } })],
])('regression: under forEach a delivery without a ticker never leaves: %s', async (_, change) => {
  using bench = new LaneBench({ bot: { options: patient } });
  bench.answer = () => busy;
  bench.announce('two of them', 1, ['bot'], ['ABC', 'DEF']);
  bench.announce('redacted', 1, ['bot']);
  await bench.clock.advance(50);
  bench.journal.flush();
  bench.sends.length = 0;
  change(bench);
  await bench.clock.advance(HOUR);
  expect(bench.titles()).toEqual([]);
  expect(endsOf(bench)).toEqual(Array(2).fill('skipped no_ticker'));
  // Nor by hand.
  const ids = bench.rows().map(({ delivery }) => delivery.id);
  retryDeliveries(bench.database, ids, bench.clock.monotonicMs());
  bench.lane('bot').reconcile();
  await bench.clock.advance(HOUR);
  expect(bench.titles()).toEqual([]);
});

test('regression: forEach switched off: one request for all of an announcement, not one for each ticker', async () => {
  using bench = new LaneBench({ bot: { options: perTicker } });
  bench.answer = () => busy;
  bench.render = (delivery) => `${newsIn(delivery).title} ${delivery.ticker}`;
  bench.announce('three', 1, ['bot'], ['ABC', 'DEF', 'GHI']);
  await bench.clock.advance(50);
  bench.sends.length = 0;
  bench.answer = () => delivered;
  bench.reload('bot', { options: patient });
  await bench.clock.advance(HOUR);
  expect(bench.titles()).toEqual(['three undefined']);
  expect(endsOf(bench).sort()).toEqual([
    'delivered undefined',
    'skipped for_each_off',
    'skipped for_each_off',
  ]);
});

test("a ticker that today's rule does not let through is not sent", async () => {
  using bench = new LaneBench({ bot: { options: perTicker } });
  bench.answer = () => busy;
  bench.announce('two', 1, ['bot'], ['ABC', 'USDT']);
  await bench.clock.advance(50);
  bench.match = () => ({ template: undefined, tickers: ['ABC'] });
  bench.answer = () => delivered;
  bench.reload('bot', { options: perTicker });
  await bench.clock.advance(HOUR);
  expect(endsOf(bench).sort()).toEqual(['delivered undefined', 'skipped rules_changed']);
});

test('regression: a destination that is removed: what still connects is called back, and nothing is tried again', async () => {
  using bench = new LaneBench({ bot: { options: { ...patient, concurrency: 2 } } });
  bench.tookMs = 500;
  bench.answer = () => busy;
  bench.announce('on the wire');
  await bench.clock.advance(100);
  bench.connectMs = 1000;
  bench.announce('connects');
  await bench.clock.advance(100);
  const lane = bench.lane('bot');
  lane.recall();
  const stopped = lane.stop(new AbortController().signal);
  await bench.clock.advance(HOUR);
  await stopped;
  expect(bench.titles()).toEqual(['on the wire']);
  expect(bench.rows().map(({ state }) => state)).toEqual(['pending', 'pending']);
});
