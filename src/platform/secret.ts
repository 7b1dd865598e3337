/**
 * A value that must never be shown. It prints as `<redacted>` wherever a value can be printed by
 * accident (string, JSON, inspect, log); reading it takes an explicit `reveal()`.
 * A `Redactor` (`redactor.ts`) is the second fence: it removes every known secret from text we did not write
 * (library errors quote URLs with tokens in them).
 */
import { hash } from 'node:crypto';
import { inspect } from 'node:util';

export const REDACTED = '<redacted>';

export class Secret {
  readonly #value: string;

  constructor(value: string) {
    this.#value = value;
  }

  reveal(): string {
    return this.#value;
  }

  toString(): string {
    return REDACTED;
  }

  toJSON(): string {
    return REDACTED;
  }

  [inspect.custom](): string {
    return REDACTED;
  }
}

/** Takes text that may quote a secret and gives it back without. */
export type Redactor = (text: string) => string;

/** Names what it belongs to (a bot, an address) in keys of rows and budgets, without giving it away. */
export const secretName = (secret: string): string => hash('sha256', secret).slice(0, 12);

/** Two texts are equal exactly when the values are, secrets included. For comparing only: it holds them in clear. */
export function fingerprint(value: unknown): string {
  const lists = new Map<unknown, string>();
  return JSON.stringify(value, function (this: Readonly<Record<string, unknown>>, key, plain: unknown) {
    const raw = this[key];
    if (raw instanceof Secret) return raw.reveal();
    if (!Array.isArray(plain) || plain.length < LONG_LIST) return plain;
    const known = lists.get(plain);
    lists.set(plain, known ?? `list ${lists.size}`);
    return known ?? plain;
  });
}

/** Thousands of rules may share one list of thousands of destinations: it is written once. */
const LONG_LIST = 100;

/** In characters; longer texts come seldom twice. */
const LONGEST_KNOWN = 300;
/** In characters, with what an entry takes besides: ten megabytes at most, which only the words of ten thousand rules and destinations are. */
const MOST_KNOWN = 4_000_000;
const ENTRY = 50;

/**
 * The redactor of a config that can be reloaded. The secrets of the config before stay hidden too, because
 * what was under way at the change may still quote them; and those of the first, which the parts that a reload cannot change were made from.
 */
export class LatestRedactor {
  readonly #first: Redactor;
  #latest: Redactor;
  #all: Redactor;
  /** By the text. */
  #known = new Map<string, string>();
  #knownLength = 0;

  constructor(first: Redactor) {
    this.#first = first;
    this.#latest = first;
    this.#all = first;
  }

  learn(latest: Redactor): void {
    const first = this.#first;
    const before = this.#latest;
    this.#latest = latest;
    this.#all = (text) => first(before(latest(text)));
    this.#known = new Map();
    this.#knownLength = 0;
  }

  readonly redact: Redactor = (text) => this.#all(text);

  /** For what is shown again and again, such as the state of each destination: of the same text it says what it said before. */
  readonly redactAgain: Redactor = (text) => {
    if (text.length > LONGEST_KNOWN) return this.#all(text);
    let safe = this.#known.get(text);
    if (safe === undefined) {
      safe = this.#all(text);
      this.#knownLength += text.length + ENTRY;
      if (this.#knownLength > MOST_KNOWN) {
        this.#known.clear();
        this.#knownLength = text.length + ENTRY;
      }
      this.#known.set(text, safe);
    }
    return safe;
  };
}
