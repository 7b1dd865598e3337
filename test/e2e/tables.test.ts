/** A table from an address in the built program: fetched beside the news, kept on disk, and there again after `kill -9` with nobody to ask. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { Workplace } from '../support/program.ts';
import { startStandIns } from '../support/stand-ins.ts';

const configOf = (url: string) => `feeds:
  - { name: one, url: "\${FEED_URL}", apiKey: "\${FEED_KEY}" }
destinations:
  bot:
    type: webhook
    url: "\${BOT_URL}"
    secret: "\${BOT_SECRET}"
    timeout: 1m
    forEach: ticker
    body: { symbol: '{{ ticker | lookup: "perps" }}' }
tables:
  perps: { url: "${url}", rows: symbols, key: base, value: symbol, refresh: 1h }
  never: [USDT]
rules:
  - { name: tradable, match: { ticker: { in: perps, not: { in: never } } }, send: [bot] }
  - { name: others, match: { publisher: okx }, send: [bot] }
store: { path: ./bridge.db }
server: { port: 0 }
log: { format: json, level: debug }
`;

const LIST = JSON.stringify({
  symbols: ['ABC', 'DEF', 'USDT'].map((base) => ({ base, symbol: `${base}-PERP` })),
});

test('the last good rows outlive the process and the server that gave them', async () => {
  await using standIns = await startStandIns();
  const { feed, bot, env } = standIns;
  const server = createServer((_, response) => response.end(LIST)).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  onTestFinished(() => void server.close());
  const { port } = server.address() as AddressInfo;
  using workplace = new Workplace(configOf(`http://127.0.0.1:${port}/list`));
  // The first life may not have seen the answer: its order comes again, with the same id.
  const texts = () => [...new Set(bot.received.map(({ text }) => text))].toSorted();
  {
    await using first = workplace.start(['run'], env);
    await first.event('table.refreshed');
    await first.event('feed.self_test_answered');
    feed.announce({ publisher: 'upbit', ticker: 'ABC,USDT,XYZ', title: 'one' });
    await bot.waitFor(1);
    first.kill('SIGKILL');
    await first.finished;
  }
  expect(texts()).toEqual(['{"symbol":"ABC-PERP"}']);
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));

  await using second = workplace.start(['run'], env);
  const failed = await second.event('table.failed');
  expect(failed).toMatchObject({ table: 'perps', rows: 3, says: 'table perps could not be refreshed' });
  await second.event('feed.live');
  feed.announce({ publisher: 'okx', ticker: 'XYZ', title: 'of what is not there, no order' });
  const skipped = await second.event('delivery.skipped');
  expect(skipped).toMatchObject({ destination: 'bot', ticker: 'XYZ', reason: 'no_symbol' });
  feed.announce({ publisher: 'upbit', ticker: 'DEF', title: 'two' });
  await bot.waitFor(({ text }) => text.includes('DEF'));
  expect(texts()).toEqual(['{"symbol":"ABC-PERP"}', '{"symbol":"DEF-PERP"}']);
});
