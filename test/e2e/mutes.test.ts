/** `mute` on the real program: at once, over HTTP and by the command line, and over kill -9. */
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, test } from 'vitest';
import { type Program, Workplace } from '../support/program.ts';
import { startStandIns } from '../support/stand-ins.ts';

const TOKEN = 'a-token-for-the-tests';
const CONFIG = `
feeds: [{ name: tokyo, url: "\${FEED_URL}", apiKey: "\${FEED_KEY}" }]
store: { path: ./bridge.db }
server: { port: 0, token: ${TOKEN} }
destinations:
  bot: { type: webhook, url: "\${BOT_URL}", secret: "\${BOT_SECRET}", forEach: ticker, body: { symbol: "{{ ticker }}" }, retry: { minDelay: 2m, maxDelay: 2m } }
rules:
  - { name: korean spot, match: { publisher: upbit }, send: [bot] }
  - { name: the rest, match: {}, send: [bot] }
`;

async function scene() {
  const standIns = await startStandIns();
  const workplace = new Workplace(CONFIG);
  const start = async () => {
    const bridge = workplace.start(['run'], standIns.env);
    const { url } = await bridge.event('bridge.started');
    await bridge.event('feed.live');
    const ask = async (method: string, path: string, body?: object, token = TOKEN) => {
      const response = await fetch(`${String(url)}${path}`, {
        method,
        headers: { authorization: `Bearer ${token}` },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      });
      const text = await response.text();
      return { status: response.status, body: text.startsWith('{') ? (JSON.parse(text) as Json) : text };
    };
    return { bridge, ask };
  };
  const run = async (...args: string[]) => {
    await using command = workplace.start(args, standIns.env);
    const { code } = await command.finished;
    return { code, out: command.stdout, err: command.stderr };
  };
  const announce = (ticker: string, publisher = 'upbit') =>
    standIns.feed.announce({ publisher, listingType: 'spot_listing', ticker, title: `${ticker} is listed` });
  /** Stopped in the middle of a transaction, it would keep everybody else from writing for as long as it is stopped. */
  const stopBetweenWrites = (bridge: Program) => {
    using database = new DatabaseSync(join(workplace.folder, 'bridge.db'), { timeout: 2000 });
    database.exec('BEGIN IMMEDIATE');
    bridge.kill('SIGSTOP');
    database.exec('ROLLBACK');
  };
  const end = async () => {
    workplace[Symbol.dispose]();
    await standIns[Symbol.asyncDispose]();
  };
  return { ...standIns, start, run, announce, stopBetweenWrites, [Symbol.asyncDispose]: end };
}

interface Json {
  readonly mutes?: readonly { readonly id: number; readonly change?: string }[];
  readonly [key: string]: unknown;
}

interface Stored {
  readonly state: string;
  readonly reason?: string;
  readonly attempts: number;
  readonly delivery: { readonly announcement: { readonly title: string } };
}

const symbols = (received: readonly { readonly body: unknown }[]) =>
  received.map(({ body }) => (body as { symbol: string }).symbol);

test('killed right after the answer, it holds in the next life; only the muted ticker is held back; lifted, it is sent again', async () => {
  await using it = await scene();
  {
    const { bridge, ask } = await it.start();
    await using _ = bridge;
    const made = await ask('POST', '/api/mutes', { what: 'ticker:scam', for: '1h', reason: 'a scam' });
    bridge.kill('SIGKILL');
    expect(made).toMatchObject({
      status: 200,
      body: { ok: true, mutes: [{ kind: 'ticker', name: 'SCAM', reason: 'a scam', change: 'muted' }] },
    });
    await bridge.finished;
  }
  const { bridge, ask } = await it.start();
  await using _ = bridge;
  expect(await bridge.event('mute.started')).toMatchObject({ muted: 'ticker SCAM', reason: 'a scam' });
  it.announce('SCAM,GOOD');
  await it.bot.waitFor(1);
  const skipped = await bridge.event('delivery.skipped');
  expect(skipped).toMatchObject({
    ...{ destination: 'bot', ticker: 'SCAM', reason: 'muted' },
    detail: expect.stringMatching(/^ticker SCAM is muted for another (1h|59m(\d+s)?) \(mute 1: a scam\)$/),
  });
  expect((await ask('GET', '/readyz')).body).toMatchObject({
    notes: [expect.stringContaining('ticker SCAM is muted for another')],
  });
  expect((await ask('GET', '/metrics')).body).toContain('listing_bridge_mutes{kind="ticker"} 1\n');
  const mute = { by: 'mute', mute: 1, kind: 'ticker', name: 'SCAM', reason: 'a scam' };
  const until = expect.stringMatching(/^\d{4}-.*Z$/);
  const id = String(skipped['delivery']);
  expect((await ask('GET', `/api/deliveries/${id}`)).body).toMatchObject({
    delivery: { state: 'skipped', reason: 'muted', heldBy: { ...mute, until } },
  });
  expect((await ask('GET', '/api/deliveries?mute=1')).body).toMatchObject({
    deliveries: [{ id, ticker: 'SCAM' }],
  });
  expect((await ask('GET', '/api/deliveries?mute=2')).body).toMatchObject({ deliveries: [] });
  expect(await ask('DELETE', '/api/mutes/SCAM')).toMatchObject({ status: 200, body: { ok: true } });
  // The mute is gone, and what it held back still says so.
  expect((await it.run('deliveries', 'show', id)).out).toMatch(
    /^held by +mute 1 of ticker SCAM, from \d{4}-.* to \d{4}-.*: a scam$/m,
  );
  await bridge.event('mute.lifted');
  it.announce('SCAM');
  await it.bot.waitFor(2);
  expect(symbols(it.bot.received), 'what was held back is not sent by itself').toEqual(['GOOD', 'SCAM']);
  const retried = await it.run('deliveries', 'retry', String(skipped['delivery']));
  expect(retried.code).toBe(0);
  await it.bot.waitFor(3);
  expect(symbols(it.bot.received)).toEqual(['GOOD', 'SCAM', 'SCAM']);
});

test('a queued retry of a muted rule is not sent, and no later rule sends it', async () => {
  await using it = await scene();
  const { bridge } = await it.start();
  await using _ = bridge;
  it.bot.faults.push({ status: 503 });
  it.announce('ABC');
  await bridge.event('delivery.attempted');
  const muted = await it.run('mute', 'korean spot', '--for', '10m');
  expect([muted.code, muted.out]).toEqual([
    0,
    expect.stringMatching(/^rule "korean spot" is muted for 10m, until .* \(mute 1\)\n/),
  ]);
  expect(await bridge.event('delivery.skipped')).toMatchObject({ ticker: 'ABC', reason: 'muted' });
  it.announce('DEF');
  it.announce('XYZ', 'binance');
  await it.bot.waitFor(({ body }) => (body as { symbol: string }).symbol === 'XYZ');
  expect(symbols(it.bot.received)).toEqual(['XYZ']);
  expect(it.bot.requests).toHaveLength(2);
  const { out } = await it.run('deliveries', '--state', 'skipped', '--json');
  expect(
    (JSON.parse(out) as Stored[]).map(({ delivery, reason }) => [delivery.announcement.title, reason]),
  ).toEqual([
    ['DEF is listed', 'muted'],
    ['ABC is listed', 'muted'],
  ]);
});

test.each(['the command line', 'HTTP'])(
  'killed right after %s has the word of it: neither a queued retry nor news of it is sent in the next life',
  async (by) => {
    await using it = await scene();
    {
      const { bridge, ask } = await it.start();
      await using _ = bridge;
      it.bot.faults.push({ status: 503, headers: { 'retry-after': '2' } });
      it.announce('SCAM');
      await bridge.event('delivery.attempted');
      if (by === 'HTTP') expect((await ask('POST', '/api/mutes', { what: 'ticker:SCAM' })).status).toBe(200);
      else {
        // It cannot take it up: only the store has it.
        it.stopBetweenWrites(bridge);
        expect(await it.run('mute', 'ticker:SCAM')).toMatchObject({ code: 0, err: '' });
      }
      bridge.kill('SIGKILL');
      await bridge.finished;
    }
    expect(it.bot.requests).toHaveLength(1);
    const { bridge } = await it.start();
    await using _ = bridge;
    // A running bridge may have had the time to end it itself.
    if (by !== 'HTTP')
      expect(await bridge.event('delivery.skipped')).toMatchObject({ ticker: 'SCAM', reason: 'muted' });
    await bridge.event('feed.live');
    it.announce('SCAM,GOOD');
    await it.bot.waitFor(1);
    await expect
      .poll(async () => (await it.run('deliveries', '--state', 'pending', '--json')).out)
      .toBe('[]\n');
    bridge.kill('SIGTERM');
    expect((await bridge.finished).code).toBe(0);
    const { out } = await it.run('deliveries', '--json');
    const ends = (JSON.parse(out) as Stored[]).map(
      ({ delivery: { announcement }, state, reason, attempts }) =>
        `${announcement.title}: ${reason ?? state}, ${attempts}`,
    );
    expect(ends.toSorted()).toEqual([
      // Whether its attempt was written down before the kill is open.
      expect.stringMatching(/^SCAM is listed: muted, [01]$/),
      'SCAM,GOOD is listed: delivered, 1',
      'SCAM,GOOD is listed: muted, 0',
    ]);
    expect(symbols(it.bot.received)).toEqual(['GOOD']);
    expect(it.bot.requests).toHaveLength(2);
  },
);

test('what changes something wants the token; odd requests are refused in words', async () => {
  await using it = await scene();
  const { bridge, ask } = await it.start();
  await using _ = bridge;
  expect((await ask('POST', '/api/mutes', { what: 'X' }, 'wrong')).status).toBe(401);
  expect((await ask('DELETE', '/api/mutes/1', undefined, 'wrong')).status).toBe(401);
  expect(await ask('GET', '/api/mutes')).toEqual({ status: 200, body: { mutes: [] } });
  for (const [body, status, code] of [
    [{ destination: 'bott' }, 422, 'unknown_name'],
    [{ what: 'BOT' }, 422, 'ambiguous'],
    [{ ticker: 'ABC', for: '0' }, 422, 'bad_time'],
    [{ ticker: 'ABC', until: '2020-01-01' }, 422, 'bad_time'],
    [{}, 422, 'bad_name'],
    [{ ticker: 3 }, 400, 'not_a_mute'],
    [{ tikker: 'ABC' }, 400, 'not_a_mute'],
  ] as const)
    expect(await ask('POST', '/api/mutes', body), JSON.stringify(body)).toMatchObject({
      status,
      body: { ok: false, code },
    });
  expect(await ask('DELETE', '/api/mutes/7')).toMatchObject({ status: 404, body: { code: 'not_muted' } });
  expect((await ask('PUT', '/api/mutes', {})).status).toBe(405);
  const twice = [await ask('POST', '/api/mutes', { destination: 'bot', for: '1h' })];
  twice.push(await ask('POST', '/api/mutes', { what: ['bot', 'ticker:ABC'], for: '2h' }));
  expect(twice.map(({ body }) => (body as Json).mutes?.map(({ id, change }) => [id, change]))).toEqual([
    [[1, 'muted']],
    [
      [1, 'extended'],
      [2, 'muted'],
    ],
  ]);
});

test('what is muted is seen: status, inject, explain, and a sample that is sent all the same', async () => {
  await using it = await scene();
  const { bridge, ask } = await it.start();
  await using _ = bridge;
  const { url } = await bridge.event('bridge.started');
  await ask('POST', '/api/mutes', { what: ['ticker:SCAM', 'destination:bot'], reason: 'maintenance' });
  await it.run('mute', 'lift', 'ticker:SCAM');
  const status = await it.run('status', '--url', String(url));
  expect(status.out).toMatch(/destination bot is muted for another (1h|59m(\d+s)?) \(mute 2: maintenance\)/);
  const listing = ['--publisher', 'upbit', '--listing-type', 'spot_listing', '--ticker', 'ABC'];
  const injected = await it.run('inject', '--real', ...listing, '--title', 'ABC', '--url', String(url));
  expect(injected.code).toBe(1);
  expect(injected.out).toMatch(/bot ABC: skipped.*\n?.*muted/);
  expect(injected.out).toMatch(/Held back: bot ABC: destination bot is muted for another .* \[muted\]\n/);
  const explained = await it.run('explain', ...listing, '--title', 'ABC');
  expect(explained.out).toMatch(
    /→ bot, by rule "korean spot": nothing \(destination bot is muted for another .* \[muted\]\)/,
  );
  const later = new Date(Date.now() + 7_200_000).toISOString();
  const after = await it.run('explain', ...listing, '--title', 'ABC', '--at', later);
  expect(after.out, 'when it is over').toContain('→ bot for ABC, by rule "korean spot"');
  expect(it.bot.received).toEqual([]);
  const sent = await it.run('send', 'bot');
  expect(sent.code).toBe(0);
  expect(sent.err).toMatch(
    /bot {2}destination bot is muted for another .* the sample is sent all the same\. \[muted\]/,
  );
  expect(it.bot.received).toHaveLength(1);
  expect(JSON.parse((await it.run('mute', 'list', '--json')).out)).toMatchObject([
    { id: 2, kind: 'destination', name: 'bot', reason: 'maintenance', inConfig: true },
  ]);
});
