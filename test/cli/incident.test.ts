/** The command line in an incident: it goes on with what can be read, says what cannot, and what to do. */

import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type RequestListener } from 'node:http';
import { type AddressInfo, createServer as createTcpServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { conditionOf, type Sighting } from '../../src/conditions/registry.ts';
import { newsOf } from '../../src/delivery/content.ts';
import { statusOf } from '../../src/ops/status.ts';
import { createIds } from '../../src/outbox/ids.ts';
import { openStore } from '../../src/outbox/store.ts';
import { type Clock, systemClock } from '../../src/platform/clock.ts';
import { announcementOf } from '../destinations/render-support.ts';
import { runCommandLine } from '../support/command.ts';
import { NO_STATUS } from '../support/status.ts';

const KEY = `dsk_${'0'.repeat(64)}`;

const SOUND = `feeds:
  - { name: tokyo, url: "ws://127.0.0.1:1", apiKey: "\${KEY}" }
destinations:
  bot: { type: webhook, url: "http://127.0.0.1:1/bot", maxAge: 5s, body: { buy: "{{ title }}" } }
  dry: { type: webhook, url: "http://127.0.0.1:1/dry", dryRun: true }
rules:
  - { name: all, match: {}, send: [bot, dry] }
store: { path: ./other.db }
`;

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'incident-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const configFile = () => join(folder, 'config.yaml');
const write = (text: string | Uint8Array) => writeFileSync(configFile(), text);
const run = (...args: readonly string[]) => runCommandLine([...args, '-c', configFile()], { env: { KEY } });

async function storeAt(path: string, state: 'dead' | 'pending' = 'dead') {
  const store = openStore(join(folder, path), systemClock, () => undefined);
  const receivedMs = systemClock.wallMs() - 60_000;
  const announcement = announcementOf({
    id: createIds(() => 0.5)(receivedMs),
    receivedMs,
    title: 'ABC is listed',
  });
  const ids = ['bot', 'dry'].map((destination, index) => {
    const id = `${announcement.id}-${index}`;
    const content = newsOf(announcement);
    const delivery = { id, content, destination, rule: 'all', template: undefined, ticker: undefined };
    store.outbox.record(content, [{ ...delivery, importance: 1, expiresAtMs: undefined }]);
    if (state === 'dead')
      store.outbox.settle([
        {
          deliveryKey: id,
          attempt: 1,
          startedMs: receivedMs,
          durationMs: 5,
          outcome: 'reject message_refused',
          status: 400,
          detail: 'no',
          state: 'dead',
          reason: 'message_refused',
          notBeforeMs: 0,
          plain: false,
        },
      ]);
    return id;
  });
  await store.close();
  return { announcement: announcement.id, ids };
}

const BROKEN: readonly (readonly [string, string, string])[] = [
  ['an unknown key', SOUND.replace('rules:', 'ruls:'), 'other.db'],
  ['a variable that is not set', SOUND.replace(`"\${KEY}"`, `"\${NO_SUCH}"`), 'other.db'],
  ['a destination without a type', SOUND.replace('dry: { type: webhook,', 'dry: {'), 'other.db'],
  [
    'a mistake in the store’s own section',
    SOUND.replace('./other.db', './other.db, retention: soon'),
    'other.db',
  ],
  ['a mistake in `server`', `${SOUND}server: { port: many }\n`, 'other.db'],
  ['YAML that ends in the middle', `${SOUND}log: { level: "info\n`, 'other.db'],
  ['YAML broken before the store', SOUND.replace('rules:', 'rules: ]['), 'data/listing-bridge.db'],
  [
    'a path from a variable that is not set',
    SOUND.replace('./other.db', `"\${NO_SUCH}"`),
    'data/listing-bridge.db',
  ],
  ['a list instead of a mapping', '- a\n- b\n', 'data/listing-bridge.db'],
  ['nothing', '', 'data/listing-bridge.db'],
];

/** A bridge has died with news that is in no table, and that no table will take. */
async function storeWithRefusedNews() {
  const path = join(folder, 'other.db');
  const { announcement: id } = await storeAt('other.db');
  const next = announcementOf({ id: `${id.slice(0, -1)}!`, receivedMs: systemClock.wallMs(), title: 'XYZ' });
  {
    const store = openStore(path, systemClock, () => undefined);
    store.outbox.intake(1, [{ content: newsOf(next), deliveries: [] }]);
    await store.close();
  }
  using database = new DatabaseSync(path);
  database.exec(
    `CREATE TRIGGER refuses BEFORE INSERT ON announcements BEGIN SELECT RAISE(ABORT, 'refused'); END`,
  );
  return next.id;
}

test.each([['deliveries'], ['send', 'bot']])(
  'regression: `%s` tells what a dead bridge had read and the store does not accept, once',
  async (...command) => {
    write(SOUND);
    const id = await storeWithRefusedNews();
    const { err } = await run(...command);
    expect(err).toContain(
      `did not accept announcement ${id}, which a bridge had read before it died (refused)`,
    );
    expect(err).toContain('[store_refused]');
    expect((await run(...command)).err).not.toContain('store_refused');
  },
);

describe('deliveries with a config that is broken', () => {
  test.each(BROKEN)('regression: by %s', async (_, text, path) => {
    write(text);
    const { ids } = await storeAt(path);
    const listed = await run('deliveries');
    expect(listed.exitCode).toBe(0);
    expect(listed.out).toContain(ids[0]);
    expect(listed.err).toMatch(
      /config\.yaml has \d+ problems?, which `listing-bridge check` shows; the first is at \d+:\d+: \S/,
    );
    expect(listed.err).toContain(join(folder, path));
    expect((await run('deliveries', 'show', ids[0] ?? '')).exitCode).toBe(0);
    expect(await run('deliveries', 'retry', ids[0] ?? '')).toMatchObject({ exitCode: 0 });
    expect(await run('deliveries', 'discard', ids[0] ?? '')).toMatchObject({ exitCode: 0 });
  });

  test('regression: a default that stands in for what cannot be read is called one', async () => {
    write(SOUND.replace('./other.db', `"\${NO_SUCH}"`));
    await storeAt('data/listing-bridge.db');
    expect((await run('deliveries')).err).toContain('Going on with the default store.path,');
    for (const text of ['', 'hello', '<html></html>', '- a']) {
      write(text);
      expect((await run('deliveries')).err).toContain('Going on with the default store.path,');
    }
    write(SOUND.replace('rules:', 'ruls:'));
    await storeAt('other.db');
    expect((await run('deliveries')).err).toContain('Going on with its store.path,');
  });

  test('regression: a folder where the store should be is called one', async () => {
    write(SOUND);
    const { exitCode, err } = await run('deliveries', '--store', folder);
    expect(exitCode).toBe(1);
    expect(err).toContain(`${folder} is a folder, and the store is one file`);
  });

  test('regression: a file that is no text', async () => {
    write(Buffer.from([0xff, 0xfe, 0, 1, 2]));
    await storeAt('data/listing-bridge.db');
    expect(await run('deliveries')).toMatchObject({
      exitCode: 0,
      err: expect.stringContaining('the default store.path'),
    });
  });

  test('regression: no file at all: the default, and said so; with --store nothing is missing', async () => {
    const { ids } = await storeAt('data/listing-bridge.db');
    const without = await run('deliveries');
    expect(without).toMatchObject({ exitCode: 0, out: expect.stringContaining(String(ids[0])) });
    expect(without.err).toContain('it does not exist');
    const named = await run('deliveries', '--store', join(folder, 'data/listing-bridge.db'));
    expect(named).toMatchObject({ exitCode: 0, err: '', out: expect.stringContaining(String(ids[0])) });
    const shown = await run(
      'deliveries',
      'show',
      String(ids[1]),
      '--store',
      join(folder, 'data/listing-bridge.db'),
    );
    expect(shown).toMatchObject({ exitCode: 0, err: '' });
  });

  test('a sound config is nothing to speak of', async () => {
    write(SOUND);
    await storeAt('other.db');
    expect(await run('deliveries')).toMatchObject({ exitCode: 0, err: '' });
  });

  test('regression: `--late` never guesses a maxAge', async () => {
    write(SOUND.replace('maxAge: 5s', 'maxAge: soon'));
    const { ids } = await storeAt('other.db');
    const { exitCode, err } = await run('deliveries', 'retry', '--late', String(ids[0]));
    expect(exitCode).toBe(1);
    expect(err).toContain('--late needs the maxAge of bot');
    expect(await run('deliveries', 'retry', '--late', String(ids[1]))).toMatchObject({ exitCode: 0 });
  });
});

describe('names and ids', () => {
  test.each([[['deliveries']], [['deliveries', '--json']], [['deliveries', 'retry', '--dead']]])(
    'regression: %j with a mistyped --destination is no quiet day',
    async (args) => {
      write(SOUND);
      await storeAt('other.db');
      const { exitCode, out, err } = await run(...args, '--destination', 'bott');
      expect(exitCode).toBe(1);
      expect(out).toBe('');
      expect(err).toBe(
        'No destination bott: neither the config nor the store has it (did you mean "bot"?); there is: bot, dry',
      );
    },
  );

  test('a destination that has left the config can still be listed, and one that has had nothing', async () => {
    write(SOUND.replaceAll('dry', 'new'));
    const { ids } = await storeAt('other.db');
    expect((await run('deliveries', '--destination', 'dry')).out).toContain(ids[1]);
    expect(await run('deliveries', '--destination', 'new')).toMatchObject({
      exitCode: 0,
      out: 'no deliveries',
    });
  });

  test('regression: `show` takes the id of an announcement, which the log prints', async () => {
    write(SOUND);
    const { announcement, ids } = await storeAt('other.db');
    const { exitCode, out } = await run('deliveries', 'show', announcement);
    expect(exitCode).toBe(0);
    expect(out).toContain(`announcement ${announcement}: 2 deliveries`);
    for (const id of ids) expect(out).toContain(`delivery     ${id}`);
    const json = JSON.parse((await run('deliveries', 'show', announcement, '--json')).out);
    expect(json).toMatchObject({ announcement, deliveries: [{ attemptList: [{}] }, {}] });
  });

  test('regression: `retry` of an announcement names its deliveries; of nothing, says so', async () => {
    write(SOUND);
    const { announcement, ids } = await storeAt('other.db');
    const retried = await run('deliveries', 'retry', announcement, 'nope');
    expect(retried.exitCode).toBe(1);
    expect(retried.err).toBe(
      `${announcement}: unchanged (this is an announcement; its deliveries: ${ids[0]} to bot, dead; ${ids[1]} to dry, dead)\nnope: unchanged (there is no such delivery)`,
    );
  });
});

describe('the store', () => {
  test('regression: one that is not there is not made', async () => {
    write(SOUND);
    for (const command of [['deliveries'], ['deliveries', 'retry', 'x'], ['deliveries', 'discard', 'x']]) {
      const { exitCode, err } = await run(...command);
      expect(exitCode).toBe(1);
      expect(err).toContain(`There is no store at ${join(folder, 'other.db')}`);
    }
    expect(readdirSync(folder)).toEqual(['config.yaml']);
  });

  test.each([
    [99, 'a newer listing-bridge wrote it: use that version'],
    [1, 'an older listing-bridge wrote it'],
    [0, 'is the path right?'],
  ])('of schema %i', async (version, advice) => {
    write(SOUND);
    using database = new DatabaseSync(join(folder, 'other.db'));
    database.exec(`CREATE TABLE x (y); PRAGMA user_version = ${version}`);
    expect(await run('deliveries')).toMatchObject({ exitCode: 1, err: expect.stringContaining(advice) });
  });

  test('regression: one that is locked, damaged, or no database is a sentence, not a stack', async () => {
    write(SOUND);
    await storeAt('other.db');
    {
      using other = new DatabaseSync(join(folder, 'other.db'));
      other.exec('BEGIN IMMEDIATE');
      const { exitCode, err } = await run('deliveries', 'retry', '--dead');
      expect(exitCode).toBe(1);
      expect(err).toContain('another program is writing to it. Try again');
    }
    using database = new DatabaseSync(join(folder, 'other.db'));
    database.exec("UPDATE announcements SET body = '{broken'");
    expect(await run('deliveries')).toMatchObject({
      exitCode: 1,
      err: expect.stringContaining('it is damaged, or not a store'),
    });
    expect(await run('deliveries', '--store', configFile())).toMatchObject({
      exitCode: 1,
      err: expect.stringContaining('it is damaged, or not a store'),
    });
    expect(await run('deliveries', '--store', folder)).toMatchObject({ exitCode: 1 });
  });
});

async function served(listener: RequestListener): Promise<string> {
  const server = createServer(listener).listen(0, '127.0.0.1');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  await new Promise((resolve) => server.once('listening', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const answering =
  (status: number, text: string, headers: Readonly<Record<string, string>> = {}): RequestListener =>
  (_request, response) =>
    response.writeHead(status, headers).end(text);

const STATUS = { version: '1.2.3', ready: true };

describe('status and another program on the port', () => {
  test.each([
    [
      'an HTML page',
      answering(200, '<html>hello</html>', { 'content-type': 'text/html' }),
      'another program listens there',
    ],
    ['404', answering(404, 'Not found'), 'answered HTTP 404 (no content type): Not found'],
    [
      'a redirect',
      answering(302, '', { location: 'http://127.0.0.1:1/' }),
      'answered HTTP 302 (to http://127.0.0.1:1/)',
    ],
    ['an error', answering(500, 'oops\u001b[31m'), 'answered HTTP 500 (no content type): oops␛[31m'],
    ['JSON of its own', answering(200, '{"ok":true}'), 'JSON, but not a status of listing-bridge'],
    ['a JSON list', answering(200, '[1,2]'), 'JSON, but not a status of listing-bridge'],
    ['null', answering(200, 'null'), 'JSON, but not a status of listing-bridge'],
    ['half of JSON', answering(200, '{"version":"1",'), 'another program listens there'],
    [
      'no answer but a closed connection',
      (request) => request.socket.destroy(),
      'another program listens there, or the network fails',
    ],
    ['a host name that is refused', answering(421, 'unknown host\n'), 'refuses the host name'],
  ] as readonly (readonly [string, RequestListener, string])[])(
    'regression: %s',
    async (_, listener, sentence) => {
      write(SOUND);
      const url = await served(listener);
      for (const command of ['status', 'reload']) {
        const { exitCode, out, err } = await run(command, '--url', url);
        expect(exitCode).toBe(1);
        expect(out).toBe('');
        expect(err).toContain(command === 'status' ? sentence : url);
        expect(err).not.toMatch(/\bat .*\.ts:\d+/);
      }
    },
  );

  test('regression: what speaks no HTTP', async () => {
    const server = createTcpServer((socket) =>
      socket.on('error', () => undefined).end('SSH-2.0-OpenSSH_9.6\r\n'),
    );
    onTestFinished(() => void server.close());
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { exitCode, err } = await run(
      'status',
      '--url',
      `127.0.0.1:${(server.address() as AddressInfo).port}`,
    );
    expect(exitCode).toBe(1);
    expect(err).toContain('does not speak HTTP/1.1, so it is not listing-bridge');
    expect(err).toMatch(/\[not_http\]$/);
  });

  test('regression: a reload that nobody answers says what it could not read; of no file, `send` only says that', async () => {
    const reload = await run('reload');
    expect(reload.exitCode).toBe(1);
    expect(reload.err).toMatch(/it does not exist\nGoing on with the default server, /);
    const send = await run('send', 'bot');
    expect(send.exitCode).toBe(1);
    expect(send.err).toContain('the file cannot be read: it does not exist');
    expect(send.err).not.toContain('Going on');
  });

  test('regression: a bridge that is asked over TLS', async () => {
    const url = await served(answering(200, ''));
    const { exitCode, err } = await run('status', '--url', url.replace('http:', 'https:'));
    expect(exitCode).toBe(1);
    expect(err).toContain('write http:// in --url. [');
    expect(err).not.toContain('.c:');
  });

  test('regression: the token is given to nobody but the bridge, and a password in --url is not repeated', async () => {
    write(`${SOUND}server: { token: "${'t0k3n'.repeat(8)}" }\n`);
    const given: (string | undefined)[] = [];
    const url = await served((request, response) => {
      given.push(request.headers.authorization);
      response.writeHead(401, { 'www-authenticate': 'Basic realm="nginx"' }).end('<h1>401</h1>');
    });
    const { exitCode, err } = await run('status', '--url', url);
    expect({ exitCode, given }).toEqual({ exitCode: 1, given: [undefined] });
    expect(err).toContain('another program listens there');
    write('');
    const again = await run('status', '--url', url.replace('//', '//me:s3cret@'));
    expect(again.err).not.toContain('s3cret');
    expect(again.err).toContain(`Going on with ${url}.`);
  });

  test.each(['ftp://127.0.0.1', 'http://', 'http://127.0.0.1:99999'])(
    'regression: no address: %s',
    async (url) => {
      const { exitCode, err } = await run('status', '--url', url);
      expect(exitCode).toBe(2);
      expect(err).toContain(`--url ${url} is not an address: give it as http://127.0.0.1:8787`);
    },
  );

  test('regression: what never answers', async () => {
    write(SOUND);
    const url = await served(() => undefined);
    // The five seconds are over at once.
    const clock: Clock = Object.assign(Object.create(systemClock), {
      after: (_delayMs: number, callback: () => void) => systemClock.after(0, callback),
    });
    const { exitCode, err } = await runCommandLine(['status', '--url', url, '-c', configFile()], { clock });
    expect(exitCode).toBe(1);
    expect(err).toContain('gave no complete answer within 5s');
  });

  test.each([
    ['nothing listens', 'http://127.0.0.1:1', 'start the bridge with `listing-bridge run`'],
    ['a port that browsers refuse', '127.0.0.1:6666', 'Nothing listens at http://127.0.0.1:6666'],
    ['no such host', 'http://no-such-host.invalid:8787', 'cannot be resolved'],
  ])('%s', async (_, url, sentence) => {
    write(SOUND);
    expect(await run('status', '--url', url)).toMatchObject({
      exitCode: 1,
      err: expect.stringContaining(sentence),
    });
  });

  test('an address that is none is wrong usage', async () => {
    write(SOUND);
    expect(await run('status', '--url', 'http://')).toMatchObject({ exitCode: 2 });
  });

  test('an answer of another version is shown as far as it goes', async () => {
    write(SOUND);
    const feeds = [{ name: 'tokyo', healthy: true }, null];
    const url = await served(
      answering(200, JSON.stringify({ ...STATUS, feeds, destinations: [{ name: 'bot' }] })),
    );
    const { exitCode, out } = await run('status', '--url', url);
    expect(exitCode).toBe(0);
    expect(out).toContain('listing-bridge 1.2.3');
    expect(out).toMatch(/^bot +\?/m);
  });

  test('status says below the first problem of a kind what to do about it', async () => {
    write(SOUND);
    const suspended = (subject: string): Sighting => ({
      ...{ code: 'destination_suspended', subject, detail: 'It is gone. [gone]', sinceMs: 0 },
    });
    const stored: Sighting = { code: 'store_broken', subject: '', detail: 'disk full', sinceMs: 0 };
    const base = { startedMs: 0, nowMs: 0, waiting: new Map(), feeds: [], destinations: [] };
    const conditions = [suspended('a'), suspended('b'), stored];
    const url = await served(answering(200, JSON.stringify(statusOf({ ...NO_STATUS, ...base, conditions }))));
    const { exitCode, out } = await run('status', '--url', url);
    expect(exitCode).toBe(1);
    expect(out.split('\n').slice(1, 6)).toEqual([
      '  ! the store cannot be written: disk full',
      `    ${conditionOf('store_broken').advice}`,
      '  ! destination a is suspended. It is gone. [gone]',
      `    ${conditionOf('destination_suspended').advice}`,
      '  ! destination b is suspended. It is gone. [gone]',
    ]);
  });

  test('regression: status with a broken config goes on with its server', async () => {
    const url = await served(answering(200, JSON.stringify(STATUS)));
    const { port } = new URL(url);
    write(`${SOUND.replace('rules:', 'ruls:')}server: { port: ${port}, tokn: x }\n`);
    const { exitCode, out, err } = await run('status');
    expect(out).toContain('listing-bridge 1.2.3');
    expect(exitCode).toBe(0);
    expect(err).toContain(`Going on with its server, 127.0.0.1:${port}.`);
    write(`}{\nserver: { port: ${port} }`);
    expect((await run('status', '--url', url)).exitCode).toBe(0);
    rmSync(configFile());
    expect(await run('status', '--url', url)).toMatchObject({ exitCode: 0, err: '' });
  });
});

describe('tokens', () => {
  const guarded =
    (token: string, seen: (string | undefined)[]): RequestListener =>
    ({ headers: { authorization } }, response) => {
      seen.push(authorization);
      if (authorization === `Bearer ${token}`) response.end(JSON.stringify(STATUS));
      else response.writeHead(401, { 'www-authenticate': 'Bearer' }).end('no\n');
    };

  test('a token goes only to what asks for it', async () => {
    write(`${SOUND}server: { token: this-is-a-long-token }\n`);
    const seen: (string | undefined)[] = [];
    const open = await served((request, response) => {
      seen.push(request.headers.authorization);
      response.end(JSON.stringify(STATUS));
    });
    expect((await run('status', '--url', open)).exitCode).toBe(0);
    const url = await served(guarded('this-is-a-long-token', seen));
    expect((await run('status', '--url', url)).exitCode).toBe(0);
    expect(seen).toEqual([undefined, undefined, 'Bearer this-is-a-long-token']);
  });

  test('a missing and a wrong one have advice', async () => {
    const url = await served(guarded('another-token-of-another-day', []));
    write(SOUND);
    expect((await run('status', '--url', url)).err).toContain('set `server.token` in the config');
    write(`${SOUND}server: { token: this-is-a-long-token }\n`);
    expect((await run('status', '--url', url)).err).toContain('does not accept the token in the config');
  });

  test('an answer that repeats the token does not show it', async () => {
    write(`${SOUND}server: { token: this-is-a-long-token }\n`);
    const url = await served(({ headers: { authorization } }, response) =>
      authorization === undefined
        ? response.writeHead(401).end()
        : response.writeHead(500).end(`bad ${authorization}`),
    );
    const { err } = await run('status', '--url', url);
    expect(err).toContain('<redacted>');
    expect(err).not.toContain('long-token');
  });
});

describe('reload', () => {
  test.each([
    [
      200,
      { ok: true, changes: ['rules: changed'], needsRestart: ['log'] },
      0,
      'Reloaded:\n  rules: changed\nChanged, but in force only after a restart: log',
    ],
    [200, { ok: true, changes: [], needsRestart: [] }, 0, 'Reloaded; nothing has changed.'],
  ])('%i %j', async (status, body, exitCode, out) => {
    write(SOUND);
    const url = await served(answering(status, JSON.stringify(body)));
    expect(await run('reload', '--url', url)).toEqual({ exitCode, out, err: '' });
  });

  test('a refused file is exit code 1, with what is wrong', async () => {
    write(SOUND);
    const url = await served(
      answering(422, JSON.stringify({ ok: false, problems: ['config.yaml:3:1: bad'] })),
    );
    const { exitCode, err } = await run('reload', '--url', url);
    expect(exitCode).toBe(1);
    expect(err).toContain(
      'config.yaml:3:1: bad\nNot reloaded: the new config was rejected; the previous one stays in force.',
    );
  });

  test('a bridge without a token says what to do', async () => {
    write(SOUND);
    const url = await served(answering(403, 'disabled: set server.token in the config to enable it\n'));
    expect((await run('reload', '--url', url)).err).toContain('send its process SIGHUP');
  });
});
