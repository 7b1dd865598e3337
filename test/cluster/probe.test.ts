/** Every way in which a database is not what a cluster needs, each with its sentence, in the check and at the start. */
import { connect } from 'node:net';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { expect, test, vi } from 'vitest';
import { addressOf } from '../../src/cluster/postgres/address.ts';
import { probe } from '../../src/cluster/postgres/probe.ts';
import { SCHEMA, SCHEMA_VERSION } from '../../src/cluster/postgres/schema.ts';
import { SharedError } from '../../src/cluster/shared.ts';
import { systemClock } from '../../src/platform/clock.ts';
import { Secret } from '../../src/platform/secret.ts';
import { cardOf } from '../support/cluster/entries.ts';
import { Bouncer } from '../support/postgres/bouncer.ts';
import { describeWithPostgres } from '../support/postgres/installed.ts';
import { type Listening, listening, rewriting } from '../support/postgres/listening.ts';
import { sharedServer, TestDatabase } from '../support/postgres/shared.ts';
import { refusingOrigin } from '../support/refusing-origin.ts';
import { sharedOn } from './postgres-bench.ts';

const PASSWORD = 'p@ss/w#rd%1:x';

/** The refusal at `check --online`, and that of a node that starts there: the same. Nobody sees the password. */
async function refusal(url: string): Promise<Pick<SharedError, 'kind' | 'message' | 'advice'>> {
  const shared = sharedOn(url);
  const [ofCheck, ofNode] = await Promise.all([
    failureOf(probe(new Secret(url), systemClock)),
    failureOf(shared.renew(cardOf('a'))),
  ]);
  await shared.close();
  expect(ofNode).toEqual(ofCheck);
  return ofCheck;
}

async function failureOf(call: Promise<unknown>): Promise<Pick<SharedError, 'kind' | 'message' | 'advice'>> {
  const error = await call.then(
    () => expect.fail('it is fine'),
    (reason: unknown) => reason,
  );
  if (!(error instanceof SharedError)) throw error;
  const { kind, message, advice, cause, stack } = error;
  const text = inspect({ kind, message, advice, cause, stack });
  for (const secret of [PASSWORD, encodeURIComponent(PASSWORD)]) expect(text).not.toContain(secret);
  return { kind, message: message.replace(/:\d{4,5}\b/g, ':PORT').replace(/test_\d+_\d+/g, 'DB'), advice };
}

describeWithPostgres('the probe of a database', () => {
  test('it is fine, before and after a node was there; nothing is changed', async () => {
    await using database = await TestDatabase.create();
    const facts = await probe(new Secret(database.url()), systemClock);
    expect(facts).toEqual({
      version: expect.stringMatching(/^\d+\.\d+/),
      name: `boss@127.0.0.1:${database.server.port}/${database.name}`,
      latencyMs: expect.any(Number),
      isEncrypted: true,
      schemaVersion: undefined,
      nodes: [],
      freeConnections: expect.any(Number),
    });
    expect(await database.query(`SELECT to_regnamespace('${SCHEMA}') AS name`)).toEqual([{ name: null }]);
    const shared = sharedOn(database.url());
    await shared.renew(cardOf('a'));
    await shared.close();
    expect(await probe(new Secret(database.url()), systemClock)).toMatchObject({
      schemaVersion: SCHEMA_VERSION,
      nodes: ['a'],
    });
  });

  test.each([
    ['', true],
    ['?sslmode=disable', false],
    ['?sslmode=prefer', true],
    ['?sslmode=allow', true],
    ['?sslmode=require', true],
    ['?sslmode=no-verify', true],
    ['?ssl=true&sslmode=require', true],
  ])('%j: encrypted is %j', async (parameters, isEncrypted) => {
    await using database = await TestDatabase.create();
    const warned = vi.spyOn(process, 'emitWarning');
    expect(await probe(new Secret(database.url({ parameters })), systemClock)).toMatchObject({ isEncrypted });
    expect(warned).not.toHaveBeenCalled();
  });

  test('a server without TLS, if the URL does not insist', async () => {
    await using database = await TestDatabase.create();
    await using proxy = await withoutTls(database.server.port);
    const through = (parameters: string) => database.url({ parameters }).replace(/:\d+\//, `:${proxy.port}/`);
    for (const parameters of ['', '?sslmode=prefer'])
      expect(await probe(new Secret(through(parameters)), systemClock)).toMatchObject({ isEncrypted: false });
    expect(await refusal(through('?sslmode=require'))).toEqual({
      kind: 'refused',
      message: 'database boss@127.0.0.1:PORT/DB: it has no TLS (The server does not support SSL connections)',
      advice: 'Switch it on in PostgreSQL (ssl = on), or use sslmode=disable in cluster.url.',
    });
  });

  test('by its socket, which has no TLS', async () => {
    const { folder, port } = await sharedServer();
    const socket = `postgres://boss@/postgres?host=${folder}&port=${port}`;
    expect(await probe(new Secret(socket), systemClock)).toMatchObject({ isEncrypted: false });
  });

  test('a certificate: trusted, unknown, of another host', async () => {
    await using database = await TestDatabase.create();
    const { server } = database;
    const certificate = join(server.data, 'server.crt');
    const trusting = database.url({ parameters: `?sslmode=verify-full&sslrootcert=${certificate}` });
    expect(await probe(new Secret(trusting.replace('127.0.0.1', 'localhost')), systemClock)).toMatchObject({
      isEncrypted: true,
    });
    for (const [url, code] of [
      [trusting, 'ERR_TLS_CERT_ALTNAME_INVALID'],
      [database.url({ parameters: '?sslmode=verify-full' }), 'DEPTH_ZERO_SELF_SIGNED_CERT'],
    ] as const) {
      const { kind, message, advice } = await refusal(url);
      expect(kind).toBe('refused');
      expect(message).toMatch(
        /^database boss@127\.0\.0\.1:PORT\/DB: its certificate is not trusted \(.*\) \[/,
      );
      expect(message).toContain(`[${code}]`);
      expect(advice).toContain('sslrootcert=FILE');
    }
  });

  test('a password with every character that an address has a use for', async () => {
    await using database = await TestDatabase.create();
    const user = 'with_password';
    await database.query(
      `DO $$ BEGIN CREATE ROLE ${user} LOGIN; EXCEPTION WHEN duplicate_object THEN NULL; END $$;
       ALTER ROLE ${user} PASSWORD '${PASSWORD}'; GRANT CREATE ON DATABASE ${database.name} TO ${user}`,
    );
    const right = database.url({ user, password: PASSWORD });
    expect((await probe(new Secret(right), systemClock)).name).toContain(`${user}@127.0.0.1`);
    const [wrong, none] = [database.url({ user, password: `${PASSWORD}!` }), database.url({ user })];
    expect(await refusal(wrong)).toEqual({
      kind: 'refused',
      message: `database ${user}@127.0.0.1:PORT/DB: the password is wrong (password authentication failed for user "${user}") [28P01]`,
      advice: 'Correct the user and the password in cluster.url.',
    });
    expect(await refusal(none)).toMatchObject({
      kind: 'refused',
      message: expect.stringContaining('it asks for a password'),
      advice: 'Add the password to cluster.url.',
    });
    await using foreign = await TestDatabase.create();
    expect(await refusal(foreign.url({ user, password: PASSWORD }))).toMatchObject({
      kind: 'refused',
      message: expect.stringMatching(/: this user may not .*\[42501\]$/),
      advice: expect.stringContaining('GRANT CREATE ON DATABASE'),
    });
    // Made by somebody else, for this user.
    await foreign.query(`CREATE SCHEMA ${SCHEMA} AUTHORIZATION ${user}`);
    const shared = sharedOn(foreign.url({ user, password: PASSWORD }));
    expect((await shared.renew(cardOf('a'))).members.length).toBe(1);
    await shared.close();
    expect(await probe(new Secret(foreign.url({ user, password: PASSWORD })), systemClock)).toMatchObject({
      schemaVersion: SCHEMA_VERSION,
    });
  });

  test('a user whom the server lets in with TLS only', async () => {
    await using database = await TestDatabase.create();
    const user = 'needs_tls';
    await database.query(
      `DO $$ BEGIN CREATE ROLE ${user} LOGIN; EXCEPTION WHEN duplicate_object THEN NULL; END $$;
       GRANT CREATE ON DATABASE ${database.name} TO ${user}`,
    );
    expect(await probe(new Secret(database.url({ user })), systemClock)).toMatchObject({ isEncrypted: true });
    expect(await refusal(database.url({ user, parameters: '?sslmode=disable' }))).toMatchObject({
      kind: 'refused',
      message: expect.stringMatching(/the server does not let this user in from here .*\[28000\]$/),
      advice: expect.stringContaining('sslmode=require'),
    });
  });

  test('nobody there: no host, no listener, no database, a listener that never answers', async () => {
    const server = await sharedServer();
    expect(await refusal(server.url('missing'))).toEqual({
      kind: 'refused',
      message:
        'database boss@127.0.0.1:PORT/missing: there is no such database (database "missing" does not exist) [3D000]',
      advice: 'Create it (CREATE DATABASE … OWNER …), or correct its name in cluster.url.',
    });
    const origin = await refusingOrigin();
    expect(await refusal(`postgres://u:${encodeURIComponent(PASSWORD)}@${origin.slice(7)}/d`)).toEqual({
      kind: 'unreachable',
      message:
        'database u@127.0.0.1:PORT/d: nothing listens there (connect ECONNREFUSED 127.0.0.1:PORT) [ECONNREFUSED]',
      advice: 'Start PostgreSQL, or correct the host and the port in cluster.url.',
    });
    expect(await refusal('postgres://u@nobody.invalid/d')).toMatchObject({
      kind: 'unreachable',
      message: expect.stringMatching(/the host name .*nobody\.invalid/),
    });
    await using silent = await listening(() => undefined);
    expect(await refusal(silent.url)).toMatchObject({
      kind: 'unreachable',
      message: 'database u@127.0.0.1:PORT/d: no answer within 2s [timeout]',
    });
    await using web = await listening((socket) => void socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'));
    expect(await refusal(web.url)).toMatchObject({ kind: expect.stringMatching(/refused|unreachable/) });
  });

  test.each([
    ['nonsense', 'cannot be read as a URL'],
    [`postgres://u:${PASSWORD}@h/d`, 'has a # in it'],
    ['postgres://u:a#b@h/d', 'cannot be read as a URL'],
    ['mysql://u:p@h/d', 'is not the address of a PostgreSQL'],
    ['https://h/d', 'is not the address of a PostgreSQL'],
    ['postgres://u@h1,h2/d', 'names several hosts'],
    [
      'postgres://u@h/d?sslrootcert=/missing.crt',
      'names a certificate file that cannot be read: /missing.crt',
    ],
    ['postgres://u@h/d?sslmode=verify-ca', 'has sslmode=verify-ca without a certificate'],
  ])('%j is refused before anything is connected', (url, sentence) => {
    const error = catching(() => addressOf(new Secret(url)));
    expect(error).toBeInstanceOf(SharedError);
    expect(error).toMatchObject({ kind: 'refused', message: `cluster.url ${sentence} [url]` });
    expect(inspect(error)).not.toContain(PASSWORD);
  });

  test('an old server: which version is needed', async () => {
    await using database = await TestDatabase.create();
    const [{ n = '' } = {}] = await database.query<{ n: string }>(
      `SELECT current_setting('server_version_num') AS n`,
    );
    // Its own word, changed on the way: of the same length.
    await using proxy = await rewriting(database.server.port, n, '120022');
    const url = database.url({ parameters: '?sslmode=disable' }).replace(/:\d+\//, `:${proxy.port}/`);
    expect(await refusal(url)).toEqual({
      kind: 'unfit',
      message: expect.stringMatching(/: PostgreSQL [\d.]+.* is too old \[server_version\]$/),
      advice: 'Upgrade it: 13 or newer is needed.',
    });
  });

  test('a replica, and a database that can only be read', async () => {
    const server = await sharedServer();
    await using replica = await server.replica();
    expect(await refusal(replica.url('postgres'))).toEqual({
      kind: 'unfit',
      message: 'database boss@127.0.0.1:PORT/postgres: it is a replica, which can only be read [in_recovery]',
      advice: 'Name the primary in cluster.url, or promote this one.',
    });
    await using database = await TestDatabase.create();
    await database.query(`ALTER DATABASE ${database.name} SET default_transaction_read_only = on`);
    expect(await refusal(database.url())).toMatchObject({
      kind: 'unfit',
      message: expect.stringContaining('can only be read [default_transaction_read_only]'),
    });
  });

  test('an encoding that cannot hold every title', async () => {
    await using database = await TestDatabase.create("ENCODING 'LATIN1' TEMPLATE template0");
    expect(await refusal(database.url())).toMatchObject({
      kind: 'unfit',
      message: expect.stringContaining('its encoding is LATIN1'),
      advice: expect.stringContaining("ENCODING 'UTF8'"),
    });
  });

  test('tables of a newer version: they stay as they are', async () => {
    await using database = await TestDatabase.create();
    const shared = sharedOn(database.url());
    await shared.renew(cardOf('a'));
    await shared.close();
    await database.query(`UPDATE ${SCHEMA}.meta SET version = 99`);
    expect(await refusal(database.url())).toEqual({
      kind: 'unfit',
      message: `database boss@127.0.0.1:PORT/DB: its tables are of a newer listing-bridge (schema 99; this one knows ${SCHEMA_VERSION}) [schema_version]`,
      advice: 'Upgrade listing-bridge on this node, or name another database in cluster.url.',
    });
    expect(await database.query(`SELECT version FROM ${SCHEMA}.meta`)).toEqual([{ version: 99 }]);
  });

  test('too many connections', async () => {
    await using database = await TestDatabase.create();
    await database.query(`ALTER DATABASE ${database.name} CONNECTION LIMIT 0`);
    const user = 'limited';
    await database.query(
      `DO $$ BEGIN CREATE ROLE ${user} LOGIN; EXCEPTION WHEN duplicate_object THEN NULL; END $$`,
    );
    expect(await refusal(database.url({ user }))).toMatchObject({
      kind: 'unreachable',
      message: expect.stringMatching(/it has too many connections .*\[53300\]$/),
    });
  });

  test.each([
    ['transaction', {}],
    ['transaction', { default_pool_size: '1' }],
    ['transaction', { server_round_robin: '1', min_pool_size: '3' }],
    ['statement', {}],
  ] as const)('a pooler in %s mode %j is refused', async (mode, settings) => {
    await using database = await TestDatabase.create();
    await using bouncer = await Bouncer.start(database.server, mode, settings);
    expect(await refusal(bouncer.url(database.name))).toMatchObject({
      kind: 'unfit',
      advice: 'Name PostgreSQL itself in cluster.url, or a pooler in session mode.',
    });
  });

  test('a pooler in session mode will do', async () => {
    await using database = await TestDatabase.create();
    await using bouncer = await Bouncer.start(database.server, 'session');
    const shared = sharedOn(bouncer.url(database.name));
    expect((await shared.renew(cardOf('a'))).members.length).toBe(1);
    await shared.close();
    expect(await probe(new Secret(bouncer.url(database.name)), systemClock)).toMatchObject({
      isEncrypted: false,
    });
  });
});

function catching(call: () => unknown): unknown {
  try {
    return call();
  } catch (error) {
    return error;
  }
}

/** In front of a server: whoever asks for TLS hears that there is none. */
const withoutTls = (targetPort: number): Promise<Listening> =>
  listening((near) => {
    const far = connect(targetPort, '127.0.0.1');
    near.once('data', (bytes) => {
      if (bytes.equals(SSL_REQUEST)) near.write('N');
      else far.write(bytes);
      near.pipe(far).on('error', () => undefined);
    });
    far.pipe(near);
    near.on('close', () => far.destroy());
  });

/** https://www.postgresql.org/docs/current/protocol-message-formats.html#PROTOCOL-MESSAGE-FORMATS-SSLREQUEST */
const SSL_REQUEST = Buffer.from([0, 0, 0, 8, 4, 210, 22, 47]);
