/**
 * The built program takes up a change of what its config only names: the file of a table, the file with the authority
 * that a table's server is trusted by. The table behind it comes through a proxy of its own.
 */
import { once } from 'node:events';
import { chmodSync, mkdirSync, renameSync, rmdirSync, rmSync, utimesSync } from 'node:fs';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { expect, test } from 'vitest';
import { certificate } from '../support/awkward-feed.ts';
import { startConnectProxy } from '../support/connect-proxy.ts';
import { Workplace } from '../support/program.ts';
import { startStandIns } from '../support/stand-ins.ts';
import { Watched } from '../support/watched-config.ts';

const configOf = (url: string) => `feeds:
  - { name: one, url: "\${FEED_URL}", apiKey: "\${FEED_KEY}" }
destinations:
  bot: { type: webhook, url: "\${BOT_URL}", secret: "\${BOT_SECRET}", timeout: 1m, forEach: ticker, body: { mine: '{{ ticker | lookup: "mine" }}', perp: '{{ ticker | lookup: "perps" }}' } }
tables:
  mine: { file: ./symbols.csv, key: ticker, value: symbol }
  perps: { url: "${url}", rows: symbols, key: base, value: symbol, proxy: "\${MY_PROXY}", tls: { ca: ./ca.pem } }
rules:
  - { name: mine, match: { ticker: { in: mine } }, send: [bot] }
store: { path: ./bridge.db }
server: { port: 0 }
log: { format: json, level: debug }
`;

const csv = (...tickers: readonly string[]) =>
  ['ticker,symbol', ...tickers.map((ticker) => `${ticker},${ticker}USDT`), ''].join('\n');

/** So that nobody can read it: as its owner without the permission, as root (whom no permission stops) with a folder in its place. */
const isRoot = process.getuid?.() === 0;

function withhold(at: Watched, name: string): () => void {
  const path = at.path(name);
  if (!isRoot) {
    chmodSync(path, 0);
    return () => chmodSync(path, 0o600);
  }
  renameSync(path, `${path}.away`);
  mkdirSync(path);
  return () => {
    rmdirSync(path);
    renameSync(`${path}.away`, path);
  };
}
const WITHHELD = isRoot ? 'it is a folder' : 'permission denied';

test('the file of a table and the authority of another: changed, replaced, with other line ends, gone, not readable, and back', async () => {
  await using standIns = await startStandIns();
  await using cleanup = new AsyncDisposableStack();
  const made = await certificate();
  const list = JSON.stringify({ symbols: [{ base: 'ABC', symbol: 'ABC-PERP' }] });
  const server = createServer(made, (_, response) => response.end(list)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  cleanup.defer(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  await using proxy = await startConnectProxy({ credentials: 'me:secret-word', resolve: () => '127.0.0.1' });
  // The certificate is for this name, which only the proxy knows here.
  using workplace = new Workplace(configOf(`https://localhost:${port}/list?key=hidden-word`));
  workplace.write('symbols.csv', csv('XYZ'));
  // Of somebody else.
  workplace.write('ca.pem', (await certificate()).cert);
  const env = { ...standIns.env, MY_PROXY: `http://me:secret-word@127.0.0.1:${proxy.port}` };
  await using bridge = workplace.start(['run'], env);
  await bridge.event('feed.self_test_answered');
  const failed = await bridge.event('table.failed');
  expect(failed).toMatchObject({
    table: 'perps',
    reason: expect.stringContaining(
      'not from an authority that this machine trusts: install one that is, or name the file of your own authority in `tls.ca`',
    ),
  });
  const at = new Watched(workplace, bridge);

  at.write(made.cert, 'ca.pem.tmp');
  renameSync(at.path('ca.pem.tmp'), at.path('ca.pem'));
  expect(await at.next()).toMatchObject({
    msg: 'config.reloaded',
    changes: [expect.stringMatching('^tables: .*perps')],
  });
  expect(await bridge.event('table.refreshed')).toMatchObject({ table: 'perps', rows: 1 });
  expect(new Set(proxy.asked)).toEqual(new Set([`localhost:${port}`]));

  // Only touched: no reload.
  utimesSync(at.path('symbols.csv'), new Date(), new Date());
  at.write(csv('ABC', 'DEF'), 'symbols.csv');
  const changed = { msg: 'config.reloaded', changes: [expect.stringMatching('^tables: .*mine')] };
  expect(await at.next()).toMatchObject(changed);
  at.write(csv('ABC', 'DEF').replaceAll('\n', '\r\n'), 'symbols.csv');
  expect(await at.next()).toMatchObject({ msg: 'config.reloaded', changes: [] });
  at.write(at.text().replaceAll('\n', '\r\n'));
  expect(await at.next()).toMatchObject({ msg: 'config.reloaded', changes: [] });
  at.write(csv('ABC'), 'symbols.csv.tmp');
  renameSync(at.path('symbols.csv.tmp'), at.path('symbols.csv'));
  expect(await at.next()).toMatchObject(changed);

  // Of the two each is gone once, and once there without being readable.
  const rejectedFor = async (...faults: readonly string[]) =>
    expect(await at.next()).toMatchObject({
      msg: 'config.rejected',
      problems: faults.map((fault) => expect.stringContaining(fault) as string),
    });
  const giveBack = withhold(at, 'ca.pem');
  rmSync(at.path('symbols.csv'));
  await rejectedFor('symbols.csv cannot be read: it does not exist', `ca.pem cannot be read: ${WITHHELD}`);
  giveBack();
  at.write(csv('ABC'), 'symbols.csv');
  expect(await at.next()).toMatchObject({ msg: 'config.reloaded', changes: [] });
  const giveBackRows = withhold(at, 'symbols.csv');
  rmSync(at.path('ca.pem'));
  await rejectedFor(`symbols.csv cannot be read: ${WITHHELD}`, 'ca.pem cannot be read: it does not exist');
  giveBackRows();
  at.write(made.cert, 'ca.pem');
  expect(await at.next()).toMatchObject({ msg: 'config.reloaded', changes: [] });

  standIns.feed.announce({ publisher: 'upbit', ticker: 'ABC,DEF', title: 'ABC and DEF are listed' });
  await standIns.bot.waitFor(1);
  expect(standIns.bot.received.map(({ body }) => body)).toEqual([{ mine: 'ABCUSDT', perp: 'ABC-PERP' }]);
  expect(proxy.others).toEqual([]);
  expect(bridge.stderr).not.toContain('secret-word');
  expect(bridge.stderr).not.toContain('hidden-word');
});
