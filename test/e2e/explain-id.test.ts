/** The built program: `explain --id` while the bridge runs, and after a reload with other rules. */
import { expect, test } from 'vitest';
import { Workplace } from '../support/program.ts';
import { startStandIns } from '../support/stand-ins.ts';

const CONFIG = `feeds:
  - { name: one, url: "\${FEED_URL}", apiKey: "\${FEED_KEY}" }
destinations:
  bot: { type: webhook, url: "\${BOT_URL}", secret: "\${BOT_SECRET}" }
rules:
  - { name: all, match: { publisher: upbit }, send: [bot] }
store: { path: ./bridge.db }
server: { port: 0 }
log: { format: json }
`;

test('a stored announcement has the rules that decided it, whatever the config is by now', async () => {
  await using standIns = await startStandIns();
  const { feed, bot, env } = standIns;
  using workplace = new Workplace(CONFIG);
  await using bridge = workplace.start(['run'], env);
  await bridge.event('feed.live');
  feed.announce({ publisher: 'upbit', listingType: 'spot_listing', ticker: 'ABC', title: 'ABC KRW' });
  await bot.waitFor(1);
  const { announcement: id } = await bridge.event('announcement.received');
  const explained = async () => {
    await using program = workplace.start(['explain', '--id', String(id), '--json'], env);
    expect(await program.finished).toMatchObject({ code: 0 });
    return JSON.parse(program.stdout);
  };
  const said = await explained();
  expect(said.before).toMatchObject({ rules: [{ rule: 'all', matched: true, sends: ['bot'] }], planned: 1 });
  expect(said.now).toMatchObject({ digest: said.before.digest, deliveries: [{ destination: 'bot' }] });
  expect(said).toMatchObject({ differences: [], deliveries: [{ state: 'delivered' }] });

  workplace.write('config.yaml', CONFIG.replace('publisher: upbit', 'publisher: binance'));
  const later = await explained();
  expect(later.before).toEqual(said.before);
  expect(later.now.deliveries).toEqual([]);
  expect(later.differences).toEqual([{ rule: 'all', difference: 'changed' }]);
});
