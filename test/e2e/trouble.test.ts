/** Faults around the built program, and its reports: one clear line, never a stack, never a secret. */
import { createServer } from 'node:net';
import { expect, test } from 'vitest';
import { Workplace } from '../support/program.ts';
import { CONFIG, KEY, ORDERS, SIGNING_SECRET, startStandIns } from '../support/stand-ins.ts';

const listing = (ticker: string) => ({
  publisher: 'upbit',
  listingType: 'spot_listing',
  ticker,
  title: `${ticker} is listed`,
});

test('garbage of every kind is counted and survived, and what follows arrives', async () => {
  await using standIns = await startStandIns();
  using workplace = new Workplace(ORDERS);
  await using bridge = workplace.start(['run'], standIns.env);
  const { feed, bot } = standIns;
  await bridge.event('feed.live');
  const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`;
  const garbage: (string | Buffer)[] = [
    'not json',
    '[]',
    '42',
    'null',
    '{}',
    '{"type":7}',
    '{"type":"announcement"}',
    `{"type":"announcement","title":"deep","extra":${deep}}`,
    Buffer.from([0xff, 0xfe, 0x80]),
    'x'.repeat(1_000_000),
    '{"type":"something_new","a":1}',
    '{"type":"announcement","title":5,"ticker":["A","B"],"publisher":null,"detectedTimestampUs":"soon"}',
  ];
  for (const frame of garbage) feed.sendRaw(frame);
  feed.announce(listing('AFTER'));
  await bot.waitFor(({ body }) => (body as { title: string }).title === 'AFTER is listed');
  // The log is written behind the send: each line is waited for.
  for (const reason of ['not_json', 'not_an_object', 'no_type', 'wrong_fields', 'not_utf8', 'too_large'])
    await bridge.log.waitFor((line) => line.msg === 'warning.unreadable_frame' && line['reason'] === reason);
  await bridge.log.waitFor(
    (line) => line.msg === 'warning.unknown_frame_type' && line['type'] === 'something_new',
  );
  expect(bridge.log.all.filter(({ msg }) => msg === 'feed.lost')).toEqual([]);
});

test('a dropped feed is reconnected; /readyz says why not while it is away', async () => {
  await using standIns = await startStandIns();
  using workplace = new Workplace(ORDERS);
  await using bridge = workplace.start(['run'], standIns.env);
  const { url } = await bridge.event('bridge.started');
  await bridge.event('feed.self_test_answered');
  const ready = await fetch(`${url}/readyz`);
  expect([ready.status, ((await ready.json()) as { problems: string[] }).problems]).toEqual([200, []]);
  expect((await fetch(`${url}/healthz`)).status).toBe(200);

  const admit = standIns.feed.refuseAlways(503, '');
  standIns.feed.terminateAll();
  await bridge.event('feed.lost');
  const away = await fetch(`${url}/readyz`);
  expect(away.status).toBe(503);
  expect(((await away.json()) as { problems: string[] }).problems.join()).toContain('feed one');
  admit();
  await standIns.feed.waitForClient(2);
  standIns.feed.announce(listing('BACK'));
  await standIns.bot.waitFor(1);
});

test('a refused key stops that feed for good, says what to do, and leaves the process up', async () => {
  await using standIns = await startStandIns();
  using workplace = new Workplace(ORDERS);
  await using bridge = workplace.start(['run'], { ...standIns.env, FEED_KEY: 'dsk_wrong' });
  const fatal = await bridge.event('feed.fatal');
  expect(fatal['advice']).toMatch(/key/);
  const { url } = await bridge.event('bridge.started');
  expect((await fetch(`${url}/readyz`)).status).toBe(503);
  expect(standIns.feed.connections).toHaveLength(1);
});

test('a second daemon on the same store is told who holds it', async () => {
  await using standIns = await startStandIns();
  using workplace = new Workplace(ORDERS);
  await using first = workplace.start(['run'], standIns.env);
  await first.event('bridge.started');
  await using second = workplace.start(['run'], standIns.env);
  expect((await second.finished).code).toBe(1);
  expect(second.stderr).toMatch(/another listing-bridge uses store\.path .*process \d+ on /);
  expect(second.stderr).not.toMatch(/\n\s+at /);
});

test('a port in use and a store that cannot be made are one line each', async () => {
  await using standIns = await startStandIns();
  const blocker = createServer();
  await new Promise<void>((resolve) => blocker.listen(0, '127.0.0.1', () => resolve()));
  const { port } = blocker.address() as { port: number };
  using taken = new Workplace(ORDERS.replace('port: 0', `port: ${port}`));
  await using bridge = taken.start(['run'], standIns.env);
  expect((await bridge.finished).code).toBe(1);
  expect(bridge.stderr.trim()).toBe(
    `listing-bridge: port ${port} on 127.0.0.1 is in use: set server.port to another one (0 takes a free one), or server: false`,
  );
  blocker.close();

  using nowhere = new Workplace(ORDERS.replace('./bridge.db', '/dev/null/bridge.db'));
  await using second = nowhere.start(['run'], standIns.env);
  expect((await second.finished).code).toBe(1);
  expect(second.stderr).toMatch(/^listing-bridge: .*\/dev\/null/);
  expect(second.stderr).not.toMatch(/\n\s+at /);
});

test('no secret is in any line, whatever fails', async () => {
  await using standIns = await startStandIns();
  using workplace = new Workplace(
    CONFIG.replace('level', 'level').replace('format: json', 'format: json, level: debug'),
  );
  const { feed, bot, discord, telegram } = standIns;
  discord.faults.push(
    { status: 500, body: 'oops' },
    { reset: true },
    { status: 404, body: { message: 'Unknown Webhook', code: 10015 } },
  );
  telegram.faults.push(
    { status: 502 },
    { reset: true },
    { status: 403, body: { ok: false, error_code: 403, description: 'Forbidden: bot was kicked' } },
  );
  const refusal = { status: 401, body: { error: SIGNING_SECRET } };
  bot.faults.push({ status: 500 }, { reset: true }, refusal, refusal, refusal);
  await using bridge = workplace.start(['run'], standIns.env);
  await bridge.event('feed.live');
  feed.announce(listing('LEAK'));
  await bridge.log.waitFor((line) => line.msg === 'destination.suspended' && line['destination'] === 'chat');
  await bridge.log.waitFor((line) => line.msg === 'destination.suspended' && line['destination'] === 'group');
  await bridge.log.waitFor((line) => line.msg === 'destination.suspended' && line['destination'] === 'bot');
  bridge.kill('SIGTERM');
  await bridge.finished;
  const shown = workplace.start(['deliveries', '--json'], standIns.env);
  await shown.finished;
  const token = new URL(standIns.discord.webhookUrl).pathname.split('/').at(-1) ?? '';
  for (const secret of [KEY, SIGNING_SECRET, standIns.telegram.botToken, token]) {
    expect(secret.length).toBeGreaterThan(8);
    expect(bridge.stderr).not.toContain(secret);
    expect(shown.stdout).not.toContain(secret);
  }
});

test('regression: no secret is in any answer, whatever the service says', async () => {
  await using standIns = await startStandIns();
  using workplace = new Workplace(ORDERS);
  standIns.feed.refuseAlways(403, { error: `unknown key ${KEY}` });
  await using bridge = workplace.start(['run'], standIns.env);
  await bridge.event('feed.fatal');
  const { url } = await bridge.event('bridge.started');
  for (const path of ['/readyz', '/api/status', '/metrics']) {
    const text = await (await fetch(`${url}${path}`)).text();
    expect(text, path).toContain('one');
    expect(text, path).not.toContain(KEY);
  }
});

test('regression: without anybody who reads its log, announcements are still sent', async () => {
  await using standIns = await startStandIns();
  using workplace = new Workplace(ORDERS);
  await using bridge = workplace.start(['run'], standIns.env);
  await bridge.event('feed.self_test_answered');
  bridge.closeLog();
  for (const ticker of ['ONE', 'TWO', 'THREE']) {
    standIns.feed.announce(listing(ticker));
    await standIns.bot.waitFor(({ body }) => (body as { title: string }).title === `${ticker} is listed`);
  }
  bridge.kill('SIGTERM');
  expect((await bridge.finished).code).toBe(0);
});
