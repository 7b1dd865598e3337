/** The result of a reload, as `POST /-/reload` answers it. */
import type { RoutingEffect } from '../events/process-event.ts';

export type Reloaded =
  | {
      readonly ok: true;
      readonly changes: readonly string[];
      readonly needsRestart: readonly string[];
      /** Absent: the rules are as they were, nothing is in the store, or it did not answer in time. */
      readonly effect?: RoutingEffect | undefined;
    }
  | { readonly ok: false; readonly problems: readonly string[] };
