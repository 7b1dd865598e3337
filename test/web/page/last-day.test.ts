/** The last 24 hours of each destination: one question for all of them, and what the page shows of the answer. */
import { expect, test } from 'vitest';
import type { Stats, StatsRequest } from '../../../src/outbox/history/stats.ts';
import type { Ops } from '../../../src/web/ops.ts';
import { dayChart, dayTable, dayWords } from '../../../src/web/page/day-chart.ts';
import { pageFragments } from '../../../src/web/page/fragments.ts';
import { LastDay } from '../../../src/web/page/last-day.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { NO_STATUS } from '../../support/status.ts';
import { idleOps, LOCAL, webOf } from '../../support/web.ts';

const HOUR = 3_600_000;

type Points = readonly (readonly [hour: number, delivered: number, failed: number])[];

/** `hour`: of the period, from 0. */
function scene(groups: Readonly<Record<string, Points>>) {
  const clock = new FakeClock();
  const asked: StatsRequest[] = [];
  const answers = { isBroken: false, isSilent: false };
  const stats: Ops['stats'] = async (request) => {
    asked.push(request);
    if (answers.isSilent) await new Promise(() => undefined);
    const none = await idleOps().stats(request);
    if (!none.ok || answers.isBroken) return { ok: false, message: 'the disk is gone' };
    const value: Stats = {
      ...none.value,
      groups: Object.entries(groups).map(([name, points]) => ({
        name,
        series: Float64Array.from(
          points.flatMap(([hour, ...counts]) => [request.sinceMs + hour * HOUR, ...counts, 0]),
        ),
      })),
    };
    return { ok: true, value };
  };
  return { clock, asked, answers, stats, day: new LastDay({ stats, clock }) };
}

test('one question for all destinations, and none within a minute', async () => {
  const { clock, asked, day } = scene({
    bot: [
      [0, 3, 1],
      [23, 2, 0],
    ],
    team: [[5, 1, 0]],
  });
  expect(day.of('bot')).toBeUndefined();
  await Promise.all([day.freshened(), day.freshened()]);
  const { hours = [] } = day.of('bot') ?? {};
  expect(hours).toHaveLength(24);
  expect([hours[0], hours[1], hours[23]]).toMatchObject([
    { delivered: 3, failed: 1 },
    { delivered: 0, failed: 0 },
    { delivered: 2, failed: 0 },
  ]);
  const nowMs = clock.wallMs();
  expect(hours[23]?.sinceMs).toBeLessThanOrEqual(nowMs);
  expect((hours[23]?.sinceMs ?? 0) + HOUR).toBeGreaterThan(nowMs);
  expect(day.of('team')?.hours[5]).toMatchObject({ delivered: 1, failed: 0 });
  expect(day.of('idle')?.hours.every(({ delivered }) => delivered === 0)).toBe(true);
  await clock.advance(59_000);
  await day.freshened();
  expect(asked).toHaveLength(1);
  expect(asked[0]).toMatchObject({ by: 'destination', slot: 'hour' });
  expect((asked[0]?.sinceMs ?? 1) % HOUR).toBe(0);
  await clock.advance(1000);
  await day.freshened();
  expect(asked).toHaveLength(2);
});

test('a store that is broken or slow holds up no page: the bars are as they were', async () => {
  const { clock, answers, day } = scene({ bot: [[23, 2, 0]] });
  await day.freshened();
  answers.isBroken = true;
  await clock.advance(60_000);
  await day.freshened();
  expect(day.of('bot')?.hours[23]?.delivered).toBe(2);
  answers.isSilent = true;
  const waited = day.freshened();
  await clock.advance(250);
  await waited;
  expect(day.of('bot')?.hours[23]?.delivered).toBe(2);
});

test('bars of what was delivered, those of what failed on them; in words as well', async () => {
  const { day } = scene({
    bot: [
      [0, 1, 0],
      [1, 1000, 0],
      [2, 0, 500],
    ],
    '(others)': [[3, 1, 0]],
  });
  await day.freshened();
  const bot = day.of('bot');
  if (bot === undefined) return expect.fail();
  expect(dayWords(bot)).toBe('at least 1,001 delivered, 500 failed in 24 hours');
  const chart = String(await dayChart(bot));
  expect(chart).toContain(`role="img" aria-label="${dayWords(bot)}"`);
  const barsIn = (look: string) =>
    [
      ...(new RegExp(`class="${look}" d="([^"]*)"`).exec(chart)?.[1] ?? '').matchAll(
        /M(\d+) [\d.]+h3v([\d.]+)/g,
      ),
    ].map(([, x, height]) => [Number(x), Number(height)]);
  // One beside a thousand is seen; half as many are half as high.
  expect([barsIn('good'), barsIn('bad')]).toEqual([
    [
      [0, 1.5],
      [4, 20],
    ],
    [[8, 10]],
  ]);
});

test('the table behind has each hour in which anything happened, and every name is only a name', async () => {
  const { day } = scene({ '<b>bot</b>': [[22, 3, 1]], team: [[23, 1, 0]] });
  await day.freshened();
  const of = (name: string) => [name, day.of(name) ?? expect.fail()] as const;
  const text = String(await dayTable([of('<b>bot</b>'), of('team'), of('idle')]));
  expect(text.match(/<th scope="col"/g)).toHaveLength(3);
  expect(text).toContain('&lt;b&gt;bot&lt;/b&gt;');
  const rows = [...text.matchAll(/<tr><th scope="row">.*?<\/tr>/gs)].map(([row]) =>
    [...row.matchAll(/<td[^>]*>([^<]*)/g)].map(([, cell]) => cell),
  );
  expect(rows).toEqual([
    ['3 +1 failed', '0'],
    ['0', '1'],
    ['0', '0'],
  ]);
  expect(String(await dayTable([of('idle')]))).toBe('');
});

test('on the overview and in its live rows', async () => {
  const { clock, asked, stats, day } = scene({ bot: [[23, 2, 1]] });
  const bot = {
    ...{ name: 'bot', type: 'webhook', state: 'ok', suspended: undefined, slowed: undefined, pausedMs: 0 },
    ...{ inFlight: 0, pending: 0, oldestMs: undefined },
  };
  const status = () => ({ ...NO_STATUS, destinations: [bot] });
  const web = webOf(LOCAL, { clock, stats, status });
  const page = async () => (await web.request('/', { headers: { host: 'localhost' } })).text();
  const words = 'aria-label="2 delivered, 1 failed in 24 hours"';
  expect(await page()).toContain(words);
  expect(await page()).toContain('Deliveries by the hour, 1 destination');
  expect(asked).toHaveLength(1);
  await day.freshened();
  const idle = { figures: () => undefined, budgets: () => [] };
  const [row] = await pageFragments({ clock, status, ...idle, lastDay: day }).rowsOf(['d-bot']);
  expect(row).toContain(words);
});
