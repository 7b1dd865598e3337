/** Real senders to one origin: a lane hands over what can go at once, and all lanes together what there are connections for. */
import { Pool } from 'undici';
import { afterEach, expect, test } from 'vitest';
import { configSchema } from '../../src/config/schema.ts';
import { BudgetBook } from '../../src/delivery/budget-book.ts';
import type { Destination } from '../../src/destinations/destination.ts';
import { prepareDestinations } from '../../src/destinations/prepared.ts';
import { PoolRegistry } from '../../src/http/pool-registry.ts';
import { shortenQueue } from '../../src/http/short-queue.ts';
import { MOST_SOCKETS } from '../../src/http/sockets.ts';
import { systemClock } from '../../src/platform/clock.ts';
import { FaultyServer } from '../support/faulty-server.ts';

let scope = new AsyncDisposableStack();
afterEach(async () => {
  await scope.disposeAsync();
  scope = new AsyncDisposableStack();
});

async function opened(destinations: Record<string, object>): Promise<Destination<unknown>[]> {
  const config = configSchema.parse({
    feeds: [{ url: 'ws://127.0.0.1:1', apiKey: `dsk_${'a1'.repeat(32)}` }],
    destinations,
    rules: [{ name: 'all', match: {}, send: Object.keys(destinations) }],
  });
  const prepared = prepareDestinations(config);
  const claims = new BudgetBook(systemClock).claim(prepared);
  const keys = [...claims.values()].flatMap(({ shared }) => [...shared.keys()]);
  expect(new Set(keys.filter((key) => key.startsWith('connections:'))).size, 'one pool').toBe(1);
  const deps = {
    clock: systemClock,
    redact: (text: string) => text,
    version: '1',
    pools: new PoolRegistry({ clock: systemClock }),
  };
  const all = await Promise.all(prepared.map(({ open }) => open(deps)));
  for (const destination of all) scope.defer(() => destination.close());
  return all;
}

test.each([
  [1, 16],
  [4, 16],
  [16, 4],
  [100, 1],
])('regression: of %i webhooks at one origin each says that %i can go at once', async (count, atOnce) => {
  const server = scope.use(await FaultyServer.start());
  const plans = Array.from({ length: count }, (_, n) => [
    `bot-${n}`,
    { type: 'webhook', url: `${server.origin}/${n}`, warm: false },
  ]);
  const all = await opened(Object.fromEntries(plans));
  expect(all.map((destination) => destination.atOnce)).toEqual(Array(count).fill(atOnce));
});

test('regression: a chat of Discord takes one at a time, whatever `concurrency` says; Telegram as many as that', async () => {
  const server = scope.use(await FaultyServer.start());
  const [hook] = await opened({
    hook: {
      type: 'discord',
      webhookUrl: `${server.origin}/api/webhooks/123456789012345678/token`,
      concurrency: 8,
      warm: false,
    },
  });
  const [chat] = await opened({
    chat: {
      type: 'telegram',
      botToken: '123456789:AAveryVerySecretBotToken_0123456789',
      chatId: 1,
      apiUrl: server.origin,
      concurrency: 8,
      warm: false,
    },
  });
  expect([hook?.atOnce, chat?.atOnce]).toEqual([1, 8]);
});

test('all lanes of one origin together have as many places as there are connections', () => {
  const plans = Array.from({ length: 100 }, (_, n) => [
    `bot-${n}`,
    { type: 'webhook', url: `http://127.0.0.1:1/${n}` },
  ]);
  const config = configSchema.parse({
    feeds: [{ url: 'ws://127.0.0.1:1', apiKey: `dsk_${'a1'.repeat(32)}` }],
    destinations: Object.fromEntries(plans),
    rules: [{ name: 'all', match: {}, send: ['bot-0'] }],
  });
  const claims = new BudgetBook(systemClock).claim(prepareDestinations(config));
  const sockets = new Set([...claims.values()].flatMap(({ shared }) => [...shared.values()]));
  expect(sockets.size).toBe(1);
  const [budget] = sockets;
  let taken = 0;
  for (; budget !== undefined && budget.waitMs(0) === 0; taken++) budget.take();
  expect(taken).toBe(MOST_SOCKETS);
});

test('the queue of a pool of undici is as long as what waits in it, and what waits is sent in order', async () => {
  const paths: string[] = [];
  const server = scope.use(await FaultyServer.start());
  const pool = new Pool(server.origin, { connections: 1 });
  scope.defer(() => pool.destroy());
  expect(shortenQueue(pool), 'undici still keeps it where we look').toBe(true);
  await Promise.all(
    Array.from({ length: 5 }, async (_, n) => {
      const { body } = await pool.request({ path: `/${n}`, method: 'POST', body: '{}' });
      await body.dump();
      paths.push(`/${n}`);
    }),
  );
  expect(paths).toEqual(['/0', '/1', '/2', '/3', '/4']);
  const cut = Promise.allSettled(
    Array.from({ length: 3 }, (_, n) => pool.request({ path: `/${n}`, method: 'POST', body: '{}' })),
  );
  await pool.destroy();
  expect((await cut).map(({ status }) => status)).toEqual(Array(3).fill('rejected'));
});
