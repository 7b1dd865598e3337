/** One question to the meter, and its answer as rows. */
import type { Meter } from '../meter/meter.ts';
import type { Findings } from '../results.ts';

export interface Scenario {
  /** For `--only`. */
  readonly name: string;
  /** `short`: only to see that everything works; the figures say little. */
  run(meter: Meter, short: boolean): Promise<Findings>;
}
