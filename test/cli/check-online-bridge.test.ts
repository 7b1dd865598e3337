/** `check --online` beside a running bridge: it leaves the bridge's connections alone, and takes its word for them. */
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { dirname, join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { makeFolderOf } from '../../src/outbox/folder.ts';
import { StoreLock } from '../../src/outbox/lock.ts';
import { runCommandLine } from '../support/command.ts';
import { freePort, refusingOrigin } from '../support/refusing-origin.ts';
import { CONFIG, type StandIns, startStandIns } from '../support/stand-ins.ts';
import { checkOnline, configFile, expectNothingPosted, resultsIn } from './check-online.ts';

const TOKEN = 'token-of-the-admin-0123456789';

/** The real bridge, until the test ends. */
async function startBridge(file: string, env: StandIns['env']) {
  const stop = new AbortController();
  const ended = runCommandLine(['run', '-c', file], { env, signal: stop.signal });
  onTestFinished(async () => {
    stop.abort();
    await ended;
  });
}

async function withServer(config: string, server: string) {
  const port = await freePort(await refusingOrigin());
  return configFile(config.replace('server: { port: 0 }', server.replace('PORT', String(port))));
}

const withoutTimes = (line: string | undefined) => line?.replace(/\d+(\.\d+)?m?s/g, 'Nms');

describe('a bridge with the same config', () => {
  test('tells about its feed; no second connection is made, and nothing is posted', async () => {
    await using standIns = await startStandIns();
    const { env, feed, discord, telegram, bot } = standIns;
    const file = await withServer(CONFIG, `server: { port: PORT, token: ${TOKEN} }`);
    await startBridge(file, env);
    await expect
      .poll(async () => (await runCommandLine(['status', '-c', file], { env })).exitCode, { timeout: 20_000 })
      .toBe(0);
    const result = await checkOnline(file, { env });
    expect(withoutTimes(resultsIn(result)[0])).toBe(
      '✓ one  connected by the running bridge for Nms: tier simulated, covers every exchange; self-test answered in Nms. [live]',
    );
    expect(result.exitCode).toBe(0);
    expect(feed.handshakes.all).toHaveLength(1);
    const posts = [...discord.requests, ...telegram.requests, ...bot.requests].filter(
      ({ method, path }) => method !== 'GET' && !path.endsWith('/getMe'),
    );
    expect(posts).toEqual([]);
  }, 40_000);

  test('and what is wrong with it', async () => {
    await using standIns = await startStandIns();
    const { env, feed } = standIns;
    const file = await withServer(CONFIG, 'server: { port: PORT }');
    await startBridge(file, env);
    await feed.arrivals.waitFor(1, 20_000);
    feed.revokeKeys('key_expired');
    await expect
      .poll(async () => (await checkOnline(file, { env })).out, { timeout: 20_000 })
      .toMatch(
        /^✗ one {2}the running bridge holds this feed, and it is not well: the key has expired: .* \[unproven\]$/m,
      );
    expect(feed.handshakes.all).toHaveLength(1);
  }, 40_000);
});

test('a bridge with another version of the file: its feed is not touched', async () => {
  await using standIns = await startStandIns();
  const { env, feed } = standIns;
  const file = await withServer(`${CONFIG}watch: false\n`, 'server: { port: PORT }');
  await startBridge(file, env);
  await feed.arrivals.waitFor(1, 20_000);
  const twice = readFileSync(file, 'utf8').replace(/\n( {2}- \{ name: )one(.*)/, '\n$1two$2$&');
  writeFileSync(file, twice);
  const lines = resultsIn(await checkOnline(file, { env }));
  expect(lines[0]).toBe(
    '! two  not connected: the running bridge holds the feed one with the same address and key. A second connection could cost the bridge its own. [held_by_bridge]',
  );
  expect(lines[1]).toMatch(
    /^! one {2}not connected: the running bridge holds this feed, with options that may not be those of this file\. .* \[held_by_bridge\]$/,
  );
  expect(feed.handshakes.all).toHaveLength(1);
}, 40_000);

describe('a bridge that cannot be asked', () => {
  test('holds the store: no connection is made, with a warning', async () => {
    await using standIns = await startStandIns();
    const { env, feed, discord } = standIns;
    const file = configFile(CONFIG.replace('server: { port: 0 }', 'server: false'));
    const path = join(dirname(file), 'bridge.db');
    makeFolderOf(path);
    const lock = new StoreLock(path);
    lock.take();
    onTestFinished(() => lock.release());
    const result = await checkOnline(file, { env });
    expect(resultsIn(result)[0]).toMatch(
      /^! one {2}not connected: a bridge runs here and could not be asked: The config has `server: false`.* A second connection could cost the bridge its own\. \[held_by_bridge\]$/,
    );
    expect(feed.handshakes.all).toEqual([]);
    expect(discord.requests).toHaveLength(1);
    expectNothingPosted(discord);
    rmSync(path, { force: true });
  });

  test.each([
    ['wants another token', 401, 'the bridge at .* requires a token'],
    ['refuses the name of its host', 421, 'The bridge refuses the host name'],
  ])('%s', async (_, status, why) => {
    await using standIns = await startStandIns();
    const { env, feed } = standIns;
    const port = await answering(status);
    const file = configFile(CONFIG.replace('port: 0', `port: ${port}`));
    expect(resultsIn(await checkOnline(file, { env }))[0]).toMatch(
      new RegExp(
        `^! one {2}not connected: a bridge runs here and could not be asked: ${why}.*held_by_bridge\\]$`,
        'i',
      ),
    );
    expect(feed.handshakes.all).toEqual([]);
  });

  test('is none, but another program: a connection is made', async () => {
    await using standIns = await startStandIns();
    const { env, feed } = standIns;
    const file = configFile(CONFIG.replace('port: 0', `port: ${await answering(404)}`));
    expect(resultsIn(await checkOnline(file, { env }))[0]).toMatch(/^✓ one {2}connected in /);
    expect(feed.handshakes.all).toHaveLength(1);
  });
});

async function answering(status: number): Promise<number> {
  const server = createServer((_, response) => void response.writeHead(status).end('no'));
  onTestFinished(() => void server.close().closeAllConnections());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}
