/** One PostgreSQL for all tests of a run: the first that needs it starts it. Each test has a database of its own in it. */
import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { isMainThread } from 'node:worker_threads';
import pg from 'pg';
import { PostgresServer, type UrlParts } from './server.ts';
import { postgresFolder } from './unprivileged.ts';

const WHERE = 'postgres.json';

/** Vitest runs tests in processes of its own; those end before the run does. */
const runPid = (): number => (isMainThread ? process.ppid : process.pid);

let started: Promise<PostgresServer> | undefined;

/** It ends with the run. */
export function sharedServer(): Promise<PostgresServer> {
  started ??= start();
  return started;
}

async function start(): Promise<PostgresServer> {
  const file = join(tmpdir(), WHERE);
  const script = join(import.meta.dirname, 'start.ts');
  await promisify(execFile)('flock', [`${file}.lock`, process.execPath, script, file, `${runPid()}`]);
  return serverIn(file);
}

function serverIn(file: string): PostgresServer {
  const { folder, port } = JSON.parse(readFileSync(file, 'utf8')) as { folder: string; port: number };
  return new PostgresServer(folder, port, postgresFolder() ?? '');
}

/** After the last test of a run. */
export async function endSharedServer(): Promise<void> {
  const file = join(tmpdir(), WHERE);
  if (existsSync(file)) await serverIn(file)[Symbol.asyncDispose]();
}

/** An empty database, for one test. */
export class TestDatabase implements AsyncDisposable {
  readonly server: PostgresServer;
  readonly name: string;

  #client: Promise<pg.Client> | undefined;

  private constructor(server: PostgresServer, name: string) {
    this.server = server;
    this.name = name;
  }

  static #count = 0;

  /** `on`: absent, the server of the run. */
  static async create(options = '', on?: PostgresServer): Promise<TestDatabase> {
    const server = on ?? (await sharedServer());
    const name = `test_${process.pid}_${++TestDatabase.#count}`;
    await server.query('postgres', `CREATE DATABASE ${name} ${options}`);
    return new TestDatabase(server, name);
  }

  url(parts?: UrlParts): string {
    return this.server.url(this.name, parts);
  }

  /** By the superuser. */
  async query<Row extends pg.QueryResultRow>(sql: string): Promise<readonly Row[]> {
    this.#client ??= this.#connect();
    return (await (await this.#client).query<Row>(sql)).rows;
  }

  async #connect(): Promise<pg.Client> {
    const client = new pg.Client(this.url());
    await client.connect();
    return client;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await (await this.#client)?.end();
    await this.server.query('postgres', `DROP DATABASE IF EXISTS ${this.name} WITH (FORCE)`);
  }
}
