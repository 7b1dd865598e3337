/** Definition of an alert condition. */
import type { AlertsOptions } from './options.ts';

export interface Condition {
  readonly severity: 'critical' | 'warning';
  /** Kind of its subject. A feed or destination that has left the config is not reported any more. */
  readonly about: 'feed' | 'destination' | 'bridge';
  /** It keeps messages from its destination, so it is reported through the others. */
  readonly throughOthers?: true;
  /** Shorter than this, in ms, it is not reported. */
  readonly forMs: (options: AlertsOptions) => number;
  /** Absent for this long, in ms, it is over. Conditions seen in events have their time in `from-events.ts`. */
  readonly goneMs: (options: AlertsOptions) => number;
  readonly starts: (subject: string) => string;
  readonly ends: (subject: string) => string;
  /** It consists of single events, and ends only by their absence. After the first, it is reported again only when more have come. */
  readonly counted?: true;
  /** What to do, for the person who gets the message. */
  readonly advice: string;
}

/** In ms: reported as soon as it is seen, or over as soon as it is not. */
export const AT_ONCE = () => 0;
