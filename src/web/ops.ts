/** The functions behind the routes: the bridge, as the HTTP side sees it. `daemon/operator.ts` has them. */
import type { Figures } from '../ops/destination-figures.ts';
import type { Injected } from '../ops/injected.ts';
import type { Metrics } from '../ops/metrics.ts';
import type { Reloaded } from '../ops/reloaded.ts';
import type { Status } from '../ops/status.ts';
import type { Clock } from '../platform/clock.ts';
import type { Redactor } from '../platform/secret.ts';

export interface Ops {
  /** For what is shown: the receiver's words in it may quote a secret. */
  readonly redact: Redactor;
  readonly clock: Clock;
  status(): Status;
  readonly metrics: Metrics;
  /** `undefined`: nothing of that destination has ended since the start. */
  figures(destination: string): Figures | undefined;
  reload(): Promise<Reloaded>;
  inject(fields: Readonly<Record<string, unknown>>, real: boolean): Injected;
  /** A bug of ours, for the log. */
  failed(error: unknown): void;
  /** Lets others have their turn while an answer is written. */
  readonly breathe?: () => Promise<void>;
}
