/**
 * Two bridges as one, as built programs with a real PostgreSQL: whatever happens to one of them, every announcement arrives at every
 * destination, once.
 */
import { expect, test } from 'vitest';
import { type BotServer, startBotServer } from '../../src/simulator/bot-server.ts';
import { describeWithPostgres } from '../support/postgres/installed.ts';
import { TestDatabase } from '../support/postgres/shared.ts';
import { type Program, Workplace } from '../support/program.ts';
import { type StandIns, startStandIns } from '../support/stand-ins.ts';

/** Behind several addresses of this machine, so that both nodes have some of them. */
const DESTINATIONS = Array.from({ length: 12 }, (_, n) => `bot${n + 1}`);

const configOf = (node: string, roles = '[read, deliver]') => `feeds:
  - { name: one, url: "\${FEED_URL}", apiKey: "\${FEED_KEY}" }
destinations:
${DESTINATIONS.map((name, n) => `  ${name}: { type: webhook, url: "\${BOT_URL_${n + 1}}" }`).join('\n')}
rules:
  - { name: all, match: {}, send: [${DESTINATIONS.join(', ')}] }
store: { path: ./${node}.db }
server: { port: 0, token: a-token-for-the-tests }
cluster: { url: "\${DATABASE_URL}", node: ${node}, roles: ${roles} }
log: { format: json }
`;

interface Bots extends AsyncDisposable {
  readonly env: Readonly<Record<string, string>>;
  /** How often each title came, by destination. */
  counts(): ReadonlyMap<string, number>;
}

async function startBots(): Promise<Bots> {
  await using cleanup = new AsyncDisposableStack();
  const servers: BotServer[] = [];
  for (const _ of DESTINATIONS)
    servers.push(cleanup.adopt(await startBotServer({}), (server) => server.close()));
  const held = cleanup.move();
  return {
    env: Object.fromEntries(servers.map(({ url }, n) => [`BOT_URL_${n + 1}`, url])),
    counts() {
      const counts = new Map<string, number>();
      for (const [n, { received }] of servers.entries())
        for (const { body } of received) {
          const key = `${DESTINATIONS[n]} ${(body as { readonly title: string }).title}`;
          counts.set(key, (counts.get(key) ?? 0) + 1);
        }
      return counts;
    },
    [Symbol.asyncDispose]: () => held.disposeAsync(),
  };
}

/** Partitions that it says to send for. */
function sendsFor({ stderr }: Program): number {
  const signs: Readonly<Record<string, number>> = {
    'cluster.taken': 1,
    'cluster.handed_over': -1,
    'cluster.lost': -1,
  };
  let sum = 0;
  for (const line of stderr.split('\n').filter((text) => text.startsWith('{'))) {
    const { msg = '', partitions } = JSON.parse(line) as { msg?: string; partitions?: number };
    sum += (signs[msg] ?? 0) * (partitions ?? 0);
  }
  return sum;
}

const PARTITIONS = 256;

interface Nodes extends AsyncDisposable {
  readonly a: Program;
  readonly b: Program;
  readonly bots: Bots;
  announce(titles: readonly string[]): void;
  /** Each of them at every destination. */
  arrived(titles: readonly string[]): Promise<void>;
  /** So many deliveries have ended, for all that the database knows. */
  told(count: number): Promise<void>;
}

/** `ofB`: its roles. */
async function startNodes(ofB?: string): Promise<Nodes> {
  await using cleanup = new AsyncDisposableStack();
  const database = cleanup.use(await TestDatabase.create());
  const standIns: StandIns = cleanup.use(await startStandIns());
  const bots = cleanup.use(await startBots());
  const env = { ...standIns.env, ...bots.env, DATABASE_URL: database.url() };
  const start = (config: string) => cleanup.use(cleanup.use(new Workplace(config)).start(['run'], env));
  const a = start(configOf('a'));
  const b = start(configOf('b', ofB));
  await a.event('feed.live');
  if (ofB === undefined) await b.event('feed.live');
  await expect.poll(() => [sendsFor(a) > 0, sendsFor(b) > 0]).toEqual([true, true]);
  await expect.poll(() => sendsFor(a) + sendsFor(b)).toBe(PARTITIONS);
  const held = cleanup.move();
  return {
    ...{ a, b, bots },
    announce(titles) {
      for (const title of titles)
        standIns.feed.announce({
          ...{ publisher: 'upbit', listingType: 'spot_listing', ticker: 'ABC' },
          title,
        });
    },
    async arrived(titles) {
      const wanted = DESTINATIONS.flatMap((name) => titles.map((title) => `${name} ${title}`));
      await expect.poll(() => wanted.filter((one) => !bots.counts().has(one))).toEqual([]);
    },
    async told(count) {
      const ends = () => database.query<{ n: number }>('SELECT count(*)::int AS n FROM listing_bridge.ends');
      await expect.poll(async () => (await ends())[0]?.n).toBe(count);
    },
    [Symbol.asyncDispose]: () => held.disposeAsync(),
  };
}

/** Deliveries of the announcements of one `titlesOf`. */
const ALL = 10 * DESTINATIONS.length;
const titlesOf = (what: string) => Array.from({ length: 10 }, (_, n) => `${what} ${n}`);
const doubled = ({ bots }: Nodes) => [...bots.counts()].filter(([, count]) => count > 1);

describeWithPostgres('two bridges as processes', () => {
  test('each announcement arrives at every destination, once; a node that stops hands over', async () => {
    await using nodes = await startNodes();
    nodes.announce(titlesOf('both'));
    await nodes.arrived(titlesOf('both'));
    expect(Math.min(sendsFor(nodes.a), sendsFor(nodes.b))).toBeGreaterThan(64);
    nodes.a.kill('SIGTERM');
    nodes.announce(titlesOf('stopping'));
    expect((await nodes.a.finished).code).toBe(0);
    await expect.poll(() => sendsFor(nodes.b)).toBe(PARTITIONS);
    nodes.announce(titlesOf('alone'));
    await nodes.arrived([...titlesOf('stopping'), ...titlesOf('alone')]);
    expect(doubled(nodes)).toEqual([]);
  });

  test('kill -9: the other node takes over, and sends what was left', async () => {
    await using nodes = await startNodes();
    nodes.announce(titlesOf('before'));
    await nodes.arrived(titlesOf('before'));
    await nodes.told(ALL);
    nodes.a.kill('SIGKILL');
    await nodes.a.finished;
    nodes.announce(titlesOf('after'));
    await expect.poll(() => sendsFor(nodes.b)).toBe(PARTITIONS);
    await nodes.arrived(titlesOf('after'));
    expect(doubled(nodes)).toEqual([]);
  });

  test('a node that stands still for longer than its leases writes nothing when it goes on', async () => {
    await using nodes = await startNodes();
    nodes.announce(titlesOf('before'));
    await nodes.arrived(titlesOf('before'));
    await nodes.told(ALL);
    nodes.a.kill('SIGSTOP');
    nodes.announce(titlesOf('meanwhile'));
    await expect.poll(() => sendsFor(nodes.b)).toBe(PARTITIONS);
    await nodes.arrived(titlesOf('meanwhile'));
    nodes.a.kill('SIGCONT');
    // It has its share again, so it knows what has happened.
    await nodes.a.event('cluster.lost');
    await expect
      .poll(() => [sendsFor(nodes.a) > 64, sendsFor(nodes.a) + sendsFor(nodes.b)])
      .toEqual([true, PARTITIONS]);
    nodes.announce(titlesOf('after'));
    await nodes.arrived(titlesOf('after'));
    expect(doubled(nodes)).toEqual([]);
  });

  test('a node without a feed gets all of it through the database', async () => {
    await using nodes = await startNodes('[deliver]');
    nodes.announce(titlesOf('through the log'));
    await nodes.arrived(titlesOf('through the log'));
    expect(nodes.b.stderr).not.toContain('"feed.live"');
    expect(doubled(nodes)).toEqual([]);
  });
});
