/** A real PgBouncer in front of a server, on loopback. https://www.pgbouncer.org/config.html */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { freePort, refusingOrigin } from '../refusing-origin.ts';
import { type PostgresServer, SUPERUSER } from './server.ts';
import { asNobody, handOver } from './unprivileged.ts';

const PROGRAM = '/usr/sbin/pgbouncer';

export const hasBouncer = (): boolean => existsSync(PROGRAM);

export class Bouncer implements AsyncDisposable {
  readonly port: number;
  readonly #child: ChildProcess;
  readonly #folder: string;

  private constructor(port: number, child: ChildProcess, folder: string) {
    this.port = port;
    this.#child = child;
    this.#folder = folder;
  }

  static async start(
    server: PostgresServer,
    mode: 'session' | 'transaction' | 'statement',
    settings: Readonly<Record<string, string>> = {},
  ): Promise<Bouncer> {
    const folder = mkdtempSync(join(tmpdir(), 'pgb-'));
    const port = await freePort(await refusingOrigin());
    const all = {
      listen_addr: '127.0.0.1',
      listen_port: `${port}`,
      unix_socket_dir: '',
      auth_type: 'any',
      pool_mode: mode,
      ...settings,
    };
    const lines = Object.entries(all).map(([name, value]) => `${name} = ${value}`);
    const file = join(folder, 'pgbouncer.ini');
    const target = `* = host=127.0.0.1 port=${server.port} user=${SUPERUSER}`;
    writeFileSync(file, ['[databases]', target, '[pgbouncer]', ...lines, ''].join('\n'));
    handOver(folder);
    handOver(file);
    const child = spawn(PROGRAM, [file], { stdio: ['ignore', 'ignore', 'pipe'], ...asNobody() });
    const bouncer = new Bouncer(port, child, folder);
    const log: string[] = [];
    await new Promise<void>((resolve, reject) => {
      if (child.stderr !== null)
        createInterface({ input: child.stderr }).on('line', (line) => {
          log.push(line);
          if (line.includes('process up')) resolve();
        });
      child.on('close', () => reject(new Error(`PgBouncer does not start: ${log.join('\n')}`)));
    });
    return bouncer;
  }

  url(database: string, parameters = ''): string {
    return `postgres://${SUPERUSER}@127.0.0.1:${this.port}/${database}${parameters}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const ended = new Promise((resolve) => this.#child.once('close', resolve));
    this.#child.kill('SIGKILL');
    await ended;
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
