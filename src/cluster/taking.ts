/** The partitions that are held and of which it is not known yet what the holder before has left: one take-over after the other. */
import type { Findings } from './findings.ts';
import type { Holdings } from './holdings.ts';
import { SharedError } from './shared.ts';
import type { Takeover } from './takeover.ts';

export interface TakingDeps {
  readonly findings: Pick<Findings, 'read'>;
  readonly takeover: Pick<Takeover, 'take'>;
  readonly holdings: Pick<Holdings, 'holds'>;
}

export class Taking {
  readonly #deps: TakingDeps;
  readonly #toTake = new Set<number>();
  #isTaking = false;

  constructor(deps: TakingDeps) {
    this.#deps = deps;
  }

  add(partitions: Iterable<number>): void {
    for (const partition of partitions) this.#toTake.add(partition);
    void this.look();
  }

  remove(partitions: Iterable<number>): void {
    for (const partition of partitions) this.#toTake.delete(partition);
  }

  /** Never rejects but for bugs. */
  async look(): Promise<void> {
    if (this.#isTaking || this.#toTake.size === 0) return;
    const { findings, takeover, holdings } = this.#deps;
    this.#isTaking = true;
    const partitions = [...this.#toTake];
    this.#toTake.clear();
    try {
      await findings.read();
      await takeover.take(partitions);
    } catch (error) {
      if (!(error instanceof SharedError)) throw error;
      // The next view, a second later, tries again.
      for (const partition of partitions) if (holdings.holds(partition)) this.#toTake.add(partition);
      return;
    } finally {
      this.#isTaking = false;
    }
    void this.look();
  }
}
