/** Each page as it is asked for over HTTP: what it shows, what it says when there is nothing, and that hostile words stay words. */
import { expect, test } from 'vitest';
import type { ShownCooldown } from '../../../src/cooldown/shown.ts';
import type { FoundDelivery } from '../../../src/outbox/deliveries.ts';
import { Secret } from '../../../src/platform/secret.ts';
import { compileRules } from '../../../src/routing/router.ts';
import { nowOf } from '../../../src/then-and-now.ts';
import { createApp } from '../../../src/web/app.ts';
import type { Ops } from '../../../src/web/ops.ts';
import { announcementOf } from '../../destinations/render-support.ts';
import { NO_STATUS } from '../../support/status.ts';
import { idleOps } from '../../support/web.ts';

const pageAt = async (path: string, ops: Partial<Ops> = {}): Promise<{ status: number; text: string }> => {
  const answer = await createApp({ host: '127.0.0.1', port: 0 }, { ...idleOps(), ...ops }).request(path);
  expect(answer.headers.get('content-type')).toMatch(/^text\/html/);
  return { status: answer.status, text: await answer.text() };
};

const HOSTILE = `"><script>alert(1)</script>'`;

const ANNOUNCEMENT = announcementOf({ id: '01m8a05k524gv09h', tickers: ['ABC'], title: HOSTILE });

const FOUND: FoundDelivery = {
  delivery: {
    delivery: {
      ...{
        id: 'd1',
        content: { kind: 'news', announcement: ANNOUNCEMENT },
        destination: 'bot',
        rule: HOSTILE,
      },
      ...{ template: undefined, ticker: 'ABC', importance: 0, expiresAtMs: undefined },
    },
    ...{ attempts: 1, plain: false, notBeforeMs: 0, state: 'dead', reason: 'gone', settledMs: 5010 },
  },
  attempts: [
    { attempt: 1, startedMs: 5001, durationMs: 9, outcome: 'reject gone', status: 404, detail: HOSTILE },
  ],
};

const RULES = {
  rules: [
    { name: 'listings', match: { ticker: 'ABC' }, send: [], stop: false },
    { name: 'others', match: { publisher: 'binance' }, send: [], stop: false },
  ],
  extract: {},
  liveTables: new Map(),
} as unknown as Parameters<typeof nowOf>[1];

test('/announcements/:id: its way, its deliveries and why', async () => {
  const router = compileRules(RULES.rules);
  const now = nowOf(ANNOUNCEMENT, RULES, { router, destinations: [] });
  const value = {
    content: { kind: 'news', announcement: ANNOUNCEMENT },
    before: { why: 'it is not in the store' },
    ...{ now, deliveries: [FOUND] },
  } as const;
  const { status, text } = await pageAt('/announcements/01m8a05k524gv09h', {
    decision: () => Promise.resolve({ ok: true, value }),
  });
  expect(status).toBe(200);
  expect(text).toContain('No delivery arrived, so there is no way to measure.');
  expect(text).toMatch(/bot ABC[\s\S]*dead: gone[\s\S]*reject gone[\s\S]*404/);
  expect(text).toMatch(/<th scope="row">listings<\/th><td class="whole">[\s\S]*?matched/);
  expect(text).toContain('publisher: wanted binance, got &quot;upbit&quot;');
  expect(text).not.toContain('<script>');
});

test('/announcements/:id that nothing has, or a store that cannot be read: a sentence', async () => {
  const none = await pageAt('/announcements/x', {
    decision: () => Promise.resolve({ ok: true, value: undefined }),
  });
  expect(none.status).toBe(404);
  expect(none.text).toContain('No such announcement');
  const broken = await pageAt('/announcements/x', {
    decision: () => Promise.resolve({ ok: false, message: 'the disk is gone' }),
  });
  expect(broken.status).toBe(503);
  expect(broken.text).toContain('the disk is gone');
});

test('/deliveries: the filter goes to the store and stays in the form and in the way on', async () => {
  const asked: unknown[] = [];
  const { text } = await pageAt('/deliveries?state=dead&destination=bot&before=k9', {
    page: (request) => {
      asked.push(request);
      return Promise.resolve({ ok: true, value: { deliveries: [FOUND.delivery], next: 'k8' } });
    },
  });
  expect(asked).toEqual([{ state: 'dead', destination: 'bot', before: 'k9', limit: 50 }]);
  expect(text).toContain('<option value="dead" selected>dead</option>');
  expect(text).toContain('href="/deliveries?state=dead&amp;destination=bot&amp;before=k8"');
  expect(text).not.toContain('<script>');
});

test.each([
  [
    { id: 3, kind: 'ticker', name: 'ABC', sinceMs: 0, untilMs: 61_000, reason: HOSTILE },
    /Held by<\/dt><dd><a href="\/deliveries\?mute=3">mute 3<\/a> of ABC <span class="tag">ticker<\/span>: &quot;&gt;&lt;script/,
  ],
  [
    { rule: HOSTILE, kind: 'ABC', announcementId: '01m8a05k524gv09h', sinceMs: 0, untilMs: 61_000 },
    /Held by<\/dt><dd>the cooldown of its rule: ABC was sent here for <a href="\/announcements\/01m8a05k524gv09h">/,
  ],
])('/deliveries/:id of one that was held back says by what', async (heldBy, says) => {
  const delivery = { ...FOUND.delivery, state: 'skipped', reason: 'muted', heldBy } as const;
  const { text } = await pageAt('/deliveries/d1', {
    find: () => Promise.resolve({ ok: true, value: [{ delivery, attempts: [] }] }),
  });
  expect(text).toMatch(says);
  expect(text).not.toContain('<script>');
});

test('/deliveries: words that are no state are none', async () => {
  const asked: unknown[] = [];
  const { text } = await pageAt(`/deliveries?state=${encodeURIComponent(HOSTILE)}&destination=`, {
    page: (request) => {
      asked.push(request);
      return Promise.resolve({ ok: true, value: { deliveries: [], next: undefined } });
    },
  });
  expect(asked).toEqual([{ limit: 50 }]);
  expect(text).toContain('Nothing in the store fits.');
});

test('/rules: conditions as people write them, hits, and when', async () => {
  const { text } = await pageAt('/rules', {
    rules: () => [
      { name: 'all', match: {}, sends: ['bot'], hits: 1234, lastHitMs: 61_000 },
      {
        name: 'either',
        match: { update: [true, false], ticker: ['A', 'B'] },
        sends: [],
        hits: 0,
        lastHitMs: undefined,
      },
    ],
  });
  expect(text).toMatch(/everything<\/td>[\s\S]*1,234[\s\S]*1m1s ago/);
  expect(text).toMatch(/update: any, ticker: \[A, B\]<\/td>[\s\S]*never/);
});

const COOLDOWN: ShownCooldown = {
  ...{ rule: HOSTILE, destination: 'bot', by: 'ticker', kind: 'ABC', isSent: true, sinceMs: 61_000 },
  ...{ leftMs: 3_600_000, announcement: '01m8a05k524gv09h' },
};

test('/rules: the cooldowns that are running, whose, until when, and by which news; / counts them', async () => {
  const { kind, ...of } = COOLDOWN;
  const cooldowns = [COOLDOWN, { ...of, rule: 'orders', by: 'rule', isSent: false } as const];
  const { text } = await pageAt('/rules', { cooldowns: () => cooldowns });
  expect(text).toMatch(
    /<h2 id="cooldowns">[\s\S]*ABC <span class="tag">ticker<\/span><\/th>[\s\S]*href="\/destinations\/bot">bot[\s\S]*1h left[\s\S]*<a href="\/announcements\/01m8a05k524gv09h"><time[^>]*>1m1s ago/,
  );
  expect(text).toMatch(/anything<\/th>[\s\S]*orders[\s\S]*when it is known whether the first arrived/);
  expect(text).not.toContain('<script>');
  expect((await pageAt('/rules')).text).toContain('No cooldown is running.');
  const status = () => ({ ...NO_STATUS, cooldowns });
  expect((await pageAt('/', { status })).text).toContain(
    '<a href="/rules#cooldowns">2 cooldowns running</a>',
  );
  expect((await pageAt('/')).text).not.toContain('#cooldowns');
  const many = Array.from({ length: 50 }, () => COOLDOWN);
  expect((await pageAt('/rules', { cooldowns: () => many })).text).toContain('The latest 50.');
});

test('/try: nothing asked, nothing tried; a title is tried with its fields', async () => {
  const asked: unknown[] = [];
  const dryRun: Ops['dryRun'] = async (fields) => {
    asked.push(fields);
    return {
      announcement: ANNOUNCEMENT,
      rules: compileRules(RULES.rules).explain(ANNOUNCEMENT),
      deliveries: [
        {
          ...{ destination: 'bot', rule: 'listings', ticker: 'ABC', dryRun: false },
          request: { method: 'POST', url: 'https://bot.bridge.test/', body: { symbol: HOSTILE } },
        },
      ],
      withheld: [],
    };
  };
  expect((await pageAt('/try', { dryRun })).text).not.toContain('id="result"');
  expect(asked).toEqual([]);
  const { text } = await pageAt('/try?title=ABC&tickers=ABC,+DEF&publisher=upbit', { dryRun });
  expect(asked).toEqual([
    { publisher: 'upbit', listingType: undefined, tickers: ['ABC', 'DEF'], title: 'ABC' },
  ]);
  expect(text).toContain('1 request by 1 rule');
  expect(text).toContain('POST https://bot.bridge.test/');
  expect(text).not.toContain('<script>');
});

test('/destinations: all of them, those that need somebody first', async () => {
  const destination = (name: string, suspended?: string) => ({
    ...{ name, type: 'webhook', state: suspended ?? 'ok', suspended, slowed: undefined, pausedMs: 0 },
    ...{ inFlight: 0, pending: 0, oldestMs: undefined },
  });
  const destinations = [
    ...Array.from({ length: 60 }, (_, at) => destination(`bot${at}`)),
    destination('gone', 'suspended: gone'),
  ];
  const status = () => ({ ...NO_STATUS, destinations });
  const all = (await pageAt('/destinations', { status })).text;
  expect(all.match(/<tr id="d-/g)).toHaveLength(61);
  expect(all.indexOf('id="d-gone"')).toBeLessThan(all.indexOf('id="d-bot0"'));
  const overview = (await pageAt('/', { status })).text;
  expect(overview.match(/<tr id="d-/g)).toHaveLength(50);
  expect(overview).toContain('<a href="/destinations">All 61 destinations</a>');
});

test('/announcements: a page, and the way to the older ones', async () => {
  const asked: unknown[] = [];
  const { text } = await pageAt('/announcements?before=k9', {
    announcements: (before) => {
      asked.push(before);
      return Promise.resolve({ ok: true, value: { announcements: [ANNOUNCEMENT], next: 'k 8' } });
    },
  });
  expect(asked).toEqual(['k9']);
  expect(text).toContain('href="/announcements?before=k%208"');
  expect(text).toContain('<a class="tickers" href="/announcements/01m8a05k524gv09h">ABC</a>');
  expect(text).not.toContain('<script>');
});

test('/config: in force with its defaults, masked, and why the file was rejected', async () => {
  const { text } = await pageAt('/config', {
    status: () => ({
      ...NO_STATUS,
      config: {
        file: 'config.yaml',
        current: false,
        rejected: [`config.yaml:3:1: ${HOSTILE}`],
        needsRestart: ['store'],
      },
    }),
    config: () => ({
      file: 'config.yaml',
      config: { server: { token: new Secret('a-secret-token') }, rules: [] },
    }),
  });
  expect(text).toContain('the file was rejected');
  expect(text).toContain('config.yaml:3:1');
  expect(text).toContain('Waits for a restart: store.');
  expect(text).toMatch(/token: ("|&quot;)?&lt;redacted&gt;/);
  expect(text).not.toMatch(/<script>|a-secret-token/);
});

test('/config is written once for a config, and again for the next', async () => {
  let texts = 0;
  const redact = (text: string) => {
    if (text.startsWith('https://')) texts++;
    return text;
  };
  const configOf = (count: number) => ({
    file: 'config.yaml',
    config: {
      destinations: Object.fromEntries(
        Array.from({ length: count }, (_, n) => [`bot${n}`, { url: `https://x/${n}` }]),
      ),
    },
  });
  const [first, next] = [configOf(20), configOf(30)];
  const [{ text }, { text: again }] = await Promise.all([
    pageAt('/config', { redact, config: () => first }),
    pageAt('/config', { redact, config: () => first }),
  ]);
  expect(text).toContain('https://x/19');
  expect(again).toBe(text);
  expect(texts).toBe(20);
  expect((await pageAt('/config', { redact, config: () => next })).text).toContain('https://x/29');
  expect(texts).toBe(50);
});

test('every entry of the navigation leads to a page', async () => {
  const { text } = await pageAt('/');
  const [, nav = ''] = /<nav[^>]*>([\s\S]*?)<\/nav>/.exec(text) ?? [];
  const paths = [...nav.matchAll(/href="([^"]+)"/g)].map(([, path = '']) => path);
  expect(paths.length).toBeGreaterThan(4);
  for (const path of paths) expect([path, (await pageAt(path)).status]).toEqual([path, 200]);
});
