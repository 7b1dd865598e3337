/**
 * The contract of a destination type: its options, how it turns an announcement into a message
 * (pure, prepared at load), and how it sends one. A type is one folder, and its lines in `index.ts` and
 * `config/schema.ts`; `test/destinations` then holds it to everything that is promised of all of them.
 */
import type { z } from 'zod';
import type { RaisedAlert } from '../alert.ts';
import type { DestinationBudgets } from '../delivery/budget-book.ts';
import type { Sender } from '../delivery/sender.ts';
import type { PoolRegistry } from '../http/pool-registry.ts';
import type { Clock } from '../platform/clock.ts';
import type { Redactor } from '../platform/secret.ts';
import type { TemplateOptions } from '../templates/template.ts';
import type { RenderInput } from '../templates/variables.ts';
import type { CommonOptions } from './common-options.ts';

/** What the bridge says about itself. */
export interface AlertInput {
  readonly alert: RaisedAlert;
}

/** Prepared at load; pure. Throws only on a template's run-time fault (the caller falls back or buries). */
export type Render<Message> = (input: RenderInput) => Message;

/** The request that a message becomes, for people (`explain`). Secrets are already `<redacted>`. */
export interface RequestPreview {
  readonly method: string;
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: unknown;
}

/** A live destination. */
export interface Destination<Message> extends Sender<Message> {
  /** Closes its connections; in-flight sends have ended or been aborted. */
  close(): Promise<void>;
}

/** What a destination connects through. */
export type Pools = Pick<PoolRegistry, 'join'>;

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
