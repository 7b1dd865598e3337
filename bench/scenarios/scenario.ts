/** One question to the meter, and its answer as rows. */
import type { Meter } from '../meter/meter.ts';
import type { Findings } from '../results.ts';

export interface Scenario {
  /** For `--only`. */
  readonly name: string;
  /** `short`: only to see that everything works; the figures say little. `part`: of what is asked only what has this in its name, where a scenario asks much. */
  run(meter: Meter, short: boolean, part?: string): Promise<Findings>;
}
