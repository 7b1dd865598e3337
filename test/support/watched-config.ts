/** The files of a running bridge, and the reloads that they lead to. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { LogLine, Program, Workplace } from './program.ts';

export class Watched {
  readonly folder: string;
  readonly #bridge: Program;
  #seen = 0;

  constructor(workplace: Workplace, bridge: Program) {
    this.folder = workplace.folder;
    this.#bridge = bridge;
  }

  path(name = 'config.yaml'): string {
    return join(this.folder, name);
  }

  write(text: string, name?: string): void {
    writeFileSync(this.path(name), text);
  }

  text(name?: string): string {
    return readFileSync(this.path(name), 'utf8');
  }

  /** Of the reloads that have not been asked for yet, the next; there must be one for each call, and no other. */
  async next(): Promise<LogLine> {
    const reloads = () =>
      this.#bridge.log.all.filter(({ msg }) => msg === 'config.reloaded' || msg === 'config.rejected');
    const number = ++this.#seen;
    await this.#bridge.log.waitFor(() => reloads().length >= number);
    expect(reloads()).toHaveLength(number);
    return reloads()[number - 1] ?? {};
  }
}
