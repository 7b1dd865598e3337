/** The events of the process as a whole, which the rooms above this one publish: daemon, config, rehearsal, alerts. */

/** Of new rules on news that is known. */
export interface RoutingEffect {
  /** How many were looked at. */
  readonly announcements: number;
  readonly elsewhere: number;
  /** `upbit spot_listing ABC: bot → bot, team`, the newest first. */
  readonly examples: readonly string[];
}

interface MuteFacts {
  readonly mute: number;
  /** `ticker ABC`. */
  readonly muted: string;
  readonly reason: string | undefined;
  readonly leftMs: number;
}

export type ProcessEvent =
  | {
      readonly kind: 'bridge.started';
      readonly version: string;
      /** The config file. */
      readonly config: string;
      readonly feeds: readonly string[];
      readonly destinations: readonly string[];
      /** How many. */
      readonly rules: number;
      /** Path of the database. */
      readonly store: string;
      readonly url: string | undefined;
    }
  /** The last event of all: what listeners have kept back has to go now. */
  | { readonly kind: 'bridge.ended' }
  | {
      readonly kind: 'config.reloaded';
      readonly changes: readonly string[];
      readonly needsRestart: readonly string[];
    }
  /** After `config.reloaded`, when the store has been asked. */
  | ({ readonly kind: 'config.effect' } & RoutingEffect)
  /** The new file is bad, or could not be applied: the old one keeps running. */
  | { readonly kind: 'config.rejected'; readonly problems: readonly string[] }
  /** The wall clock was set back since the store was last written to. */
  | { readonly kind: 'clock.behind'; readonly behindMs: number }
  /** Announcements are still sent, but the first after a silence takes some milliseconds longer. */
  | { readonly kind: 'rehearsal.failed'; readonly message: string }
  /** `tookMs`: to fetch and read it. */
  | {
      readonly kind: 'table.refreshed';
      readonly table: string;
      readonly rows: number;
      readonly tookMs: number;
    }
  /** Rows of it are not what they seem: once for the same remarks. */
  | { readonly kind: 'table.odd'; readonly table: string; readonly remarks: readonly string[] }
  /** It goes on with the rows that it has; `undefined`: it has none. */
  | {
      readonly kind: 'table.failed';
      readonly table: string;
      readonly fault: string;
      readonly rows: number | undefined;
    }
  /** Nothing of it is sent until then: since a moment ago, or since an earlier life. */
  | ({ readonly kind: 'mute.started' | 'mute.extended' } & MuteFacts)
  /** It is sent again: because somebody wants it, or because the time is over. */
  | ({ readonly kind: 'mute.lifted' | 'mute.ended' } & Omit<MuteFacts, 'leftMs'>)
  /** A wrong token: the first of an address in a minute, and the one after which no more are tried. */
  | {
      readonly kind: 'login.failed';
      /** Of the socket; behind a proxy the proxy's. */
      readonly address: string;
      /** Within the last minute. */
      readonly tries: number;
      readonly isBlocked: boolean;
    }
  /** Something is wrong with the bridge itself, still is, or is no more. */
  | {
      readonly kind: 'alert.started' | 'alert.lasts' | 'alert.ended';
      readonly code: string;
      /** Name of the feed or destination; empty for the bridge itself. */
      readonly subject: string;
      readonly severity: 'critical' | 'warning';
      readonly says: string;
      readonly detail: string;
      readonly durationMs: number;
      /** Destinations that get the alert. */
      readonly to: readonly string[];
    };
