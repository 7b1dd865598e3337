/**
 * The contract of a destination type: its options, what it is (declared, so that nobody asks for its name), how it
 * turns each kind of content into a message (pure, prepared at load), and how it sends one. A type is one folder and
 * its line in `index.ts` and `patterns.ts`; `test/destinations` then holds it to everything that is promised of all of them.
 */
import type { z } from 'zod';
import type { DestinationBudgets } from '../delivery/budget-book.ts';
import type { AlertContent, Content } from '../delivery/content.ts';
import type { Sender } from '../delivery/sender.ts';
import type { PoolRegistry } from '../http/pool-registry.ts';
import type { Clock } from '../platform/clock.ts';
import type { Redactor } from '../platform/secret.ts';
import type { Remark } from '../remark.ts';
import type { Manner } from '../routing/options.ts';
import type { TemplateOptions } from '../templates/template.ts';
import type { RenderInput } from '../templates/variables.ts';
import type { DestinationOptions } from './common-options.ts';
import type { InquireDeps } from './inquire.ts';
import type { Look } from './look.ts';
import type { OwnFormService } from './own-form.ts';
import type { TypePatterns } from './type-patterns.ts';

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

/** The connections of a destination. */
export type Pools = Pick<PoolRegistry, 'join'>;

export interface DestinationDeps {
  readonly name: string;
  readonly clock: Clock;
  readonly redact: Redactor;
  /** For `user-agent`. */
  readonly version: string;
  /** Shared by all destinations. */
  readonly pools: Pools;
  /** A store for learned values that outlives a restart; absent: they are forgotten. */
  readonly memory?: DestinationMemory;
  /** Something that a person should change in the config; in one sentence, without secrets. */
  readonly advise?: (destination: string, advice: string) => void;
}

/** The values that a destination has learned about its platform, by a key without secrets. */
export interface DestinationMemory {
  recall(key: string): string | undefined;
  keep(key: string, value: string): void;
}

/** The input of a message of each kind of content; a kind without an entry does not compile. */
interface RenderInputs {
  readonly news: RenderInput;
  readonly alert: AlertContent;
}

/** For each kind of content, how its form is compiled; only news has a template of the user. Throws `TemplateProblem`. */
type Compile<Options, Message> = {
  readonly [Kind in Content['kind']]: (
    options: Options,
    template: Kind extends 'news' ? TemplateOptions | undefined : undefined,
  ) => (input: RenderInputs[Kind]) => Message;
};

export interface DestinationType<Options extends DestinationOptions, Message> {
  /** A strict object with `commonOptions` and a literal `type`; secrets in it are marked (`secret()`, `secretUrl()`). */
  readonly schema: z.ZodType<Options> & { readonly shape: z.ZodRawShape };
  /** For the reference of the config: sentences, in Markdown. */
  readonly about: string;
  /**
   * `order`: a program may act on it. It is opened first, never sent in a form other than the configured one, and
   * gets alerts in a form that is not an order.
   */
  readonly form: 'message' | 'order';
  /** It can stand for one ticker: the schema has `perTickerOptions`. */
  readonly perTicker: boolean;
  /** The body of a 2xx by which the platform says that it took the message: the answer to every rehearsed request. */
  readonly takenBody: string;
  /** Options that a rule may replace for what it sends (`Manner`). */
  readonly manner: readonly (keyof Manner)[];
  /** Options whose values are Liquid. */
  readonly templated: readonly string[];
  /** Sets of options that exclude one another: a destination that has one of a set itself inherits none of the others. */
  readonly alternatives?: readonly (readonly string[])[];
  /** Paths of options that hold a regular expression which an answer must contain. */
  readonly answerPatterns?: readonly (readonly string[])[];
  readonly patterns: TypePatterns;
  /** Where a person gets the value of an option, in a sentence; by option. */
  readonly whereToGet?: Readonly<Record<string, string>>;
  /**
   * The service behind the options, if it is one that takes only a form of its own; for warnings. Options of a config with
   * mistakes may lack some.
   */
  ownFormService?(options: Partial<Options>): OwnFormService | undefined;
  /** Where its requests go: `https://host:port`. */
  origin(options: Options): string;
  /** The platform's limits; the user's `rateLimit` takes the place of those that are the destination's own. */
  budgets(options: Options): DestinationBudgets;
  /** An alert gets the type's own form: no template and no `body` of the user ever meets one, for it is no order. */
  readonly compile: Compile<Options, Message>;
  /** The request that would be sent, for `explain`. */
  preview(options: Options, message: Message): RequestPreview;
  /** A message to people as they see it, from the `body` of its preview; absent: it is for programs. */
  look?(body: unknown): Look;
  /**
   * Asks whether messages of these options would be taken, by questions that post nothing and change nothing; at least
   * one remark. Never rejects for what a network or a platform does.
   */
  inquire(options: Options, deps: InquireDeps): Promise<readonly Remark[]>;
  /** Loads the platform's library and opens the sender. Does no I/O that can fail for a network reason. */
  open(options: Options, deps: DestinationDeps): Promise<Destination<Message>>;
}
