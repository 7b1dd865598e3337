/** `check --online` with a cluster: its database is looked at, nothing is written there, and each fault has a sentence and its place. */
import { expect, test } from 'vitest';
import { remarksOn } from '../../src/cli/check-online-cluster.ts';
import { SCHEMA, SCHEMA_VERSION } from '../../src/cluster/postgres/schema.ts';
import { good, warned } from '../../src/remark.ts';
import { checkOnline, configFile } from '../cli/check-online.ts';
import { cardOf } from '../support/cluster/entries.ts';
import { Bouncer } from '../support/postgres/bouncer.ts';
import { describeWithPostgres } from '../support/postgres/installed.ts';
import { PostgresServer } from '../support/postgres/server.ts';
import { sharedServer, TestDatabase } from '../support/postgres/shared.ts';
import { startStandIns } from '../support/stand-ins.ts';
import { sharedOn } from './postgres-bench.ts';

const CONFIG = `feeds:
  - { name: one, url: "\${FEED_URL}", apiKey: "\${FEED_KEY}" }
destinations:
  bot: { type: webhook, url: "\${BOT_URL}" }
rules:
  - { name: all, match: {}, send: [bot] }
cluster:
  node: a
  url: "\${DATABASE_URL}"
`;

/** The lines about the database, with the exit code. */
async function checked(url: string, env: Readonly<Record<string, string>>, columns?: number) {
  const file = configFile(CONFIG);
  const { out, exitCode } = await checkOnline(file, {
    env: { ...env, DATABASE_URL: url },
    ...(columns !== undefined && { columns }),
  });
  const [, text = ''] = /\ncluster\n(.*?)\n\n/s.exec(out) ?? [];
  const shown = text
    .replaceAll(file, 'config.yaml')
    .replace(/:\d{4,5}\b/g, ':PORT')
    .replace(/\d+(\.\d+)?ms/g, 'Nms')
    .replace(/test_\d+_\d+/g, 'DB');
  return { shown: shown.split('\n'), exitCode, out };
}

describeWithPostgres('check --online with a cluster', () => {
  test('a database that will do, before and after nodes were there', async () => {
    await using standIns = await startStandIns();
    await using database = await TestDatabase.create();
    const before = await checked(database.url(), standIns.env);
    expect(before).toMatchObject({
      exitCode: 0,
      shown: [
        expect.stringMatching(
          /^✓ database {2}PostgreSQL \d+\.\d+\S* .*at boss@127\.0\.0\.1:PORT\/DB answers in Nms, by TLS; no node is live there\. \[database\]$/,
        ),
      ],
    });
    expect(await database.query(`SELECT to_regnamespace('${SCHEMA}') AS name`)).toEqual([{ name: null }]);
    const shared = sharedOn(database.url());
    await shared.renew(cardOf('b'));
    await shared.renew(cardOf('c'));
    const after = await checked(database.url(), standIns.env);
    expect(after.shown).toEqual([expect.stringContaining('; 2 nodes are live: b, c. [database]')]);
    expect((await shared.renew(cardOf('b'))).members.map(({ node }) => node).sort()).toEqual(['b', 'c']);
    await shared.close();
  });

  test('each fault: a sentence, what to do, and where it is written', async () => {
    await using standIns = await startStandIns();
    await using database = await TestDatabase.create();
    const server = await sharedServer();
    await using bouncer = await Bouncer.start(database.server, 'transaction');
    const shared = sharedOn(database.url());
    await shared.renew(cardOf('b'));
    await shared.close();
    await database.query(`UPDATE ${SCHEMA}.meta SET version = 99`);
    for (const [url, line] of [
      [
        server.url('missing'),
        '✗ database  config.yaml:9:8: database boss@127.0.0.1:PORT/missing: there is no such database (database "missing" does not exist). Create it (CREATE DATABASE … OWNER …), or correct its name in cluster.url. [3D000]',
      ],
      [
        bouncer.url(database.name),
        '✗ database  config.yaml:9:8: database boss@127.0.0.1:PORT/DB: a pooler in transaction mode stands in front of it. Name PostgreSQL itself in cluster.url, or a pooler in session mode. [transaction_pooler]',
      ],
      [
        database.url(),
        `✗ database  config.yaml:9:8: database boss@127.0.0.1:PORT/DB: its tables are of a newer listing-bridge (schema 99; this one knows ${SCHEMA_VERSION}). Upgrade listing-bridge on this node, or name another database in cluster.url. [schema_version]`,
      ],
      [
        'postgres://u@h1,h2/d',
        '✗ database  config.yaml:9:8: cluster.url names several hosts. Name one that always leads to the primary. [url]',
      ],
    ] as const) {
      const { shown, exitCode } = await checked(url, standIns.env);
      expect(shown).toEqual([
        line,
        '! database  a node that starts now sends nothing. If no other bridge of this cluster runs, `listing-bridge run --alone` sends from its own store. [silent]',
      ]);
      expect(exitCode).toBe(1);
    }
    const { out } = await checked('postgres://u@h1,h2/d', standIns.env, 80);
    expect(Math.max(...out.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80);
  });

  test('a database in which nobody can join: a node that starts there is alone', async () => {
    await using standIns = await startStandIns();
    await using server = await PostgresServer.start();
    await server.query('postgres', 'CREATE ROLE guest LOGIN');
    const { shown } = await checked(server.url('postgres', { user: 'guest' }), standIns.env);
    expect(shown).toEqual([
      expect.stringMatching(/^✗ database .*may not create the schema listing_bridge.* \[42501\]$/),
      expect.stringMatching(
        /^! database {2}a node that starts now is alone and sends everything.* \[alone\]$/,
      ),
    ]);
  });

  test('hardly any connection is left: of no concern to a node that has its own', () => {
    const facts = {
      ...{ version: '15.1', name: 'u@h:5432/d', latencyMs: 1, isEncrypted: false, schemaVersion: 1 },
      ...{ nodes: ['b'], freeConnections: 3 },
    };
    expect(remarksOn(facts, 'a', 'config.yaml:9:8')).toEqual([
      good('PostgreSQL 15.1 at u@h:5432/d answers in 1ms, without TLS; 1 node is live: b.', 'database'),
      warned(
        'config.yaml:9:8: it has room for 3 more connections, and each node needs 5. Raise max_connections.',
        'connections',
      ),
    ]);
    expect(remarksOn(facts, 'b', '').length).toBe(1);
    expect(remarksOn({ ...facts, freeConnections: 5 }, 'a', '').length).toBe(1);
  });
});
