/** `inject`: an announcement into the running bridge, over HTTP and from the command line. */
import { expect, test } from 'vitest';
import { Workplace } from '../support/program.ts';
import { CONFIG, startStandIns } from '../support/stand-ins.ts';

const TOKEN = 'a-token-for-the-tests';
const WITH_TOKEN = CONFIG.replace('server: { port: 0 }', `server: { port: 0, token: ${TOKEN} }`);
const WITH_TEST_RULE = WITH_TOKEN.replace(
  /^rules:\n/m,
  'rules:\n  - { name: tests, match: { test: true }, send: [bot, chat] }\n',
);

async function scene(config: string) {
  const standIns = await startStandIns();
  const workplace = new Workplace(config);
  const bridge = workplace.start(['run'], standIns.env);
  const { url } = await bridge.event('bridge.started');
  await bridge.event('feed.self_test_answered');
  const inject = async (...args: string[]) => {
    await using asked = workplace.start(['inject', '--url', String(url), ...args], standIns.env);
    const { code } = await asked.finished;
    return { code, out: asked.stdout, err: asked.stderr };
  };
  const post = async (body: string, { query = '', token = TOKEN } = {}) => {
    const response = await fetch(`${url}/api/announcements${query}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}` },
      body,
    });
    return { status: response.status, text: await response.text() };
  };
  const end = async () => {
    await bridge[Symbol.asyncDispose]();
    workplace[Symbol.dispose]();
    await standIns[Symbol.asyncDispose]();
  };
  return { ...standIns, bridge, workplace, inject, post, [Symbol.asyncDispose]: end };
}

test('a test reaches the rules for tests, marked; the results are printed', async () => {
  await using it = await scene(WITH_TEST_RULE);
  const { code, out } = await it.inject(
    ...['--publisher', 'upbit', '--listing-type', 'spot_listing', '--ticker', 'ABC', '--title', 'ABC KRW'],
  );
  expect(code).toBe(0);
  expect(out).toContain('Injected as a test: upbit  spot_listing  ABC  ABC KRW\nMatched by: tests\n');
  expect(out).toMatch(/bot: delivered/);
  expect(out).toMatch(/chat: delivered/);
  // The feed's own self-test matches the rule too.
  const isInjected = ({ body }: { readonly body: unknown }) => (body as { feed: string }).feed === 'inject';
  expect((await it.bot.waitFor(isInjected)).body).toMatchObject({
    ...{ type: 'test_announcement', test: true, rule: 'tests', tickers: ['ABC'] },
  });
  expect((await it.discord.waitFor(1))[0]?.title).toContain('TEST');
  await it.bridge.log.waitFor((line) => line['feed'] === 'inject' && line['test'] === true);
});

test('a test without a rule for tests goes nowhere, and that is said', async () => {
  await using it = await scene(WITH_TOKEN);
  const { code, out } = await it.inject('--title', 'ABC KRW');
  expect([code, out]).toEqual([
    1,
    'Injected as a test: unknown  unknown  ABC KRW\nNo rule matched: a test matches only rules with `test: true`; --real takes it through all rules. [no_match]\n',
  ]);
  expect(it.bot.received).toEqual([]);
});

test('--real goes through all rules, once; an old one is as old as it says', async () => {
  await using it = await scene(WITH_TOKEN);
  const listing = { publisher: 'upbit', listingType: 'spot_listing', ticker: 'ABC', title: 'ABC is listed' };
  const file = it.workplace.write('one.json', JSON.stringify(listing));
  const first = await it.inject('--real', '--file', file, '--json');
  expect(first.code).toBe(0);
  const answer = JSON.parse(first.out) as {
    announcement: { id: string; test: boolean };
    deliveries: object[];
  };
  expect(answer.announcement.test).toBe(false);
  expect(answer.deliveries).toContainEqual(
    expect.objectContaining({ destination: 'bot', state: 'delivered' }),
  );
  expect((await it.bot.waitFor(1))[0]?.body).toMatchObject({
    type: 'announcement',
    feed: 'inject',
    test: false,
  });

  const again = await it.inject('--real', '--file', file);
  expect(again.code).toBe(1);
  expect(again.out).toMatch(
    /^Nothing sent: the same announcement was received from inject, .* ago \(`dedupeWindow`\)\. \[duplicate\]\n$/,
  );

  const yesterdayUs = (Date.now() - 86_400_000) * 1000;
  const old = { ...listing, ticker: 'OLD', title: 'OLD is listed', detectedTimestampUs: yesterdayUs };
  const late = await it.post(JSON.stringify(old), { query: '?real=true' });
  expect(late.status).toBe(200);
  const { announcement } = JSON.parse(late.text) as { announcement: { id: string; ageMs: number } };
  expect(announcement.ageMs).toBeGreaterThan(86_000_000);
  await it.bridge.log.waitFor((line) => line.msg === 'delivery.expired' && line['destination'] === 'bot');
  // By which time it would have been sent.
  await it.inject('--real', '--title', 'the last one');
  expect(it.bot.received.map(({ body }) => (body as { title: string }).title)).not.toContain('OLD is listed');
});

test('is refused in words: without a token, as no announcement, too large, while the bridge stops', async () => {
  await using it = await scene(WITH_TOKEN);
  expect(await it.post('{}', { token: 'wrong' })).toMatchObject({ status: 401 });
  for (const body of ['', 'no', '[]', '3', 'null', '"x"'])
    expect(await it.post(body)).toMatchObject({
      status: 400,
      text: expect.stringContaining('one JSON object'),
    });
  for (const body of ['{}', '{"title":" "}', '{"ticker":", ,"}'])
    expect(await it.post(body)).toMatchObject({
      status: 422,
      text: expect.stringContaining('at least a title'),
    });
  expect(await it.post(JSON.stringify({ title: 'x'.repeat(300_000) }))).toMatchObject({ status: 413 });
  const { code, err } = await it.inject();
  expect([code, err]).toEqual([
    2,
    'Nothing to inject: give --file <announcement.json>, or --title (with --ticker, --publisher, --listing-type)\n',
  ]);
  expect(it.bot.received).toEqual([]);
});
