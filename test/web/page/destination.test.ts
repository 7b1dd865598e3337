/** The page of one destination: its state, queue, budget, deliveries, rules and config, and the forms on it. */
import { expect, test } from 'vitest';
import type { StoredDelivery } from '../../../src/outbox/rows.ts';
import { Secret } from '../../../src/platform/secret.ts';
import type { InspectedDestination, Ops } from '../../../src/web/ops.ts';
import { announcementOf } from '../../destinations/render-support.ts';
import { Browser, idleOps, LOCAL, LOCAL_WITH_TOKEN, TOKEN, webOf } from '../../support/web.ts';

const HOSTILE = `"><script>alert(1)</script>'`;

const ROW: StoredDelivery = {
  delivery: {
    id: 'd1',
    key: 'd1-0',
    content: { kind: 'news', announcement: announcementOf({ id: '01m8a05k524gv09h', title: HOSTILE }) },
    ...{ destination: 'bot', rule: 'listings', template: undefined, ticker: 'ABC' },
    ...{ importance: 0, expiresAtMs: undefined },
  },
  ...{ attempts: 2, plain: false, notBeforeMs: 0, state: 'dead', reason: 'gone', settledMs: 5010 },
};

const BOT: InspectedDestination = {
  report: {
    ...{ name: 'bot', type: 'webhook', state: 'suspended: gone', suspended: 'gone', slowed: undefined },
    ...{ pausedMs: 0, inFlight: 1, pending: 3, oldestMs: 61_000 },
  },
  budgets: [
    {
      what: 'this destination',
      windows: [{ limit: 10, perMs: 1000, left: 4 }],
      ...{ isNearBan: false, waitMs: 0 },
    },
    { what: 'the bot', windows: [], heldMs: 30_000, isNearBan: true, waitMs: 30_000 },
  ],
  nextTryMs: 12_000,
  options: { type: 'webhook', url: new Secret('https://bot.example.com/secret-path'), maxAge: 5000 },
  rules: [{ name: HOSTILE, match: { ticker: 'ABC' }, sends: ['bot', 'team'], hits: 7, lastHitMs: 1000 }],
  ...{ getsAlerts: true, mutes: [] },
};

const opsWith = (changes: Partial<InspectedDestination> = {}, more: Partial<Ops> = {}): Partial<Ops> => ({
  destination: (name) => (name === 'bot' ? { ...BOT, ...changes } : undefined),
  budgets: () => BOT.budgets,
  ...more,
});

const textAt = async (path: string, ops: Partial<Ops>): Promise<string> =>
  (await webOf(LOCAL, ops).request(path)).text();

test('everything about it: state with advice, queue with the next try, budgets with what is left and what is held', async () => {
  const text = await textAt('/destinations/bot', opsWith());
  expect(text).toContain('suspended: gone');
  expect(text).toContain('The address does not exist at the receiver');
  expect(text).toMatch(/<dt>Waiting<\/dt><dd>3<\/dd>[\s\S]*<dt>Oldest<\/dt><dd><time[^>]*>1m1s ago/);
  expect(text).toMatch(/<dt>Next try<\/dt><dd><time[^>]*>in 12s<\/time><noscript> \(at \d\d:\d\d:\d\d\)/);
  expect(text).toMatch(/this destination<\/th><td data-label="Limit">10 in 1s<\/td><td[^>]*>4</);
  expect(text).toMatch(/held so that the platform does not ban this address, <time[^>]*>30s left/);
  expect(text).toContain('alerts.send');
  expect(text).toMatch(/url: &lt;redacted&gt;|url: <redacted>/);
  expect(text).not.toContain('secret-path');
  expect(text).not.toContain('<script>alert');
  expect(text).toContain('<a href="/destinations/team">team</a>');
});

test('its last deliveries and its failures, each in one bounded look, newest first', async () => {
  const asked: unknown[] = [];
  const key = (name: string) => ({ ...ROW, delivery: { ...ROW.delivery, key: name, id: name } });
  const text = await textAt(
    '/destinations/bot',
    opsWith(
      {},
      {
        page: (request) => {
          asked.push(request);
          const deliveries = request.state === undefined ? [] : [key('k3'), key('k2'), key('k1')];
          return Promise.resolve({ ok: true, value: { deliveries, next: undefined } });
        },
      },
    ),
  );
  expect(asked).toEqual([
    { destination: 'bot', limit: 10 },
    { destination: 'bot', state: ['dead', 'expired'], limit: 10 },
  ]);
  expect([...text.matchAll(/<tr id="(k\d)"/g)].map(([, id]) => id)).toEqual(['k3', 'k2', 'k1']);
  expect(text).toContain('Nothing was sent here yet.');
});

test('a store that cannot be read leaves the rest of the page', async () => {
  const broken = { ok: false, message: 'the disk is gone' } as const;
  const text = await textAt('/destinations/bot', opsWith({}, { page: () => Promise.resolve(broken) }));
  expect(text.match(/the disk is gone/g)).toHaveLength(2);
  expect(text).toContain('10 in 1s');
});

test.each(['nobody', HOSTILE, '__proto__', 'constructor', '%ff', '..%2f..%2fetc', 'ｂｏｔ'])(
  'a name that no destination has is 404 with a sentence: %s',
  async (name) => {
    const answer = await webOf(LOCAL, opsWith()).request(
      `/destinations/${name.startsWith('%') || name.includes('%2f') ? name : encodeURIComponent(name)}`,
    );
    expect(answer.status).toBe(404);
    const text = await answer.text();
    expect(text).toContain('has no destination of that name');
    expect(text).not.toContain('<script>alert');
    expect(text).not.toContain('passwd');
  },
);

test('it is muted and lifted from its page, by whoever has logged in, and leads back there', async () => {
  const asked: unknown[] = [];
  const note = (what: unknown) => {
    asked.push(what);
    return Promise.resolve({ ok: true } as const);
  };
  const mutes = { list: idleOps().mutes.list, mute: note, lift: note };
  const browser = new Browser(webOf(LOCAL_WITH_TOKEN, opsWith({}, { mutes })));
  expect(await (await browser.get('/destinations/bot')).text()).not.toContain('action="/mutes');
  await browser.submit('/login', { token: TOKEN });
  const text = await (await browser.get('/destinations/bot')).text();
  const [, csrf = ''] = /action="\/mutes"><input type="hidden" name="csrf" value="([^"]+)"/.exec(text) ?? [];
  const made = await browser.submit('/mutes', { csrf, destination: 'bot', for: '1h', reason: '' });
  expect(made.headers.get('location')).toBe('/destinations/bot');
  const lifted = await browser.submit('/mutes/5/lift', { csrf, destination: '//evil.example' });
  expect(lifted.headers.get('location')).toBe('/destinations/%2F%2Fevil.example');
  expect(asked).toEqual([{ what: ['destination:bot'], for: '1h' }, ['5']]);
});

test('while it is muted, the page says so first, until when and why', async () => {
  const text = await textAt(
    '/destinations/bot',
    opsWith({
      mutes: [
        {
          ...{ id: 5, kind: 'destination', name: 'bot', since: '', until: '', leftMs: 90_000 },
          ...{ reason: HOSTILE, inConfig: true },
        },
      ],
    }),
  );
  expect(text).toMatch(/Muted, <time[^>]*>1m30s left<\/time>/);
  expect(text).not.toContain('<script>alert');
});

test('the overview leads to it, with what is left of its budget', async () => {
  const { report } = BOT;
  const text = await textAt('/destinations', {
    status: () => ({ ...idleOps().status(), destinations: [report, { ...report, name: 'free' }] }),
    budgets: (name) => (name === 'bot' ? BOT.budgets.slice(0, 1) : []),
  });
  expect(text).toMatch(/<a href="\/destinations\/bot">bot<\/a>[\s\S]*4 of 10 left[\s\S]*no limit/);
});

test('a muted destination says so in every list', async () => {
  const { report } = BOT;
  const mute: InspectedDestination['mutes'][number] = {
    kind: 'destination',
    ...{ id: 5, name: 'bot', since: '', until: '', leftMs: 90_000, inConfig: true },
  };
  const status = {
    ...idleOps().status(),
    destinations: [{ ...report, name: 'other' }, report],
    mutes: [mute],
  };
  const text = await textAt('/', { status: () => status });
  expect(text).toContain('1 mute in force');
  expect(text.match(/>muted</g)).toHaveLength(1);
  expect(text.indexOf('id="d-bot"')).toBeLessThan(text.indexOf('>muted<'));
});
