/**
 * A real PostgreSQL of our own on loopback: made, stopped, killed and held by the test. It ends with the process that
 * made it, however that ends.
 */
import { execFile, spawn, spawnSync } from 'node:child_process';
import {
  appendFileSync,
  chmodSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { promisify } from 'node:util';
import pg from 'pg';
import { generate } from 'selfsigned';
import { freePort, refusingOrigin } from '../refusing-origin.ts';
import { asNobody, handOver, postgresFolder } from './unprivileged.ts';

const run = promisify(execFile);

export const SUPERUSER = 'boss';

const SETTINGS: Readonly<Record<string, string>> = {
  listen_addresses: '127.0.0.1',
  // Of no test but those that pull the plug, which the page cache survives.
  fsync: 'off',
  shared_buffers: '32MB',
  max_connections: '200',
  max_wal_senders: '4',
  autovacuum_naptime: '600s',
  ssl: 'on',
  ssl_cert_file: 'server.crt',
  ssl_key_file: 'server.key',
  lc_messages: 'C',
};

/** Everybody is trusted but those whose name says how they have to come. */
const RIGHTS = `local all all trust
hostnossl all needs_tls 127.0.0.1/32 reject
host all with_password 127.0.0.1/32 scram-sha-256
host all all 127.0.0.1/32 trust
host replication all 127.0.0.1/32 trust
`;

export interface UrlParts {
  readonly user?: string;
  readonly password?: string;
  /** With a question mark. */
  readonly parameters?: string;
}

export class PostgresServer implements AsyncDisposable {
  readonly folder: string;
  readonly port: number;
  readonly #bin: string;

  constructor(folder: string, port: number, bin: string) {
    this.folder = folder;
    this.port = port;
    this.#bin = bin;
  }

  /** `settings`: over those that the tests have. `ownerPid`: it ends when that process is gone. */
  static async start(
    settings: Readonly<Record<string, string>> = {},
    ownerPid = process.pid,
  ): Promise<PostgresServer> {
    const server = await PostgresServer.#prepare(ownerPid);
    await server.#tool(
      'initdb',
      '-U',
      SUPERUSER,
      '-A',
      'trust',
      '-E',
      'UTF8',
      '--locale=C',
      '-N',
      '-D',
      server.data,
    );
    await server.#configure(settings);
    await server.up();
    return server;
  }

  /** A copy that follows this one and can only be read. */
  async replica(): Promise<PostgresServer> {
    const replica = await PostgresServer.#prepare(process.pid);
    await replica.#tool(
      'pg_basebackup',
      '-d',
      this.url('postgres'),
      '-D',
      replica.data,
      '-R',
      '-c',
      'fast',
      '-N',
    );
    appendFileSync(join(replica.data, 'postgresql.conf'), replica.#location());
    await replica.up();
    return replica;
  }

  static async #prepare(ownerPid: number): Promise<PostgresServer> {
    const bin = postgresFolder();
    if (bin === undefined) throw new Error('there is no PostgreSQL: apt-get install postgresql');
    // Short: the path of a socket has at most 107 bytes.
    const folder = mkdtempSync(join(tmpdir(), 'pg-'));
    handOver(folder);
    const server = new PostgresServer(folder, await freePort(await refusingOrigin()), bin);
    server.#endWith(ownerPid);
    return server;
  }

  get data(): string {
    return join(this.folder, 'data');
  }

  url(database: string, { user = SUPERUSER, password, parameters = '' }: UrlParts = {}): string {
    const secret = password === undefined ? '' : `:${encodeURIComponent(password)}`;
    return `postgres://${user}${secret}@127.0.0.1:${this.port}/${database}${parameters}`;
  }

  #location(): string {
    return `port = ${this.port}\nunix_socket_directories = '${this.folder}'\n`;
  }

  async #configure(settings: Readonly<Record<string, string>>): Promise<void> {
    const lines = Object.entries({ ...SETTINGS, ...settings }).map(
      ([name, value]) => `${name} = '${value}'\n`,
    );
    appendFileSync(join(this.data, 'postgresql.conf'), lines.join('') + this.#location());
    writeFileSync(join(this.data, 'pg_hba.conf'), RIGHTS);
    const { cert, private: key } = await generate([{ name: 'commonName', value: 'localhost' }], {
      extensions: [{ name: 'subjectAltName', altNames: [{ type: 2, value: 'localhost' }] }],
    });
    for (const [name, text] of [
      ['server.crt', cert],
      ['server.key', key],
    ] as const) {
      const path = join(this.data, name);
      writeFileSync(path, text);
      chmodSync(path, 0o600);
      handOver(path);
    }
  }

  #tool(name: string, ...args: readonly string[]): Promise<unknown> {
    return run(join(this.#bin, name), args, { cwd: this.folder, ...asNobody() } as object);
  }

  /** Runs in the background until it is done: only a process of its own outlives a test that is killed. */
  #endWith(ownerPid: number): void {
    const script = `while kill -0 ${ownerPid} && [ -d '${this.folder}' ]; do sleep 1; done 2>/dev/null
      kill -KILL $(head -n 1 '${this.data}/postmaster.pid') 2>/dev/null; rm -rf '${this.folder}'`;
    spawn('sh', ['-c', script], { detached: true, stdio: 'ignore', cwd: '/' }).unref();
  }

  /** Resolves when it answers. */
  async up(): Promise<void> {
    try {
      await this.#tool('pg_ctl', 'start', '-w', '-s', '-D', this.data, '-l', join(this.folder, 'log'));
    } catch (cause) {
      throw new Error(`PostgreSQL does not start: ${this.log.slice(-1000)}`, { cause });
    }
  }

  /** `fast`: connections are closed in good form. `immediate`: as if it had crashed. */
  async down(how: 'fast' | 'immediate' = 'fast'): Promise<void> {
    await this.#tool('pg_ctl', 'stop', '-w', '-s', '-m', how, '-D', this.data);
  }

  async restart(how: 'fast' | 'immediate' = 'fast'): Promise<void> {
    await this.down(how);
    await this.up();
  }

  /** All its processes: the first one, and those that serve. */
  #pids(): readonly number[] {
    const [pid = ''] = readFileSync(this.#pidFile, 'utf8').split('\n');
    const { stdout } = spawnSync('ps', ['-o', 'pid=', '--ppid', pid], { encoding: 'utf8' });
    return [pid, ...stdout.split(/\s+/)].filter((text) => text !== '').map(Number);
  }

  get #pidFile(): string {
    return join(this.data, 'postmaster.pid');
  }

  #signal(signal: NodeJS.Signals): readonly number[] {
    const pids = this.#pids();
    for (const pid of pids)
      try {
        process.kill(pid, signal);
      } catch {
        // It has ended meanwhile.
      }
    return pids;
  }

  /** kill -9 of all its processes; `up` starts it again. */
  async kill(): Promise<void> {
    const pids = this.#signal('SIGKILL');
    while (pids.some(isAlive)) await setImmediate();
    // Their number stays taken while they are zombies, and would keep the next one from starting.
    for (const file of [this.#pidFile, join(this.folder, `.s.PGSQL.${this.port}.lock`)])
      rmSync(file, { force: true });
  }

  /** It hangs: connections are accepted, and nothing is answered. */
  hold(): void {
    this.#signal('SIGSTOP');
  }

  release(): void {
    this.#signal('SIGCONT');
  }

  /** By the superuser, on a connection of its own. */
  async query<Row extends pg.QueryResultRow>(
    database: string,
    sql: string,
    values: readonly unknown[] = [],
  ): Promise<readonly Row[]> {
    const client = new pg.Client(this.url(database));
    // Of a server that dies between two statements: the next statement rejects.
    client.on('error', () => undefined);
    await client.connect();
    try {
      return (await client.query<Row>(sql, [...values])).rows;
    } finally {
      await client.end();
    }
  }

  get log(): string {
    return existsSync(join(this.folder, 'log')) ? readFileSync(join(this.folder, 'log'), 'utf8') : '';
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (existsSync(this.#pidFile)) await this.kill();
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** A process that has ended stays a zombie where nobody collects it, as in a container without an init. */
function isAlive(pid: number): boolean {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}
