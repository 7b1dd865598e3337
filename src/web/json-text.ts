/**
 * A large value as JSON without secrets, written in bites: the status of many destinations, or of announcements that
 * went to many, is long, and an announcement that comes meanwhile must not wait for it.
 */
import { printableJson } from '../platform/printable.ts';
import { redactValues } from '../platform/redactor.ts';
import type { Redactor } from '../platform/secret.ts';

/** Characters written before others have their turn: a fraction of a millisecond's work. */
const BITE = 2000;

/**
 * `breathe` lets others have their turn; what they change meanwhile may show. The text can be shown on a terminal:
 * nothing in it is a command there.
 */
export async function jsonText(
  value: unknown,
  redact: Redactor,
  breathe: () => Promise<void>,
): Promise<string> {
  const writer = new Writer(value, redact);
  let text = '';
  for (;;) {
    const bite = writer.next(BITE);
    text += printableJson(bite);
    if (bite.length < BITE) return text;
    await breathe();
  }
}

/** Longer texts are seldom there twice; the title of an announcement is in each of its requests. */
const LONGEST_REMEMBERED = 1000;

/** Names, types and states are there thousands of times, and to look for secrets is most of the work. */
export function remembering(redact: Redactor, longest = LONGEST_REMEMBERED): Redactor {
  const known = new Map<string, string>();
  return (text) => {
    if (text.length > longest) return redact(text);
    let safe = known.get(text);
    if (safe === undefined) {
      safe = redact(text);
      known.set(text, safe);
    }
    return safe;
  };
}

/** An object or a list that is being written. */
interface Open {
  /** Of an object; `undefined`: a list. */
  readonly keys: readonly string[] | undefined;
  readonly values: readonly unknown[];
  /** Of the value that is next. */
  at: number;
  isEmpty: boolean;
}

/** As `JSON.stringify`, for trees of plain values, some of it at a time. No string is parted. A stack of its own, since generators within generators took most of the time. */
class Writer {
  readonly #key = remembering(JSON.stringify);
  readonly #string: (text: string) => string;
  readonly #redact: Redactor;
  readonly #stack: Open[] = [];
  #text = '';

  constructor(value: unknown, redact: Redactor) {
    this.#redact = redact;
    this.#string = remembering((text) => JSON.stringify(redact(text)));
    this.#begin(value);
  }

  /** At least so many characters, or the rest. */
  next(least: number): string {
    for (let open = this.#stack.at(-1); open !== undefined && this.#text.length < least; ) {
      this.#one(open);
      open = this.#stack.at(-1);
    }
    const text = this.#text;
    this.#text = '';
    return text;
  }

  #one(open: Open): void {
    const { keys, values, at } = open;
    if (at === values.length) {
      this.#text += keys === undefined ? ']' : '}';
      this.#stack.pop();
      return;
    }
    open.at++;
    const value = values[at];
    const key = keys?.[at];
    if (key !== undefined && value === undefined) return;
    if (!open.isEmpty) this.#text += ',';
    open.isEmpty = false;
    if (key !== undefined) this.#text += `${this.#key(key)}:`;
    this.#begin(value);
  }

  #begin(value: unknown): void {
    if (typeof value === 'string') this.#text += this.#string(value);
    else if (typeof value !== 'object' || value === null || 'toJSON' in value || value instanceof Error)
      this.#text += JSON.stringify(redactValues(value, this.#redact)) ?? 'null';
    else if (Array.isArray(value)) {
      this.#text += '[';
      // It may grow at its beginning meanwhile.
      this.#stack.push({ keys: undefined, values: [...value], at: 0, isEmpty: true });
    } else {
      this.#text += '{';
      this.#stack.push({ keys: Object.keys(value), values: Object.values(value), at: 0, isEmpty: true });
    }
  }
}
