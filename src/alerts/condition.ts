/** What there is to say of anything that can be wrong. */
import type { AlertsOptions } from './options.ts';

export interface Condition {
  readonly severity: 'critical' | 'warning';
  /** What its subject is: of a feed or destination that has left the config nothing more is said. */
  readonly about: 'feed' | 'destination' | 'bridge';
  /** It keeps messages from its destination, so it is told through the others. */
  readonly throughOthers?: true;
  /** Shorter than this, in ms, it is not worth a word. */
  readonly forMs: (options: AlertsOptions) => number;
  /** Away for this long, in ms, it is over. What is seen in events has its time there (`from-events.ts`). */
  readonly goneMs: (options: AlertsOptions) => number;
  readonly starts: (subject: string) => string;
  readonly ends: (subject: string) => string;
  /** It comes in single events, and nothing proves its end but that no more have come. After the first, only more than was told is news. */
  readonly counted?: true;
  /** What to do. */
  readonly advice: string;
}

/** In ms: it is news as soon as it is seen, or over as soon as it is not. */
export const AT_ONCE = () => 0;
