/** `onAmbiguous: drop` on the real program: an order that was on the wire is never sent again, however the process ended. */
import { expect, test } from 'vitest';
import { type Program, Workplace } from '../support/program.ts';
import { CONFIG, startStandIns } from '../support/stand-ins.ts';

const listing = (ticker: string) => ({
  publisher: 'upbit',
  listingType: 'spot_listing',
  ticker,
  title: `${ticker} is listed`,
});
const DROP = CONFIG.replace('retry: {', 'onAmbiguous: drop, retry: {').replace(
  'store:',
  'shutdownTimeout: 200ms\nstore:',
);

const started = async (bridge: Program): Promise<void> => {
  await bridge.event('bridge.started');
  await bridge.event('feed.live');
};

test.each([
  ['kill -9', 'SIGKILL', DROP],
  ['a stop that cuts it', 'SIGTERM', DROP],
  ['kill -9 after a reload from resend to drop', 'SIGKILL', DROP.replace('onAmbiguous: drop, ', '')],
] as const)(
  'regression: an order on the wire at %s is not sent again; it is dead, with the reason, and said',
  async (_, signal, first) => {
    await using standIns = await startStandIns();
    const { feed, bot } = standIns;
    using workplace = new Workplace(first);
    {
      await using bridge = workplace.start(['run'], standIns.env);
      await started(bridge);
      // It takes the order, and does not answer.
      bot.faults.push({ delayMs: 60_000, accept: true });
      feed.announce(listing('ORDER'));
      await expect.poll(() => bot.requests.length).toBe(1);
      if (first !== DROP) {
        workplace.write('config.yaml', DROP);
        bridge.kill('SIGHUP');
        await bridge.event('config.reloaded');
      }
      bridge.kill(signal);
      await bridge.finished;
    }
    await using bridge = workplace.start(['run'], standIns.env);
    await started(bridge);
    feed.announce(listing('NEXT'));
    await bot.waitFor(({ body }) => (body as { title: string }).title === 'NEXT is listed');
    if (signal === 'SIGKILL')
      expect(await bridge.event('delivery.dead')).toMatchObject({ reason: 'may_have_arrived' });
    expect(bot.requests.filter(({ body }) => body.includes('ORDER is listed'))).toHaveLength(1);
    const list = workplace.start(
      ['deliveries', '--destination', 'bot', '--state', 'dead', '--json'],
      standIns.env,
    );
    await list.finished;
    expect(JSON.parse(list.stdout)).toMatchObject([{ state: 'dead', reason: 'may_have_arrived' }]);
  },
);

test('regression: after a reload to dryRun no order leaves, whatever waits or fails', async () => {
  await using standIns = await startStandIns();
  const { feed, bot } = standIns;
  using workplace = new Workplace(CONFIG);
  await using bridge = workplace.start(['run'], standIns.env);
  await started(bridge);
  bot.faults.push(...Array.from({ length: 1000 }, () => ({ status: 503, delayMs: 100 })));
  for (const ticker of ['A', 'B', 'C']) feed.announce(listing(ticker));
  await expect.poll(() => bot.requests.length).toBeGreaterThan(4);
  workplace.write('config.yaml', CONFIG.replace('retry: {', 'dryRun: true, retry: {'));
  bridge.kill('SIGHUP');
  await bridge.event('config.reloaded');
  const lines = (name: string) =>
    bridge.log.all.flatMap(({ msg, destination }, at) => (msg === name && destination === 'bot' ? [at] : []));
  await expect.poll(() => lines('delivery.skipped').length).toBe(3);
  const reloadedAt = bridge.log.all.findIndex(({ msg }) => msg === 'config.reloaded');
  const ended = lines('delivery.attempted').filter((at) => at > reloadedAt);
  expect(ended.length, 'what was on the wire').toBeLessThanOrEqual(3);
  const before = bot.requests.length;
  feed.announce(listing('LATER'));
  await standIns.discord.waitFor(4);
  expect(bot.requests).toHaveLength(before);
});
