/** A database that hangs, dies, loses its tables, or has a clock that was set: real servers, and no waiting for time to pass. */
import pg from 'pg';
import { expect, test } from 'vitest';
import { append } from '../../src/cluster/postgres/log.ts';
import { LOCK, SCHEMA } from '../../src/cluster/postgres/schema.ts';
import {
  BULK_MS,
  type Hint,
  LEASE_MS,
  QUICK_MS,
  type Shared,
  SharedError,
} from '../../src/cluster/shared.ts';
import { Arrivals } from '../../src/simulator/arrivals.ts';
import { beginOf, cardOf, endOf, entryOf } from '../support/cluster/entries.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { FaultProxy } from '../support/fault-proxy.ts';
import { describeWithPostgres } from '../support/postgres/installed.ts';
import { PostgresServer } from '../support/postgres/server.ts';
import { TestDatabase } from '../support/postgres/shared.ts';
import { pass, sharedOn } from './postgres-bench.ts';

const card = cardOf('a');

async function failure(call: Promise<unknown>): Promise<SharedError> {
  const error = await call.then(
    () => expect.fail('it went well'),
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(SharedError);
  return error as SharedError;
}

/** Every call of the contract that asks the database. */
const CALLS: readonly (readonly [
  name: string,
  limitMs: number,
  call: (shared: Shared) => Promise<unknown>,
])[] = [
  ['renew', QUICK_MS, (shared) => shared.renew(card)],
  ['claim', QUICK_MS, (shared) => shared.claim(card, [1])],
  ['release', QUICK_MS, (shared) => shared.release(card, new Map([[1, 1]]))],
  ['leave', QUICK_MS, (shared) => shared.leave(card)],
  ['begin', QUICK_MS, (shared) => shared.begin([beginOf('k', 1)])],
  ['append', BULK_MS, (shared) => shared.append([entryOf('k')])],
  ['readAfter', BULK_MS, (shared) => shared.readAfter(0, 10)],
  ['inherit', BULK_MS, (shared) => shared.inherit([1], 1000)],
  ['settle', BULK_MS, (shared) => shared.settle([endOf('k', 1)])],
  ['remember', BULK_MS, (shared) => shared.remember([{ kind: 'k', key: 'k', value: 'v' }])],
  ['facts', BULK_MS, (shared) => shared.facts()],
  ['ask', BULK_MS, (shared) => shared.ask([{ key: 'k', kind: 'k', to: 'b', body: '' }])],
  ['takeErrands', BULK_MS, (shared) => shared.takeErrands('b')],
  ['members', BULK_MS, (shared) => shared.members()],
];

describeWithPostgres('a database in trouble', () => {
  test.each(['stall', 'half-open'] as const)(
    'it hangs (%s): every call ends at its limit, and goes well again afterwards',
    async (fault) => {
      await using database = await TestDatabase.create();
      await using proxy = await FaultProxy.start(database.url());
      const clock = new FakeClock();
      const shared = sharedOn(proxy.through(database.url()), 'a', clock);
      for (const [, , call] of CALLS) await call(shared);
      proxy.fault = fault;
      const outcomes = CALLS.map(([name, limitMs, call]) => ({ name, limitMs, end: failure(call(shared)) }));
      const ended: string[] = [];
      for (const { name, end } of outcomes) void end.then(() => ended.push(name));
      await clock.advance(QUICK_MS - 1);
      expect(ended).toEqual([]);
      await clock.advance(1);
      const quick = CALLS.filter(([, limitMs]) => limitMs === QUICK_MS).map(([name]) => name);
      expect(ended.toSorted()).toEqual(quick.toSorted());
      await clock.advance(BULK_MS - QUICK_MS);
      for (const { limitMs, end } of outcomes)
        expect(await end).toMatchObject({
          kind: 'unreachable',
          message: expect.stringContaining(`no answer within ${limitMs / 1000}s [timeout]`),
        });
      proxy.fault = undefined;
      for (const [, , call] of CALLS) await call(shared);
      await shared.close();
    },
  );

  test('connections are cut under a call, and while nothing is asked', async () => {
    await using database = await TestDatabase.create();
    const shared = sharedOn(database.url());
    for (const [, , call] of CALLS) await call(shared);
    const blocker = new pg.Client(database.url());
    await blocker.connect();
    await blocker.query(`BEGIN; LOCK TABLE ${SCHEMA}.log`);
    const cut = failure(shared.readAfter(0, 1));
    const cutAll = `SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = current_database() AND application_name LIKE 'listing-bridge%'`;
    await expect.poll(() => waiting(database)).toBe(1);
    await database.query(cutAll);
    expect(await cut).toMatchObject({
      kind: 'unreachable',
      message: expect.stringContaining('it was stopped'),
    });
    await blocker.end();
    // A connection that was cut a moment ago may be found out by the call that uses it.
    for (const [, , call] of CALLS) await call(shared).catch(() => call(shared));
    expect(
      (
        await database.query<{ n: number }>(
          `SELECT count(*)::int AS n FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'listing-bridge test'`,
        )
      )[0]?.n,
    ).toBeLessThanOrEqual(5);
    await shared.close();
  });

  test('it is killed, started, held and continued; a listener hears again, and is told that it may have missed something', async () => {
    await using server = await PostgresServer.start();
    const [a, b] = [sharedOn(server.url('postgres')), sharedOn(server.url('postgres'))];
    await a.append([entryOf('k1')]);
    const heard = new Arrivals<Hint | 'lost'>('hint');
    const listening = b.listen(
      (hint) => heard.add(hint),
      () => heard.add('lost'),
    );
    const losses = () => heard.all.filter((one) => one === 'lost').length;
    await expect.poll(losses).toBe(1);
    await a.append([entryOf('k2')]);
    await heard.waitFor((hint) => hint !== 'lost' && hint.kind === 'log' && hint.seq === 2);

    await server.kill();
    expect((await failure(a.renew(card))).kind).toBe('unreachable');
    await server.up();
    await expect.poll(losses).toBe(2);
    expect(await a.append([entryOf('k1'), entryOf('k3')])).toEqual([1, 3]);
    await heard.waitFor((hint) => hint !== 'lost' && hint.kind === 'log' && hint.seq === 3);

    server.hold();
    const held = failure(a.renew(card));
    expect(await held).toMatchObject({ kind: 'unreachable', message: expect.stringContaining('[timeout]') });
    server.release();
    expect((await a.renew(card)).seq).toBe(3);
    await listening.stop();
    await Promise.all([a.close(), b.close()]);
  });

  test('it is empty all at once: another cluster, in which nothing is held', async () => {
    await using database = await TestDatabase.create();
    const shared = sharedOn(database.url());
    await shared.claim(card, [1]);
    await shared.append([entryOf('k')]);
    const before = await shared.renew(card);
    await database.query(`DROP SCHEMA ${SCHEMA} CASCADE`);
    expect((await failure(shared.renew(card))).message).toContain('its tables are gone');
    const after = await shared.renew(card);
    expect(after.cluster).not.toBe(before.cluster);
    expect(after).toMatchObject({ seq: 0, members: [{ node: 'a' }] });
    expect(after.leases.filter(({ node }) => node !== undefined)).toEqual([]);
    await failure(shared.append([entryOf('k')])).catch(() => undefined);
    expect(await shared.append([entryOf('k')])).toEqual([1]);
    await shared.close();
  });

  test.each([
    ['53100', 'its disk is full', 'Make room on the disk of PostgreSQL.'],
    ['53200', 'it is out of memory', 'Give PostgreSQL more memory.'],
    ['58030', 'its disk or its files are broken', 'Look into the log of PostgreSQL.'],
    ['XX001', 'it has an internal error', 'Look into the log of PostgreSQL.'],
    ['25006', 'it can only be read', 'Name the primary in cluster.url: a replica does not do.'],
  ])('it refuses to write, with %s', async (code, sentence, advice) => {
    await using database = await TestDatabase.create();
    const shared = sharedOn(database.url());
    await shared.renew(card);
    await database.query(`
      CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN RAISE EXCEPTION 'could not extend file' USING ERRCODE = '${code}'; END $$;
      CREATE TRIGGER refuse BEFORE INSERT ON ${SCHEMA}.log_0 FOR EACH ROW EXECUTE FUNCTION refuse()`);
    const error = await failure(shared.append([entryOf('k')]));
    expect(error.message).toContain(`: ${sentence} (could not extend file) [${code}]`);
    expect(error).toMatchObject({ kind: code === '25006' ? 'unfit' : 'unreachable', advice });
    await database.query(`DROP TRIGGER refuse ON ${SCHEMA}.log_0`);
    expect(await shared.append([entryOf('k')])).toEqual([1]);
    await shared.close();
  });

  test('what a rehearsal tells comes back to its node, to nobody else, and claims nothing', async () => {
    await using database = await TestDatabase.create();
    const [a, b] = [sharedOn(database.url(), 'a'), sharedOn(database.url(), 'b')];
    const heard: Hint[] = [];
    const listening: { stop(): Promise<void> }[] = [];
    for (const one of [a, b])
      await new Promise<void>((resolve) => {
        listening.push(one.listen((hint) => heard.push(hint), resolve));
      });
    const { windowMs: _, identity: __, plan: ___, ...row } = entryOf('k', [1], { ageMs: 700 });
    const echo = (shared: typeof a) => new Promise((resolve) => shared.echo(row, resolve));
    expect(await echo(a)).toMatchObject({ ...row, ageMs: expect.any(Number) });
    expect(heard).toEqual([]);
    // Of a node that does not listen it does not come back, and its rehearsal goes on.
    await listening[1]?.stop();
    expect(await echo(b)).toBeUndefined();
    const { log, ends } = await a.inherit([1], 1e6);
    expect([log, ends]).toEqual([[], []]);
    await Promise.all([a.close(), b.close()]);
  });

  test('many nodes make the tables at once', async () => {
    await using database = await TestDatabase.create();
    const nodes = Array.from({ length: 8 }, (_, at) => cardOf(`n${at}`)).map((one) => ({
      one,
      shared: sharedOn(database.url(), one.node),
    }));
    const views = await Promise.all(nodes.map(({ one, shared }) => shared.renew(one)));
    expect(new Set(views.map(({ cluster }) => cluster)).size).toBe(1);
    await Promise.all(nodes.map(({ shared }) => shared.close()));
  });
});

describeWithPostgres('numbers of the log', () => {
  test('regression: a row that is written first and committed later is not passed by', async () => {
    await using database = await TestDatabase.create();
    const shared = sharedOn(database.url());
    await shared.append([entryOf('k1')]);
    const [first, second] = [new pg.Client(database.url()), sharedOn(database.url(), 'second')];
    await first.connect();
    // Half of what `append` does: a transaction that has its number, and is not yet committed.
    await first.query(`BEGIN; SELECT FROM ${SCHEMA}.counters WHERE name = 'log' FOR UPDATE;
      UPDATE ${SCHEMA}.counters SET value = value + 1 WHERE name = 'log';
      INSERT INTO ${SCHEMA}.log SELECT half, 2, 'k2', NULL, 'x', clock_timestamp(), '{}', 0, false FROM ${SCHEMA}.meta`);
    let seqs: readonly number[] | undefined;
    const appending = second.append([entryOf('k3')]).then((numbers) => {
      seqs = numbers;
    });
    await expect.poll(() => waiting(database)).toBe(1);
    expect(await shared.readAfter(1, 10)).toEqual([]);
    expect((await shared.renew(card)).seq).toBe(1);
    expect(seqs).toBeUndefined();
    await first.query('COMMIT');
    await appending;
    expect(seqs).toEqual([3]);
    expect((await shared.readAfter(1, 10)).map(({ seq, key }) => [seq, key])).toEqual([
      [2, 'k2'],
      [3, 'k3'],
    ]);
    await first.end();
    await Promise.all([shared.close(), second.close()]);
  });
});

describeWithPostgres('what grows', () => {
  test('is there for as long as the node needs it that needs it longest, and gone when that has passed twice', async () => {
    await using database = await TestDatabase.create();
    const clock = new FakeClock();
    const [a, b] = [sharedOn(database.url(), 'a', clock), sharedOn(database.url(), 'b', clock)];
    const HOUR = 3_600_000;
    const short = cardOf('a', { needsMs: HOUR });
    const looks = async () => {
      await a.renew(short);
      await clock.advance(HOUR);
      await pass(database, HOUR);
      await a.renew(short);
      return (await a.inherit([1], 1e9)).ends.map(({ id }) => id);
    };
    await a.claim(short, [1]);
    await a.settle([endOf('one', 1)]);
    await pass(database, HOUR);
    // Its own clock knows of no hour.
    await a.renew(short);
    await a.settle([endOf('two', 1)]);
    expect(await looks()).toEqual(['one-1', 'two-1']);
    await a.settle([endOf('three', 1)]);
    expect(await looks()).toEqual(['three-1']);
    // One of a version that does not say: a day.
    await b.renew(cardOf('b'));
    expect(await looks()).toEqual(['three-1']);
    expect(await looks()).toEqual(['three-1']);
    await b.leave(cardOf('b'));
    await looks();
    expect(await looks()).toEqual([]);
    const left = await database.query<{ count: number }>(`SELECT count(*)::int FROM ${SCHEMA}.ends`);
    expect(left).toEqual([{ count: 0 }]);
    await Promise.all([a.close(), b.close()]);
  });
});

describeWithPostgres('leases that are over', () => {
  test('one that is renewed in the moment in which it is claimed stays where it is', async () => {
    await using database = await TestDatabase.create();
    const [a, b] = [sharedOn(database.url()), sharedOn(database.url())];
    await a.claim(card, [1]);
    await database.query(`UPDATE ${SCHEMA}.nodes SET until = until - interval '1 hour'`);
    const renewing = new pg.Client(database.url());
    await renewing.connect();
    await renewing.query(`BEGIN; UPDATE ${SCHEMA}.nodes SET until = clock_timestamp() + interval '4 s'`);
    const claiming = b.claim(cardOf('b'), [1, 2]);
    await expect.poll(() => waiting(database)).toBe(1);
    await renewing.query('COMMIT');
    expect(await claiming).toEqual(new Map([[2, 1]]));
    expect((await a.renew(card)).leases[1]).toMatchObject({ node: 'a', epoch: 1 });
    await renewing.end();
    await Promise.all([a.close(), b.close()]);
  });

  test('what is begun while the halves change places is begun once', async () => {
    await using database = await TestDatabase.create();
    const [a, b] = [sharedOn(database.url()), sharedOn(database.url())];
    await a.claim(card, [1]);
    const turning = new pg.Client(database.url());
    await turning.connect();
    // As in `turn`, and not yet committed.
    await turning.query(
      `BEGIN; SELECT pg_advisory_xact_lock(${LOCK.halves}); UPDATE ${SCHEMA}.meta SET half = 1 - half`,
    );
    const beginning = b.begin([beginOf('k', 1)]);
    await expect.poll(() => waiting(database)).toBe(1);
    await turning.query('COMMIT');
    expect(await beginning).toEqual(new Set(['k-1']));
    expect(await database.query(`SELECT half FROM ${SCHEMA}.ends`)).toEqual([{ half: 1 }]);
    await turning.end();
    await Promise.all([a.close(), b.close()]);
  });
});

describeWithPostgres('a statement that comes late', () => {
  test('what it brings is as old as it is, not as it was', async () => {
    await using database = await TestDatabase.create();
    const shared = sharedOn(database.url());
    await shared.renew(card);
    const client = new pg.Client({ connectionString: database.url(), pipeline: true });
    await client.connect();
    const ageOf = async (key: string, lateMs: number | undefined): Promise<number> => {
      const [{ ms = 0 } = {}] = await database.query<{ ms: number }>(
        'SELECT extract(epoch FROM clock_timestamp())::float8 * 1000 AS ms',
      );
      const [seq = 0] = await append(
        client,
        [entryOf(key, [1], { ageMs: 500 })],
        200,
        lateMs === undefined ? null : ms - lateMs,
      );
      const [row] = await shared.readAfter(seq - 1, 1);
      return row?.ageMs ?? 0;
    };
    expect(await ageOf('k1', undefined)).toBeGreaterThanOrEqual(700);
    expect(await ageOf('k2', 200_000)).toBeGreaterThanOrEqual(200_700);
    // These are clocks that were set.
    expect(await ageOf('k3', 400_000)).toBeLessThan(100_000);
    expect(await ageOf('k4', -50_000)).toBeLessThan(40_000);
    await client.end();
    await shared.close();
  });
});

describeWithPostgres('a clock of the database that was set', () => {
  test('back by an hour: a dead holder keeps nothing for longer than a lease', async () => {
    await using database = await TestDatabase.create();
    const [a, b] = [sharedOn(database.url()), sharedOn(database.url())];
    const other = cardOf('b');
    await a.claim(card, [1]);
    await database.query(`UPDATE ${SCHEMA}.nodes SET until = until + interval '1 hour'`);
    const view = await b.renew(other);
    for (const { restMs } of [...view.members, ...view.leases]) expect(restMs).toBeLessThanOrEqual(LEASE_MS);
    await database.query(`UPDATE ${SCHEMA}.nodes SET until = until - interval '${LEASE_MS} ms'`);
    expect(await b.claim(other, [1])).toEqual(new Map([[1, 2]]));
    await Promise.all([a.close(), b.close()]);
  });
});

/** Statements that wait for a lock. */
async function waiting(database: TestDatabase): Promise<number> {
  const rows = await database.query<{ n: number }>(
    `SELECT count(*)::integer AS n FROM pg_stat_activity WHERE datname = '${database.name}' AND wait_event_type = 'Lock'`,
  );
  return rows[0]?.n ?? 0;
}
