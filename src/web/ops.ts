/** The functions behind the routes: the bridge, as the HTTP side sees it. `daemon/operator.ts` has them. */
import type { Announcement } from '../announcement.ts';
import type { ShownCooldown } from '../cooldown/shown.ts';
import type { BudgetState } from '../delivery/budget-state.ts';
import type { Look } from '../destinations/look.ts';
import type { DryDelivery, DryRun, Most } from '../dry-run.ts';
import type { Listener } from '../events/bus.ts';
import type { ShownMute } from '../mutes/shown.ts';
import type { Lasting } from '../mutes/span.ts';
import type { Figures } from '../ops/destination-figures.ts';
import type { Injected } from '../ops/injected.ts';
import type { ReloadSeen } from '../ops/last-reload.ts';
import type { Metrics } from '../ops/metrics.ts';
import type { Reloaded } from '../ops/reloaded.ts';
import type { DestinationReport, Status } from '../ops/status.ts';
import type { Deliveries, StoreAnswer, StoredDecision } from '../outbox/deliveries.ts';
import type { ConfiguredNames } from '../outbox/unknown-words.ts';
import type { Clock } from '../platform/clock.ts';
import type { Redactor } from '../platform/secret.ts';
import type { RuleOptions } from '../routing/options.ts';
import type { TableState } from '../tables/table-state.ts';
import type { Now, OrWhy, Then } from '../then-and-now.ts';
import type { FailedLogin } from './guard/login-limit.ts';

/** A made-up announcement and what it would lead to. */
export interface Tried extends DryRun {
  readonly announcement: Announcement;
}

/** A stored announcement: what the rules said when it was read, and what they say now. */
export interface InspectedDecision extends Pick<StoredDecision, 'content' | 'deliveries'> {
  readonly before: OrWhy<Then>;
  readonly now: OrWhy<Now>;
}

/** A rule of the config in force, in its order. */
export interface InspectedRule {
  readonly name: string;
  readonly match: RuleOptions['match'];
  readonly sends: readonly string[];
  /** Announcements that it matched since the start. */
  readonly hits: number;
  /** Since the last of them, in ms. */
  readonly lastHitMs: number | undefined;
}

/** A destination of the config in force, with everything that is known of it now. */
export interface InspectedDestination {
  readonly report: DestinationReport;
  /** Its own, then those that it shares with others. */
  readonly budgets: readonly BudgetState[];
  /** Until something of its queue can go: 0 = now; Infinity: when a request under way has ended; `undefined`: nothing waits in memory. */
  readonly nextTryMs: number | undefined;
  /** Its entry in the config, with defaults: `Secret`s print as `<redacted>`. */
  readonly options: Readonly<Record<string, unknown>>;
  /** Those that send to it, in their order. */
  readonly rules: readonly InspectedRule[];
  /** `alerts.send` names it. */
  readonly getsAlerts: boolean;
  /** In force, of this destination. */
  readonly mutes: readonly ShownMute[];
}

export interface Inspector {
  /** `fields` as `inject` takes them; `undefined`: they make no announcement. `most`: absent: all. */
  dryRun(fields: Readonly<Record<string, unknown>>, most?: Most): Promise<Tried | undefined>;
  /** By the id of an announcement, or of one of its deliveries; `undefined`: nothing has that id. */
  decision(id: string): Promise<StoreAnswer<InspectedDecision | undefined>>;
  /** One page of stored deliveries, newest first. */
  readonly page: Deliveries['list'];
  /** A delivery, or all of an announcement; none: nothing has that id. */
  readonly find: Deliveries['find'];
  /** One page of stored announcements, newest first. */
  readonly announcements: Deliveries['announcements'];
  /** Latency and reliability of a period. */
  readonly stats: Deliveries['stats'];
  /** In force, as it was understood: `Secret`s print as `<redacted>`. The same object until another one is in force. */
  config(): { readonly file: string; readonly config: Readonly<Record<string, unknown>> };
  /** The message of a dry run as people would see it; `undefined`: it is for programs. */
  look(delivery: DryDelivery): Look | undefined;
  /** `most`: of more, those that matched most, in their order; absent: all. */
  rules(most?: number): readonly InspectedRule[] | Promise<readonly InspectedRule[]>;
  /** Of the config in force. */
  names(): ConfiguredNames;
}

/** `code`: a word of `Unchanged`; `problem`: the same for people. */
export type OneChange =
  | { readonly ok: true; readonly mayHaveArrived: boolean }
  | { readonly ok: false; readonly problem: string; readonly code: string };

export interface Changer {
  /** Queued again. `isLate`: also past its `maxAge`. */
  retry(id: string, isLate: boolean): Promise<StoreAnswer<OneChange>>;
  /** Not sent any more. */
  discard(id: string): Promise<StoreAnswer<OneChange>>;
}

/** The part of this node in its cluster, as a person may change it. None rejects. */
export interface ClusterOps {
  /** Its name. */
  readonly node: string;
  /** Resolves when nothing is left with it, or after a while. */
  drain(): Promise<void>;
  undrain(): Promise<void>;
  leave(): Promise<void>;
}

export interface Ops extends Inspector, Changer {
  /** For what is shown: the receiver's words in it may quote a secret. */
  readonly redact: Redactor;
  readonly clock: Clock;
  status(): Status;
  /** The same, with turns for others; absent: it is small. */
  statusInTurns?(): Promise<Status>;
  tables(): readonly TableState[];
  /** The latest that are running, the newest first. */
  cooldowns(): readonly ShownCooldown[];
  readonly metrics: Metrics;
  /** `undefined`: nothing of that destination has ended since the start. */
  figures(destination: string): Figures | undefined;
  /** Its own budget, then those that it shares; none: there is no such destination. */
  budgets(destination: string): readonly BudgetState[];
  /** `undefined`: there is no such destination. */
  destination(name: string): InspectedDestination | undefined;
  reload(): Promise<Reloaded>;
  /** `undefined`: none since the start. */
  lastReload(): ReloadSeen | undefined;
  inject(fields: Readonly<Record<string, unknown>>, real: boolean): Injected;
  /** To everything that happens, behind the work that it speaks of; the result takes the listener off. */
  listen(listener: Listener): () => void;
  readonly mutes: MuteOps;
  /** Absent: this bridge is alone. */
  readonly cluster?: ClusterOps | undefined;
  /** A bug of ours, for the log. */
  failed(error: unknown): void;
  /** Somebody showed a wrong token, for the log. */
  loginFailed(login: FailedLogin): void;
  /** Lets others have their turn while an answer is written. */
  readonly breathe?: () => Promise<void>;
}

/** `daemon/mute-operator.ts` has them. */
export interface MuteOps {
  list(): Promise<
    | { readonly ok: true; readonly value: readonly ShownMute[] }
    | { readonly ok: false; readonly message: string }
  >;
  mute(
    request: Lasting & { readonly what: readonly string[]; readonly reason?: string | undefined },
  ): Promise<MuteResult>;
  /** By ids, or by what is muted. */
  lift(what: readonly string[]): Promise<MuteResult>;
}

export type MuteResult =
  | { readonly ok: true }
  | { readonly ok: false; readonly problem: string; readonly code: string };
