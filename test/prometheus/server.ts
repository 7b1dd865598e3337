/** A real Prometheus on a port of its own, with a config; gone at the end. */
import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { Arrivals } from '../../src/simulator/arrivals.ts';

export interface Rule {
  readonly name: string;
  readonly health: string;
  readonly lastError?: string;
}

export interface Alert {
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly state: 'pending' | 'firing';
}

export class Prometheus implements AsyncDisposable {
  readonly #child: ChildProcess;
  readonly #ended: Promise<unknown>;
  readonly #log = new Arrivals<string>('line of Prometheus');

  constructor(configFile: string, folder: string) {
    const args = [
      `--config.file=${configFile}`,
      `--storage.tsdb.path=${folder}`,
      '--web.listen-address=127.0.0.1:0',
    ];
    this.#child = spawn('prometheus', args, { stdio: ['ignore', 'ignore', 'pipe'] });
    this.#ended = new Promise((resolve) => this.#child.on('close', resolve).on('error', resolve));
    if (this.#child.stderr !== null)
      createInterface({ input: this.#child.stderr }).on('line', (line) => this.#log.add(line));
  }

  async #ask<Data>(path: string): Promise<Data> {
    const line = await this.#log.waitFor((candidate) => candidate.includes('"Listening on"'));
    const response = await fetch(`http://${/address=(\S+)/.exec(line)?.[1]}/api/v1/${path}`);
    const { status, error, data } = (await response.json()) as {
      readonly status: string;
      readonly error?: string;
      readonly data: Data;
    };
    if (status !== 'success') throw new Error(`${path}: ${error}`);
    return data;
  }

  async targets(): Promise<readonly { readonly health: string; readonly lastError: string }[]> {
    return (await this.#ask<{ activeTargets: { health: string; lastError: string }[] }>('targets'))
      .activeTargets;
  }

  async rules(): Promise<readonly Rule[]> {
    const { groups } = await this.#ask<{ groups: { rules: Rule[] }[] }>('rules');
    return groups.flatMap(({ rules }) => rules);
  }

  async firing(): Promise<readonly Alert[]> {
    return (await this.#ask<{ alerts: Alert[] }>('alerts')).alerts.filter(({ state }) => state === 'firing');
  }

  /** The values of its series now, as text: also `NaN`. */
  async query(expr: string): Promise<readonly string[]> {
    const { result } = await this.#ask<{ result: { value: [number, string] }[] }>(
      `query?${new URLSearchParams({ query: expr })}`,
    );
    return result.map(({ value: [, text] }) => text);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.#ended;
  }
}
