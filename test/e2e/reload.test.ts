/** The built program takes up a changed config without a restart: all of it or nothing, and what did not change is not touched. */
import { expect, test } from 'vitest';
import { type Program, Workplace } from '../support/program.ts';
import { ORDERS as ORDERS_WATCHED, startStandIns, CONFIG as WATCHED } from '../support/stand-ins.ts';

/** By hand alone. */
const CONFIG = WATCHED.concat('watch: false\n');
const ORDERS = ORDERS_WATCHED.concat('watch: false\n');
const TOKEN = 'a-token-for-the-tests';
const WITH_TOKEN = CONFIG.replace('server: { port: 0 }', `server: { port: 0, token: ${TOKEN} }`);

const listing = (ticker: string) => ({
  publisher: 'upbit',
  listingType: 'spot_listing',
  ticker,
  title: `${ticker} is listed`,
});
const titled =
  (title: string) =>
  ({ body }: { readonly body: unknown }) =>
    (body as { title?: string }).title === title;

async function post(url: unknown, authorization?: string) {
  const headers = authorization === undefined ? {} : { authorization };
  const response = await fetch(`${url}/-/reload`, { method: 'POST', headers });
  return { status: response.status, text: await response.text() };
}

async function readyz(url: unknown) {
  const response = await fetch(`${url}/readyz`);
  const { problems, notes } = (await response.json()) as { problems: string[]; notes: string[] };
  return { status: response.status, problems, notes };
}

async function metric(url: unknown, name: string): Promise<string | undefined> {
  const text = await (await fetch(`${url}/metrics`)).text();
  return text
    .split('\n')
    .find((line) => line.startsWith(`listing_bridge_${name}`))
    ?.split(' ')
    .at(-1);
}

async function started(bridge: Program): Promise<unknown> {
  const { url } = await bridge.event('bridge.started');
  await bridge.event('feed.self_test_answered');
  return url;
}

test('SIGHUP: new rules are in force, the feed stays connected', async () => {
  await using standIns = await startStandIns();
  using workplace = new Workplace(CONFIG);
  await using bridge = workplace.start(['run'], standIns.env);
  const { feed, bot, discord } = standIns;
  const url = await started(bridge);
  feed.announce(listing('BEFORE'));
  await bot.waitFor(titled('BEFORE is listed'));
  await discord.waitFor(1);

  workplace.write('config.yaml', CONFIG.replace('send: [chat, group, bot]', 'send: [bot]'));
  expect(await readyz(url)).toEqual({
    status: 200,
    problems: [],
    notes: ['the config on disk is not the one running: reload to apply it'],
  });
  bridge.kill('SIGHUP');
  expect(await bridge.event('config.reloaded')).toMatchObject({ changes: ['rules: ~ "all" (send)'] });
  expect(await readyz(url)).toEqual({ status: 200, problems: [], notes: [] });
  feed.announce(listing('AFTER'));
  await bot.waitFor(titled('AFTER is listed'));
  bridge.kill('SIGTERM');
  expect((await bridge.finished).code).toBe(0);
  expect(discord.received).toHaveLength(1);
  expect(feed.connections).toHaveLength(1);
});

test('a bad file changes nothing, and is told in the log, /readyz and the metrics until it is mended', async () => {
  await using standIns = await startStandIns();
  using workplace = new Workplace(CONFIG);
  await using bridge = workplace.start(['run'], standIns.env);
  const { feed, bot } = standIns;
  const url = await started(bridge);

  // A sound change and a slip of the pen in one file: neither counts.
  const bad = CONFIG.replace('send: [chat, group, bot]', 'send: [group]').replace('rules:', 'ruels:');
  workplace.write('config.yaml', bad);
  bridge.kill('SIGHUP');
  const { problems } = await bridge.event('config.rejected');
  expect(problems).toEqual(expect.arrayContaining([expect.stringMatching(/config\.yaml:\d+:1: .*ruels/)]));
  const told = await readyz(url);
  expect(told.status).toBe(503);
  expect(told.problems.join()).toMatch(/the new config was rejected; .*ruels/);
  expect(await metric(url, 'config_last_reload_successful')).toBe('0');
  feed.announce(listing('STILL'));
  await bot.waitFor(titled('STILL is listed'));

  workplace.write('config.yaml', CONFIG);
  bridge.kill('SIGHUP');
  await bridge.event('config.reloaded');
  expect(await readyz(url)).toEqual({ status: 200, problems: [], notes: [] });
  expect(await metric(url, 'config_last_reload_successful')).toBe('1');
});

test('POST /-/reload wants the token, answers what changed, and says what is wrong with the file', async () => {
  await using standIns = await startStandIns();
  using workplace = new Workplace(WITH_TOKEN);
  await using bridge = workplace.start(['run'], standIns.env);
  const url = await started(bridge);
  expect((await post(url)).status).toBe(401);
  expect((await post(url, 'Bearer wrong')).status).toBe(401);
  workplace.write('config.yaml', WITH_TOKEN.replace('dedupeWindow', '').concat('dedupeWindow: 2h\n'));
  const good = await post(url, `Bearer ${TOKEN}`);
  expect([good.status, JSON.parse(good.text)]).toEqual([
    200,
    { ok: true, changes: ['dedupeWindow: 1h → 2h'], needsRestart: [] },
  ]);
  workplace.write('config.yaml', WITH_TOKEN.concat('nonsense: 1\n'));
  const bad = await post(url, `Bearer ${TOKEN}`);
  expect(bad.status).toBe(422);
  expect(bad.text).toMatch(/config\.yaml:\d+:\d+: .*nonsense/);
});

test('a new token and read-only count at once, without a restart; a login with the old token is over', async () => {
  await using standIns = await startStandIns();
  using workplace = new Workplace(WITH_TOKEN);
  await using bridge = workplace.start(['run'], standIns.env);
  const url = await started(bridge);
  const logIn = async (token: string) =>
    fetch(`${url}/login`, { method: 'POST', body: new URLSearchParams({ token }), redirect: 'manual' });
  const login = await logIn(TOKEN);
  expect(login.status).toBe(303);
  const cookie = login.headers.get('set-cookie')?.split(';')[0] ?? '';
  const owns = async () =>
    (await (await fetch(`${url}/`, { headers: { cookie } })).text()).includes('Log out');
  expect(await owns()).toBe(true);

  const other = 'another-token-for-the-tests';
  workplace.write('config.yaml', WITH_TOKEN.replace(TOKEN, other));
  const reloaded = await post(url, `Bearer ${TOKEN}`);
  expect([reloaded.status, JSON.parse(reloaded.text)]).toMatchObject([200, { needsRestart: [] }]);
  expect(reloaded.text).not.toContain(other);
  expect((await post(url, `Bearer ${TOKEN}`)).status).toBe(401);
  expect((await logIn(TOKEN)).status).toBe(401);
  expect(await owns()).toBe(false);

  workplace.write('config.yaml', WITH_TOKEN.replace(TOKEN, `${other}, readOnly: true`));
  expect((await post(url, `Bearer ${other}`)).status).toBe(200);
  const refused = await post(url, `Bearer ${other}`);
  expect([refused.status, JSON.parse(refused.text)]).toMatchObject([403, { code: 'read_only' }]);
});

test('the effect of new rules on the announcements in the store is in the answer and in the log', async () => {
  await using standIns = await startStandIns();
  using workplace = new Workplace(WITH_TOKEN);
  await using bridge = workplace.start(['run'], standIns.env);
  const url = await started(bridge);
  for (const ticker of ['AAA', 'BBB']) standIns.feed.announce(listing(ticker));
  await standIns.bot.waitFor(2);
  const narrow = WITH_TOKEN.replace('match: {}', 'match: { ticker: AAA }').replace(', bot]', ']');
  workplace.write('config.yaml', narrow);
  const effect = {
    announcements: 2,
    elsewhere: 2,
    examples: [
      'upbit spot_listing BBB: chat, group, bot → nowhere',
      'upbit spot_listing AAA: chat, group, bot → chat, group',
    ],
  };
  const { text } = await post(url, `Bearer ${TOKEN}`);
  expect(JSON.parse(text)).toMatchObject({ changes: ['rules: ~ "all" (match, send)'], effect });
  expect(await bridge.event('config.effect')).toMatchObject(effect);
  workplace.write('config.yaml', narrow.replace('name: all', 'name: every'));
  const asked = workplace.start(['reload', '--url', String(url)], standIns.env);
  await asked.finished;
  expect(asked.stdout).toBe(`Reloaded:
  rules: + "every", - "all"
  0 of the last 2 announcements would go elsewhere
`);
});

test('without server.token nobody can reload over HTTP', async () => {
  await using standIns = await startStandIns();
  using workplace = new Workplace(ORDERS);
  await using bridge = workplace.start(['run'], standIns.env);
  const answer = await post(await started(bridge));
  expect(answer.status).toBe(403);
  expect(answer.text).toContain('server.token');
});

test('a destination with a new address: what is in flight ends at the old one, what waits goes to the new one, nothing twice', async () => {
  await using standIns = await startStandIns();
  await using elsewhere = await startStandIns();
  const slow = ORDERS.replace('retry: {', 'concurrency: 1, retry: {').replace(
    'store:',
    'shutdownTimeout: 1m\nstore:',
  );
  using workplace = new Workplace(slow);
  await using bridge = workplace.start(['run'], standIns.env);
  const { feed, bot } = standIns;
  await started(bridge);
  const answer = Promise.withResolvers<void>();
  bot.faults.push({ until: answer.promise, accept: true });
  feed.announce(listing('UNDERWAY'));
  await expect.poll(() => bot.requests.length).toBe(1);
  feed.announce(listing('WAITS'));
  await bridge.log.waitFor((line) => line['title'] === 'WAITS is listed');

  workplace.write('config.yaml', slow.replace(/"[^"]*BOT_URL[^"]*"/, `"${elsewhere.bot.url}/new"`));
  bridge.kill('SIGHUP');
  expect(await bridge.event('config.reloaded')).toMatchObject({ changes: ['destinations: ~ bot (url)'] });
  answer.resolve();
  await elsewhere.bot.waitFor(titled('WAITS is listed'));
  await bridge.log.waitFor(
    (line) =>
      line.msg === 'delivery.attempted' && line['destination'] === 'bot' && line['outcome'] === 'delivered',
  );
  feed.announce(listing('LATER'));
  await elsewhere.bot.waitFor(titled('LATER is listed'));
  bridge.kill('SIGTERM');
  await bridge.finished;
  expect(bot.received.map(({ body }) => (body as { title: string }).title)).toEqual(['UNDERWAY is listed']);
  expect(elsewhere.bot.received).toHaveLength(2);
});

test('a removed destination: what it was owed is dead, with the reason', async () => {
  await using standIns = await startStandIns();
  using workplace = new Workplace(CONFIG);
  await using bridge = workplace.start(['run'], standIns.env);
  const { feed, bot, discord } = standIns;
  await started(bridge);
  bot.faults.push(...Array.from({ length: 1000 }, () => ({ status: 503 })));
  feed.announce(listing('OWED'));
  await discord.waitFor(1);
  await bridge.log.waitFor((line) => line.msg === 'delivery.attempted' && line['destination'] === 'bot');

  const without = CONFIG.replace(/ {2}bot: .*\n/, '').replace('[chat, group, bot]', '[chat, group]');
  workplace.write('config.yaml', without);
  bridge.kill('SIGHUP');
  expect(await bridge.event('config.reloaded')).toMatchObject({
    changes: ['destinations: - bot', 'rules: ~ "all" (send)'],
  });
  expect(await bridge.event('delivery.dead')).toMatchObject({ deliveries: 1, reason: 'destination_removed' });
  const list = workplace.start(['deliveries', '--destination', 'bot', '--json'], standIns.env);
  await list.finished;
  expect(JSON.parse(list.stdout)).toMatchObject([{ state: 'dead', reason: 'destination_removed' }]);
});

test('regression: what a removed destination has on the wire holds back no later reload, but one that brings it back', async () => {
  await using standIns = await startStandIns();
  const text = CONFIG.replace('store:', 'shutdownTimeout: 1m\nstore:');
  using workplace = new Workplace(text);
  await using bridge = workplace.start(['run'], standIns.env);
  const { feed, bot, telegram } = standIns;
  await started(bridge);
  const answer = Promise.withResolvers<void>();
  bot.faults.push({ until: answer.promise, accept: true });
  feed.announce(listing('UNDERWAY'));
  await expect.poll(() => bot.requests.length).toBe(1);
  const ask = (next: string) => {
    workplace.write('config.yaml', next);
    bridge.kill('SIGHUP');
  };
  const reloads = () => bridge.log.all.filter(({ msg }) => msg === 'config.reloaded').length;
  const without = text.replace(/ {2}bot: .*\n/, '').replace('[chat, group, bot]', '[chat, group]');
  ask(without);
  await expect.poll(reloads).toBe(1);
  ask(without.replace('type: discord,', '$& dryRun: true,'));
  await expect.poll(reloads).toBe(2);
  ask(text);
  // Later announcements are at their receiver, so the signal has been obeyed as far as it can be.
  feed.announce(listing('LATER'));
  await telegram.waitFor(({ text: said }) => said.includes('LATER is listed'));
  answer.resolve();
  await expect.poll(reloads).toBe(3);
  const order = bridge.log.all.flatMap(({ msg, destination }) =>
    msg === 'config.reloaded' ? ['reload'] : destination === 'bot' ? [msg] : [],
  );
  expect(order).toEqual(['reload', 'reload', 'delivery.attempted', 'reload']);
  expect(bot.requests).toHaveLength(1);
});

test('a new key after a refused one: the feed connects without a restart', async () => {
  await using standIns = await startStandIns();
  using workplace = new Workplace(ORDERS);
  const { FEED_KEY, ...env } = standIns.env;
  workplace.write('.env', 'FEED_KEY=dsk_wrong\n');
  await using bridge = workplace.start(['run'], env);
  await bridge.event('feed.fatal');
  workplace.write('.env', `FEED_KEY=${FEED_KEY}\n`);
  bridge.kill('SIGHUP');
  expect(await bridge.event('config.reloaded')).toMatchObject({ changes: ['feeds: ~ one (apiKey)'] });
  await bridge.event('feed.live');
  standIns.feed.announce(listing('NOW'));
  await standIns.bot.waitFor(titled('NOW is listed'));
  expect(bridge.stderr).not.toContain(FEED_KEY);
});

test('regression: a mistyped key leaves the healthy feed alone, and the log, /readyz and status say so', async () => {
  await using standIns = await startStandIns();
  using workplace = new Workplace(ORDERS);
  const { FEED_KEY, ...env } = standIns.env;
  workplace.write('.env', `FEED_KEY=${FEED_KEY}\n`);
  await using bridge = workplace.start(['run'], env);
  const url = await started(bridge);
  workplace.write('.env', 'FEED_KEY=dsk_wrong\n');
  bridge.kill('SIGHUP');
  expect(await bridge.event('feed.change_failed')).toMatchObject({
    feed: 'one',
    reason: 'key_refused',
    says: 'the new options of feed one are not in force, the old ones stay',
  });
  const told = await readyz(url);
  expect(told).toMatchObject({ status: 200, problems: [] });
  expect(told.notes).toEqual([expect.stringMatching(/^the new options of feed one .*refused.*key_refused/)]);
  standIns.feed.announce(listing('STILL'));
  await standIns.bot.waitFor(titled('STILL is listed'));
  expect(standIns.feed.connections.map(({ status }) => status)).toEqual([101, 403]);
  expect(standIns.feed.closes.all).toEqual([]);
});

test('regression: what a running bridge cannot follow is a note and no fault, and the rest is in force', async () => {
  await using standIns = await startStandIns();
  using workplace = new Workplace(ORDERS);
  await using bridge = workplace.start(['run'], standIns.env);
  const url = await started(bridge);
  workplace.write('config.yaml', ORDERS.replace('./bridge.db', './other.db'));
  bridge.kill('SIGHUP');
  expect(await bridge.event('config.needs_restart')).toMatchObject({ keys: ['store'] });
  const told = await readyz(url);
  expect(told).toEqual({
    status: 200,
    problems: [],
    notes: ['a config change needs a restart: store'],
  });
});

test('regression: a reload while it stops starts nothing anew, and the process ends', async () => {
  await using standIns = await startStandIns();
  using workplace = new Workplace(ORDERS);
  await using bridge = workplace.start(['run'], standIns.env);
  const { feed, bot } = standIns;
  await started(bridge);
  const answer = Promise.withResolvers<void>();
  bot.faults.push({ until: answer.promise, accept: true });
  feed.announce(listing('UNDERWAY'));
  await expect.poll(() => bot.requests.length).toBe(1);
  bridge.kill('SIGTERM');
  await feed.closes.waitFor(1);
  workplace.write('config.yaml', ORDERS.replace('name: one,', 'name: one, silenceTimeout: 44s,'));
  bridge.kill('SIGHUP');
  answer.resolve();
  expect((await bridge.finished).code).toBe(0);
  expect(bridge.log.all.filter(({ msg }) => msg === 'config.reloaded')).toEqual([]);
  expect(feed.connections).toHaveLength(1);
  expect(bot.received).toHaveLength(1);
});

test('regression: what is odd about a new config is said, as at the start', async () => {
  await using standIns = await startStandIns();
  using workplace = new Workplace(ORDERS);
  await using bridge = workplace.start(['run'], standIns.env);
  await started(bridge);
  workplace.write('config.yaml', ORDERS.replace('match: {}', 'match: { listingType: spot_lisitng }'));
  bridge.kill('SIGHUP');
  expect(await bridge.event('config.warning')).toMatchObject({
    at: expect.stringMatching(/config\.yaml:\d+:\d+$/),
    message: 'spot_lisitng is not a known listing type',
  });
});

test('an included file that changes, comes or goes is a change of the config; a fault in one changes nothing and is reported with its place', async () => {
  await using standIns = await startStandIns();
  using workplace = new Workplace(
    ORDERS.replace('rules:', 'include: more-*.yaml\nrules:').replace('match: {}', 'match: { ticker: NONE }'),
  );
  const rule = (ticker: string) =>
    `rules:\n  - { name: ${ticker}, match: { ticker: ${ticker} }, send: bot }\n`;
  workplace.write('more-a.yaml', rule('AAA'));
  await using bridge = workplace.start(['run'], standIns.env);
  const { feed, bot } = standIns;
  const url = await started(bridge);
  const isCurrent = { status: 200, problems: [], notes: [] };
  const isOther = { ...isCurrent, notes: ['the config on disk is not the one running: reload to apply it'] };
  expect(await readyz(url)).toEqual(isCurrent);
  feed.announce(listing('AAA'));
  await bot.waitFor(titled('AAA is listed'));

  workplace.write('more-b.yaml', rule('BBB'));
  expect(await readyz(url)).toEqual(isOther);
  bridge.kill('SIGHUP');
  expect(await bridge.event('config.reloaded')).toMatchObject({ changes: ['rules: + "BBB"'] });
  expect(await readyz(url)).toEqual(isCurrent);
  feed.announce(listing('BBB'));
  await bot.waitFor(titled('BBB is listed'));

  workplace.write('more-b.yaml', rule('BBB').replace('match', 'mach'));
  bridge.kill('SIGHUP');
  const { problems } = (await bridge.event('config.rejected')) as unknown as { problems: readonly string[] };
  expect(problems).toEqual(['more-b.yaml:2:18: unknown key `mach`']);
  feed.announce(listing('BBB2'));
  feed.announce({ ...listing('BBB'), title: 'BBB again' });
  await bot.waitFor(titled('BBB again'));
  bridge.kill('SIGTERM');
  expect((await bridge.finished).code).toBe(0);
});
