/** Of thousands of rules, destinations and conditions, a page and an answer have a bounded part: by counts. */
import { expect, test } from 'vitest';
import { dryRun, dryRunning } from '../../src/dry-run.ts';
import type { Status } from '../../src/ops/status.ts';
import { whole } from '../../src/platform/steps.ts';
import type { RuleOptions } from '../../src/routing/options.ts';
import { compileRules } from '../../src/routing/router.ts';
import { MOST_CONDITIONS, redactedOps } from '../../src/web/redacted-ops.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { announcementAt } from '../support/outbox.ts';
import { NO_STATUS } from '../support/status.ts';
import { idleOps, LOCAL, webOf } from '../support/web.ts';

const SECRET = 's3cret-words-17';
const redact = (text: string) => text.replaceAll(SECRET, '<redacted>');

const rulesOf = (tickers: readonly string[]): RuleOptions[] =>
  tickers.map((ticker, at) => ({
    ...{ name: `rule ${at}`, match: { ticker }, send: [{ to: 'bot' }], stop: false },
  }));

const tried = (tickers: readonly string[], most?: { rules: number; requests: number }) => {
  const router = compileRules(rulesOf(tickers));
  const announcement = announcementAt(0, 1_700_000_000_000);
  const config = { router, destinations: [], redact };
  return { all: dryRun(announcement, config), some: whole(dryRunning(announcement, config, most)) };
};

test('of the rules that do not match the first are explained, and every one that matches; the rest is counted', () => {
  const tickers = Array.from({ length: 100 }, (_, n) => (n === 50 || n === 90 ? 'ABC' : `X${n}`));
  const { all, some } = tried(tickers, { rules: 5, requests: 5 });
  expect(all.rules).toHaveLength(100);
  expect(all.leftOut).toBeUndefined();
  const expected = all.rules.filter(({ matched }, at) => matched || at < 5);
  expect(some.rules).toEqual(expected);
  expect(some.rules.filter(({ matched }) => matched)).toHaveLength(2);
  expect(some.leftOut).toEqual({ rules: 93, matching: 0, requests: 0 });
});

test('of the rules that match, too', () => {
  const { some } = tried(Array(20).fill('ABC'), { rules: 5, requests: 5 });
  expect(some.rules).toHaveLength(5);
  expect(some.leftOut).toEqual({ rules: 15, matching: 15, requests: 0 });
});

const statusOf = (count: number, words = `no route to ${SECRET}`): Status => ({
  ...NO_STATUS,
  destinations: Array.from({ length: count }, (_, n) => ({
    ...{
      name: `sub-${n}`,
      type: 'webhook',
      state: `suspended: ${words}`,
      suspended: words,
      slowed: undefined,
    },
    ...{ pausedMs: 0, inFlight: 0, pending: 0, oldestMs: undefined },
  })),
  conditions: Array.from({ length: count }, (_, n) => ({
    ...{ code: 'destination_suspended' as const, subject: `sub-${n}`, severity: 'critical' as const },
    ...{ summary: `destination sub-${n} is suspended`, detail: words, advice: '', help: '' },
    ...{ forMs: 1, count: undefined },
  })),
});

const opsWith = (status: Status) => {
  let looked = 0;
  const counting = (text: string) => {
    looked++;
    return redact(text);
  };
  const ops = { ...idleOps(), redact: counting, status: () => status };
  return { ops, shown: redactedOps(ops), looked: () => looked };
};

test('live rows of a bridge with thousands of destinations look for secrets in a few words', () => {
  const { shown, looked } = opsWith(statusOf(3000));
  const status = shown.status();
  expect(looked()).toBeLessThan(20 * MOST_CONDITIONS);
  expect(JSON.stringify(status)).not.toContain(SECRET);
  expect([status.destinations.length, status.conditions.length]).toEqual([3000, 3000]);
  expect(status.destinations.every(({ suspended }) => suspended !== undefined)).toBe(true);
});

test('the whole status has every word, without secrets', async () => {
  const { shown } = opsWith(statusOf(200));
  const { destinations, conditions } = await shown.wholeStatus();
  expect(destinations[199]).toMatchObject({ name: 'sub-199', suspended: 'no route to <redacted>' });
  expect(conditions[199]?.detail).toBe('no route to <redacted>');
});

/** Each look at it is a hundredth of a millisecond later. */
class StepClock extends FakeClock {
  #stepsMs = 0;

  override monotonicMs(): number {
    this.#stepsMs += 0.01;
    return super.monotonicMs() + this.#stepsMs;
  }
}

function inTurns() {
  let turns = 0;
  return { clock: new StepClock(), breathe: async () => void turns++, taken: () => turns };
}

test('the name that may be meant is sought among thousands in turns', async () => {
  const { taken, ...turning } = inTurns();
  const rules = Array.from({ length: 5000 }, (_, n) => `customer number ${n}`);
  const web = webOf(LOCAL, { ...turning, names: () => ({ feeds: [], rules, destinations: [] }) });
  const answer = await web.request('/api/deliveries?rule=costumer+number+17x');
  expect(await answer.json()).toMatchObject({ deliveries: [], hint: expect.stringContaining('no rule') });
  expect(taken()).toBeGreaterThan(30);
});

test('the whole status is made without secrets in turns', async () => {
  const { ops } = opsWith(statusOf(500));
  const { taken, ...turning } = inTurns();
  await redactedOps({ ...ops, ...turning }).wholeStatus();
  expect(taken()).toBeGreaterThan(20);
});

test('destinations are listed a part at a time, those that need somebody first', async () => {
  const well = { ...statusOf(450).destinations[0], state: 'ok', suspended: undefined };
  const destinations = statusOf(450).destinations.map((one, n) =>
    n === 444 ? one : { ...well, name: one.name },
  );
  const web = webOf(LOCAL, { status: () => ({ ...NO_STATUS, destinations }) as Status });
  const at = async (path: string) => {
    const text = await (await web.request(path)).text();
    const names = [...text.matchAll(/<tr id="d-(sub-\d+)"/g)].map(([, name]) => name);
    return { text, names };
  };
  const pages = [
    await at('/destinations'),
    await at('/destinations?from=200'),
    await at('/destinations?from=400'),
  ];
  expect(pages.map(({ names }) => names.length)).toEqual([200, 200, 50]);
  expect(pages[0]?.names[0]).toBe('sub-444');
  expect(new Set(pages.flatMap(({ names }) => names)).size).toBe(450);
  expect(pages[1]?.text).toContain('href="/destinations?from=400" rel="next"');
  expect(pages[1]?.text).toContain('href="/destinations" rel="prev"');
  expect((await at('/destinations?from=x')).names).toHaveLength(200);
});

test('of thousands of conditions the overview has a few, and their number', async () => {
  const web = webOf(LOCAL, { status: () => statusOf(3000, 'gone') });
  const text = await (await web.request('/')).text();
  expect(text.match(/<li><span class="mark/g)).toHaveLength(MOST_CONDITIONS);
  expect(text).toContain('2,950 more');
});

test.each(['/', '/destinations', '/config', '/readyz', '/api/status'])(
  '%s looks at thousands of lanes in turns',
  async (path) => {
    const status = (): Status => {
      throw new Error('all of them at once');
    };
    const web = webOf(LOCAL, { status, statusInTurns: () => Promise.resolve({ ...NO_STATUS, ready: true }) });
    expect((await web.request(path)).status).toBe(200);
  },
);
