/** The built program says what is wrong with it, through ordinary destinations, and its own words are never taken for news. */
import { expect, test } from 'vitest';
import type { BotItem } from '../../src/simulator/bot-server.ts';
import { Workplace } from '../support/program.ts';
import { CONFIG, startStandIns } from '../support/stand-ins.ts';

/** Proof of health without a self-test, of which there is one a minute: reconnects are quick here. */
const FAST = CONFIG.replace('", apiKey:', '", selfTest: false, apiKey:').replace(
  'rules:',
  `  ops: { type: webhook, url: "\${BOT_URL}/ops", secret: "\${BOT_SECRET}", body: { action: buy, symbol: "{{ tickers | first }}" } }\nrules:`,
);
const withAlerts = (alerts: string) => `${FAST}alerts: ${alerts}\n`;

const listing = (ticker: string) => ({
  publisher: 'upbit',
  listingType: 'spot_listing',
  ticker,
  title: `${ticker} is listed`,
});
const UNKNOWN_WEBHOOK = { status: 404, body: { message: 'Unknown Webhook', code: 10015 } };
const isAlert = ({ body }: BotItem) => (body as { type?: string }).type === 'alert';

test('a feed that is cut is told at Discord and a webhook after feedDownAfter, and when it is back', async () => {
  await using standIns = await startStandIns();
  using workplace = new Workplace(withAlerts('{ send: [chat, ops] }'));
  await using bridge = workplace.start(['run'], standIns.env);
  const { feed, discord, bot } = standIns;
  await bridge.event('feed.live');
  // Only now: a start on a busy machine takes longer.
  workplace.write('config.yaml', withAlerts('{ send: [chat, ops], feedDownAfter: 1s }'));
  bridge.kill('SIGHUP');
  await bridge.event('config.reloaded');
  feed.behaviour.sendsWelcome = false;
  feed.terminateAll();
  await bridge.event('feed.lost');

  const down = await discord.waitFor(({ title }) => title.includes('feed one is down'));
  expect(down.embeds[0]).toMatchObject({ color: 0xe74c3c });
  const [asked] = await bot.waitFor(1);
  expect(asked?.path).toBe('/signal/ops');
  // The webhook's own body would buy something.
  expect(asked?.body).toMatchObject({
    type: 'alert',
    severity: 'critical',
    alerts: [{ code: 'feed_down', subject: 'one', state: 'started' }],
  });
  expect(asked?.text).not.toContain('action');

  feed.behaviour.sendsWelcome = true;
  feed.terminateAll();
  const back = await discord.waitFor(({ title }) => title.includes('feed one is up again'));
  expect(back.embeds[0]).toMatchObject({ color: 0x2ecc71 });
  expect(String(back.embeds[0]?.['description'])).toMatch(/Lasted \d+(\\?\.\d)?s/);
  expect(discord.received).toHaveLength(2);
  await bridge.event('alert.ended');
  expect(bridge.log.all.filter(({ msg }) => String(msg).startsWith('alert.')).map(({ msg }) => msg)).toEqual([
    'alert.started',
    'alert.ended',
  ]);
});

test('a suspended destination is told through another one, as a delivery and not as an announcement', async () => {
  await using standIns = await startStandIns();
  using workplace = new Workplace(withAlerts('{ send: [chat, group] }'));
  await using bridge = workplace.start(['run'], standIns.env);
  const { feed, discord, telegram, bot } = standIns;
  const { url } = await bridge.event('bridge.started');
  await bridge.event('feed.live');
  discord.faults.push(UNKNOWN_WEBHOOK);
  feed.announce(listing('ABC'));
  const told = await telegram.waitFor(({ text }) => text.includes('suspended'));
  expect(told.text).toContain('destination chat is suspended');
  await bot.waitFor(1);
  expect(discord.requests.filter(({ method }) => method === 'POST')).toHaveLength(1);

  const asked = async () => (await fetch(`${url}/metrics`)).text();
  await expect
    .poll(asked)
    .toContain('listing_bridge_deliveries_total{destination="group",outcome="delivered"} 2');
  const metrics = await asked();
  const announcements = metrics
    .split('\n')
    .filter((line) => /^listing_bridge_announcements_total{/.test(line));
  expect(announcements.map((line) => line.split(' ').at(-1))).toEqual(['1']);
  expect(metrics).toContain('listing_bridge_delivery_seconds_count{destination="group"} 1');
  expect(metrics).not.toContain('rule="(alerts)"');
  bridge.kill('SIGTERM');
  await bridge.finished;

  const list = workplace.start(['deliveries', '--destination', 'group', '--json'], standIns.env);
  await list.finished;
  const rows = JSON.parse(list.stdout) as { state: string; delivery: { importance: number; rule: string } }[];
  expect(rows.map(({ state, delivery: { importance, rule } }) => [state, importance, rule])).toEqual([
    ['delivered', -1, '(alerts)'],
    ['delivered', 1, 'all'],
  ]);
});

test('an alert that is owed survives kill -9', async () => {
  await using standIns = await startStandIns();
  using workplace = new Workplace(withAlerts('{ send: [group] }'));
  const { feed, discord, telegram } = standIns;
  {
    await using first = workplace.start(['run'], standIns.env);
    await first.event('feed.live');
    telegram.faults.push(...Array.from({ length: 1000 }, () => ({ status: 503, body: {} })));
    discord.faults.push(UNKNOWN_WEBHOOK);
    feed.announce(listing('ABC'));
    await first.event('alert.started');
    const tried = (line: { msg?: string }) => line.msg === 'delivery.attempted';
    const alertTried = await first.log.waitFor(
      (line) => tried(line) && line['destination'] === 'group' && first.log.all.some(isOtherDelivery(line)),
    );
    expect(alertTried['outcome']).toBe('retry');
    first.kill('SIGKILL');
    await first.finished;
  }
  telegram.faults.length = 0;
  await using second = workplace.start(['run'], standIns.env);
  await second.event('feed.live');
  const told = await telegram.waitFor(({ text }) => text.includes('suspended'));
  expect(told.text).toContain('destination chat');
});

/** Another delivery to the same destination has been tried as well: the announcement's and the alert's. */
const isOtherDelivery =
  (line: Readonly<Record<string, unknown>>) =>
  (other: Readonly<Record<string, unknown>> & { readonly msg?: string }): boolean =>
    other.msg === 'delivery.attempted' &&
    other['destination'] === line['destination'] &&
    other['delivery'] !== line['delivery'];

test('alerts follow a reload; a config that is refused is told, and when it is mended', async () => {
  await using standIns = await startStandIns();
  using workplace = new Workplace(FAST);
  await using bridge = workplace.start(['run'], standIns.env);
  const { bot } = standIns;
  await bridge.event('feed.live');
  const good = withAlerts('{ send: [ops] }');
  workplace.write('config.yaml', good);
  bridge.kill('SIGHUP');
  expect(await bridge.event('config.reloaded')).toMatchObject({ changes: ['alerts: added'] });

  workplace.write('config.yaml', good.replace('send: [ops]', 'send: [opps]'));
  bridge.kill('SIGHUP');
  expect(await bridge.event('config.rejected')).toMatchObject({
    problems: [expect.stringContaining('there is no destination opps')],
  });
  const told = await bot.waitFor(isAlert);
  expect(told.text).toContain('there is no destination opps');
  workplace.write('config.yaml', good);
  bridge.kill('SIGHUP');
  await bot.waitFor((item) => isAlert(item) && item.text.includes('"state":"ended"'));
});
