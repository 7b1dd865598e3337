/** docs/recipes/failover.md: two destinations that share their keys act once; the proxy's file says what the page says. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { read, root } from '../comments.ts';
import { env } from '../environment.ts';
import { blocksOf, configOf, cook, pageOf } from './recipe.ts';
import { startOwnBot } from './targets/own-bot.ts';

/** The config of the page, with its other `destinations`. */
function forTwo(): string {
  const [, two = ''] = blocksOf(pageOf('failover'), 'yaml');
  const config = configOf('failover');
  const [feeds = ''] = config.split(/^destinations:/m);
  const [, rules = ''] = config.split(/^rules:/m);
  return `${feeds}${two}rules:${rules.replace('send: [bot]', 'send: [bot, standby]')}`;
}

async function serve() {
  await using cleanup = new AsyncDisposableStack();
  const known = new Set<string>();
  const start = async () =>
    cleanup.adopt(await startOwnBot(env['BOT_SECRET'] ?? '', ['ABCUSDT', 'NEWUSDT'], known), (it) =>
      it.close(),
    );
  const [main, standby] = [await start(), await start()];
  const recipe = cleanup.use(
    await cook(forTwo(), { env: { BOT_URL: `${main.url}/signal`, STANDBY_URL: `${standby.url}/signal` } }),
  );
  const held = cleanup.move();
  return { main, standby, recipe, [Symbol.asyncDispose]: () => held.disposeAsync() };
}

test('both get the order, and one of them acts', async () => {
  await using kitchen = await serve();
  const { main, standby, recipe } = kitchen;
  recipe.announce({ ticker: 'ABC', title: 'ABC KRW' });
  recipe.announce({ ticker: 'NEW', title: 'NEW KRW' });
  await Promise.all([main.waitFor(2), standby.waitFor(2)]);
  const acts = [...main.received, ...standby.received].map(({ taken }) => taken);
  expect(acts.filter((symbol) => symbol !== undefined).toSorted()).toEqual(['ABCUSDT', 'NEWUSDT']);
});

test('with one of them gone the other acts', async () => {
  await using kitchen = await serve();
  const { main, standby, recipe } = kitchen;
  await main.close();
  recipe.announce({ ticker: 'ABC', title: 'ABC KRW' });
  expect((await standby.waitFor(({ taken }) => taken !== undefined)).taken).toBe('ABCUSDT');
});

const cfg = read('docs/recipes/haproxy.cfg');

test('the proxy tries again only what has not left, and is where the config sends to', () => {
  const lines = cfg.split('\n').map((line) => line.replace(/#.*/, '').trim());
  expect(lines.filter((line) => line.startsWith('retry-on'))).toEqual(['retry-on conn-failure']);
  const [bind = ''] = lines.filter((line) => line.startsWith('bind '));
  expect(configOf('failover')).toContain(`url: http://${bind.slice('bind '.length)}/`);
  const servers = lines.filter((line) => line.startsWith('server '));
  expect(servers.map((line) => [/\bbackup\b/.test(line), /\bon-error mark-down\b/.test(line)])).toEqual([
    [false, true],
    [true, false],
  ]);
});

const isInstalled = spawnSync('haproxy', ['-v']).status === 0;

test.runIf(isInstalled)('HAProxy accepts its file', () => {
  const { status, stderr } = spawnSync('haproxy', ['-c', '-f', join(root, 'docs/recipes/haproxy.cfg')], {
    encoding: 'utf8',
  });
  expect([status, stderr]).toEqual([0, expect.not.stringContaining('ALERT')]);
});
