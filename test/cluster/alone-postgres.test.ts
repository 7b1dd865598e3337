/** Being the only one, by a real PostgreSQL: what is proven, what is not, and two bridges as processes that cannot join it yet. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { PostgresSolitude } from '../../src/cluster/postgres/solitude.ts';
import { SharedError } from '../../src/cluster/shared.ts';
import { systemClock } from '../../src/platform/clock.ts';
import { Secret } from '../../src/platform/secret.ts';
import { cardOf } from '../support/cluster/entries.ts';
import { Bouncer } from '../support/postgres/bouncer.ts';
import { describeWithPostgres } from '../support/postgres/installed.ts';
import { rewriting } from '../support/postgres/listening.ts';
import { PostgresServer } from '../support/postgres/server.ts';
import { TestDatabase } from '../support/postgres/shared.ts';
import { type Program, Workplace } from '../support/program.ts';
import { freePort, refusingOrigin } from '../support/refusing-origin.ts';
import { ORDERS, type StandIns, startStandIns } from '../support/stand-ins.ts';
import { sharedOn } from './postgres-bench.ts';

/** It may not make the tables. */
const GUEST = { user: 'guest' };

// Of its own: whoever is a node in another database of a server keeps everybody there from being alone.
let server: PostgresServer;

const reasonOf = (proof: Promise<unknown>): Promise<string> =>
  proof.then(
    () => 'proven',
    (error: unknown) => {
      if (!(error instanceof SharedError)) throw error;
      return error.message.replace(/^[^ ]+ [^ ]+: /, '').replace(/test_\d+_\d+/, 'DB');
    },
  );

describeWithPostgres('alone', () => {
  beforeAll(async () => {
    server = await PostgresServer.start();
    await server.query('postgres', `CREATE ROLE ${GUEST.user} LOGIN`);
  });
  afterAll(() => server[Symbol.asyncDispose]());

  async function atServer() {
    const cleanup = new AsyncDisposableStack();
    const database = cleanup.use(await TestDatabase.create('', server));
    const solitude = (url = database.url(GUEST)) =>
      cleanup.adopt(new PostgresSolitude({ url: new Secret(url), clock: systemClock }), (it) => it.close());
    return {
      ...{ database, solitude },
      [Symbol.asyncDispose]: () => cleanup.disposeAsync(),
    };
  }

  describe('the proof', () => {
    test('is one bridge’s; another gets it in a session of its own, when the first is gone', async () => {
      await using at = await atServer();
      const [first, second] = [at.solitude(), at.solitude()];
      expect(await first.prove(false)).toBe(await first.prove(true));
      expect(await reasonOf(second.prove(false))).toBe('another bridge is alone there');
      expect(await reasonOf(at.solitude().look())).toBe('another bridge is alone there');
      await first.close();
      await expect.poll(() => reasonOf(second.prove(false))).toBe('proven');
    });

    test('is another one after the session was cut', async () => {
      await using at = await atServer();
      const solitude = at.solitude();
      const before = await solitude.prove(false);
      await at.database.query(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'listing-bridge'",
      );
      await expect.poll(() => solitude.prove(true).catch(() => before)).toBeGreaterThan(before);
    });

    test('ends in the moment in which the tables are there, and frees the lock', async () => {
      await using at = await atServer();
      const solitude = at.solitude();
      await solitude.prove(false);
      const shared = sharedOn(at.database.url());
      await shared.renew(cardOf('a'));
      expect(await reasonOf(solitude.prove(true))).toBe('the tables of a cluster are there');
      const locks = () =>
        at.database.query<{ n: number }>(
          "SELECT count(*)::int AS n FROM pg_locks WHERE locktype = 'advisory'",
        );
      await expect.poll(async () => (await locks())[0]?.n).toBe(0);
      await shared.close();
    });

    test('is none while a node is in another database of that server', async () => {
      await using at = await atServer();
      await using other = await TestDatabase.create('', server);
      const solitude = at.solitude();
      await solitude.prove(false);
      const shared = sharedOn(other.url());
      await shared.renew(cardOf('a'));
      const reason = 'nodes of a cluster use the database DB of that server';
      expect(await reasonOf(solitude.prove(true))).toBe(reason);
      await shared.close();
      await expect.poll(() => reasonOf(solitude.prove(false))).toBe('proven');
    });

    test('of two that are alone with two databases of that server, the one that sends goes on', async () => {
      await using at = await atServer();
      await using other = await TestDatabase.create('', server);
      const first = at.solitude();
      await first.prove(false);
      const second = at.solitude(other.url(GUEST));
      expect(await reasonOf(second.prove(false))).toBe(
        'another bridge is alone with the database DB of that server',
      );
      expect(await reasonOf(first.prove(true))).toBe('proven');
    });

    test('is none on a replica, and none through a transaction pooler', async () => {
      await using replica = await server.replica();
      const url = new Secret(replica.url('postgres'));
      const onReplica = new PostgresSolitude({ url, clock: systemClock });
      expect(await reasonOf(onReplica.prove(false))).toBe('it is a replica: others may use its primary');
      await onReplica.close();
      await using at = await atServer();
      for (const settings of [{}, { default_pool_size: '1' }]) {
        await using bouncer = await Bouncer.start(server, 'transaction', settings);
        const pooled = at.solitude(bouncer.url(at.database.name));
        expect(await reasonOf(pooled.prove(false))).toMatch(/pooler in transaction mode/);
      }
    });

    test('is given by a server that is too old', async () => {
      await using at = await atServer();
      const [{ n = '' } = {}] = await at.database.query<{ n: string }>(
        "SELECT current_setting('server_version_num') AS n",
      );
      await using old = await rewriting(server.port, n, '120022');
      const url = at.database
        .url({ parameters: '?sslmode=disable' })
        .replace(`:${server.port}`, `:${old.port}`);
      const shared = sharedOn(url);
      expect(await reasonOf(shared.renew(cardOf('a')))).toMatch(/is too old/);
      await shared.close();
      expect(await reasonOf(at.solitude(url).prove(false))).toBe('proven');
    });
  });

  describe('bridges as processes', () => {
    const configOf = (node: string) =>
      `${ORDERS}cluster: { url: "\${DATABASE_URL}", node: ${node} }\n`.replace('./bridge.db', `./${node}.db`);

    interface Played extends AsyncDisposable {
      readonly standIns: StandIns;
      start(node: string, url: string, ...flags: readonly string[]): Program;
      counts(): ReadonlyMap<string, number>;
      announce(title: string): void;
      /** Once, and never a second time. */
      arrived(title: string): Promise<void>;
      run(node: string, ...args: readonly string[]): Promise<string>;
    }

    async function play(): Promise<Played> {
      const cleanup = new AsyncDisposableStack();
      const standIns = cleanup.use(await startStandIns());
      const places = new Map<string, Workplace>();
      const placeOf = (node: string) => {
        const place = places.get(node) ?? cleanup.use(new Workplace(configOf(node)));
        places.set(node, place);
        return place;
      };
      const envOf = (url: string) => ({ ...standIns.env, DATABASE_URL: url });
      const counts = () => {
        const seen = new Map<string, number>();
        for (const { body } of standIns.bot.received) {
          const { title } = body as { readonly title: string };
          seen.set(title, (seen.get(title) ?? 0) + 1);
        }
        return seen;
      };
      return {
        standIns,
        counts,
        start: (node, url, ...flags) => cleanup.use(placeOf(node).start(['run', ...flags], envOf(url))),
        announce: (title) =>
          standIns.feed.announce({ publisher: 'upbit', listingType: 'spot_listing', ticker: 'ABC', title }),
        arrived: (title) => expect.poll(() => counts().get(title)).toBe(1),
        async run(node, ...args) {
          await using program = placeOf(node).start(args, envOf('postgres://nowhere.invalid/x'));
          await program.finished;
          return program.stdout + program.stderr;
        },
        [Symbol.asyncDispose]: () => cleanup.disposeAsync(),
      };
    }

    test('one of two is alone and sends; when they can join, each announcement has arrived once', async () => {
      await using at = await atServer();
      await using played = await play();
      const { database } = at;
      const a = played.start('a', database.url(GUEST));
      expect(await a.event('cluster.unreachable')).toMatchObject({
        message: expect.stringMatching(/this user may not create the schema/),
        advice: expect.stringMatching(/`listing-bridge run --alone`/),
      });
      await a.event('feed.live');
      // Read before anybody sends.
      played.announce('early');
      expect(await a.event('cluster.alone')).toMatchObject({ why: expect.stringMatching(/may not create/) });
      await played.arrived('early');
      const url = String((await a.event('bridge.started'))['url']);
      expect(await played.run('a', 'cluster', 'status', '--url', url)).toMatch(
        /This node is alone for \d+s and sends everything, from its own store: .*may not create.*\[alone\]/s,
      );
      const b = played.start('b', database.url(GUEST));
      await b.event('feed.live');
      played.announce('while b reads');
      await played.arrived('while b reads');
      const ofB = String((await b.event('bridge.started'))['url']);
      // Each look is a process.
      await expect
        .poll(() => played.run('b', 'status', '--url', ofB), { interval: 500, timeout: 20_000 })
        .toMatch(
          /This node sends nothing: .*may not create.*another bridge is alone there.*--alone.*\[42501\]/s,
        );
      await database.query(`GRANT CREATE ON DATABASE ${database.name} TO ${GUEST.user}`);
      played.announce('in between');
      for (const node of [a, b]) await node.event('cluster.reached');
      await expect
        .poll(() => [a, b].some((node) => node.stderr.includes('"cluster.taken"')), { timeout: 20_000 })
        .toBe(true);
      played.announce('together');
      for (const title of ['in between', 'together']) await played.arrived(title);
      expect(a.stderr).toContain('"cluster.not_alone"');
      expect(Math.max(...played.counts().values())).toBe(1);
    });

    test('started with --alone it sends whatever the database does; without it, it joins and repeats nothing', async () => {
      await using at = await atServer();
      await using played = await play();
      const closed = `postgres://u@127.0.0.1:${await freePort(await refusingOrigin())}/d`;
      const alone = played.start('a', closed, '--alone');
      expect(await alone.event('cluster.alone')).toMatchObject({ byWord: true });
      expect(alone.stderr).not.toContain('has no effect');
      await alone.event('feed.live');
      played.announce('alone');
      await played.arrived('alone');
      const url = String((await alone.event('bridge.started'))['url']);
      expect(await played.run('a', 'status', '--url', url)).toMatch(/it was started with --alone/);
      expect(alone.stderr).not.toContain('cluster.unreachable');
      alone.kill('SIGTERM');
      await alone.finished;
      const b = played.start('b', at.database.url());
      await b.event('cluster.taken');
      const a = played.start('a', at.database.url());
      for (const node of [a, b]) await node.event('feed.live');
      const appended = () =>
        at.database.query(`SELECT FROM listing_bridge.log WHERE body LIKE '%"title":"alone"%'`);
      await expect.poll(async () => (await appended()).length).toBe(1);
      played.announce('together');
      await played.arrived('together');
      expect([...played.counts()]).toEqual([
        ['alone', 1],
        ['together', 1],
      ]);
    });
  });
});
