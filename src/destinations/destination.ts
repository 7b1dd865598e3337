/**
 * The contract of a destination type: its options, how it turns an announcement into a message
 * (pure, prepared at load), and how it sends one. A type is one folder, and its lines in `index.ts` and
 * `config/schema.ts`; `test/destinations` then holds it to everything that is promised of all of them.
 */
import type { z } from 'zod';
import type { Alert } from '../alert.ts';
import type { Announcement } from '../announcement.ts';
import type { DestinationBudgets } from '../delivery/budget-book.ts';
import type { AttemptResult } from '../delivery/outcome.ts';
import type { HttpPools } from '../http/pool-registry.ts';
import type { Clock } from '../platform/clock.ts';
import type { Redactor } from '../platform/secret.ts';
import type { CommonOptions } from './common-options.ts';

/** What a message is made of. */
export interface RenderInput {
  readonly announcement: Announcement;
  readonly rule: string;
  /** Set for `forEach: ticker`. */
  readonly ticker: string | undefined;
}

/** What the bridge says about itself. */
export interface AlertInput {
  /** Of the announcement that carries it. */
  readonly id: string;
  readonly alert: Alert;
}

/** Prepared at load; pure. Throws only on a template's run-time fault (the caller falls back or buries). */
export type Render<Message> = (input: RenderInput) => Message;

/** What a user wrote under `templates:`. */
export interface TemplateOptions {
  /** Liquid text, for chats and plain-text webhooks. */
  readonly text?: string | undefined;
  /** A tree of JSON whose leaves are Liquid, or Liquid text; for webhooks. */
  readonly body?: unknown;
}

/** A place in a template's text, both counted from 1. */
export interface TemplatePlace {
  readonly line: number;
  readonly column: number;
}

/** A template that cannot be used: `path` leads from the template (or `body`) to the text, `place` to the fault in it. */
export class TemplateProblem extends Error {
  /** The message without the place. */
  readonly reason: string;
  readonly path: readonly (string | number)[];
  readonly place: TemplatePlace | undefined;

  constructor(reason: string, path: readonly (string | number)[] = [], place?: TemplatePlace) {
    super(place === undefined ? reason : `line ${place.line}, column ${place.column}: ${reason}`);
    this.reason = reason;
    this.path = path;
    this.place = place;
  }
}

/** The request that a message becomes, for people (`explain`). Secrets are already `<redacted>`. */
export interface RequestPreview {
  readonly method: string;
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: unknown;
}

export interface SendContext {
  /** The same on every attempt of one delivery. */
  readonly deliveryId: string;
  /** 1 for the first. */
  readonly attempt: number;
  /** The platform refused the rich form: send the plain minimal one. */
  readonly plain: boolean;
  /** From the command line, not from a feed: marked as such where the far end can see it. */
  readonly sample?: true;
  /** Monotonic ms; `undefined` = never. Nothing is written from then on, whatever the signal says. */
  readonly expiresAtMs: number | undefined;
  /** Aborted when the attempt's time is up or the bridge stops; the sender must then settle at once. */
  readonly signal: AbortSignal;
  /** To be called in the tick in which the bytes go to the socket, before they do. Never throws. */
  readonly leaving: () => void;
}

/** A live destination. `send` never throws for anything that the far end or the network can do. */
export interface Destination<Message> {
  /** So many messages can be under way now; what comes beyond would wait in the order in which it came. Absent: as many as the config says. */
  readonly atOnce?: number;
  send(message: Message, context: SendContext): Promise<AttemptResult>;
  /** Closes its connections; in-flight sends have ended or been aborted. */
  close(): Promise<void>;
}

/** What a destination connects through. */
export type Pools = Pick<HttpPools, 'join'>;

export interface DestinationDeps {
  readonly name: string;
  readonly clock: Clock;
  readonly redact: Redactor;
  /** For `user-agent`. */
  readonly version: string;
  /** Shared by all destinations. */
  readonly pools: Pools;
  /** What was learnt outlives a restart there; absent: it is forgotten. */
  readonly memory?: DestinationMemory;
  /** Something that a person should change in the config; in one sentence, without secrets. */
  readonly advise?: (destination: string, advice: string) => void;
}

/** What a destination has learnt about its far end, by a key without secrets. */
export interface DestinationMemory {
  recall(key: string): string | undefined;
  keep(key: string, value: string): void;
}

export interface DestinationType<Options extends CommonOptions, Message> {
  readonly schema: z.ZodType<Options>;
  /** The platform's limits; the user's `rateLimit` takes the place of those that are the destination's own. */
  budgets(options: Options): DestinationBudgets;
  /** Compiles the default form or a template. Throws `TemplateProblem`. */
  compile(options: Options, template: TemplateOptions | undefined): Render<Message>;
  /** An alert in the type's own form: no template and no `body` of the user ever meets one, for it is no order. Pure. */
  renderAlert(options: Options, input: AlertInput): Message;
  /** What would be sent, for `explain`. */
  preview(options: Options, message: Message): RequestPreview;
  /** Loads the platform's library and opens the sender. Does no I/O that can fail for a network reason. */
  open(options: Options, deps: DestinationDeps): Promise<Destination<Message>>;
}
