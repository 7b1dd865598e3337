/**
 * Handles a feed that repeats one of our secrets in an announcement: without this it would go into the store and
 * into every chat. Each announcement on its way is checked, so the check is cheap; only one that contains a secret
 * is taken apart.
 */
import { redactValues } from '../platform/redactor.ts';
import type { Redactor } from '../platform/secret.ts';
import type { Reading } from './news.ts';

/** Of eleven characters of the key in a row, six are one of the blocks; of as many in hex or base64, the same six. */
const BLOCK = 6;

/** In other forms a piece that is long enough to matter is longer than the words of nearly all titles. */
const LONG_RUN = /[\w+/-]{13}/;

const blocksOf = (text: string, length: number): readonly string[] =>
  Array.from({ length: Math.floor(text.length / length) }, (_, at) =>
    text.slice(at * length, (at + 1) * length),
  );

function otherFormsOf(key: string): readonly string[] {
  const hex = Buffer.from(key).toString('hex');
  // Three bytes are four characters of base64, and the key may begin anywhere in the three.
  const packed = [0, 1, 2].map((offset) => Buffer.from(key.slice(offset)).toString('base64'));
  return [
    ...[key.toLowerCase(), key.toUpperCase()].flatMap((text) => blocksOf(text, BLOCK)),
    ...[hex, hex.toUpperCase()].flatMap((text) => blocksOf(text, BLOCK * 2)),
    ...packed.flatMap((text) => blocksOf(text, (BLOCK / 3) * 4)),
  ];
}

export class EchoGuard {
  readonly #blocks: readonly string[];
  readonly #otherForms: readonly string[];
  readonly #redact: Redactor;

  /** `redact` knows the secrets in every form. */
  constructor(secrets: readonly string[], redact: Redactor) {
    // A vendor's prefix says nothing, and may stand in a title.
    const keys = secrets.map((secret) => secret.replace(/^[a-z]{2,5}_(?=.{8})/, ''));
    this.#blocks = keys.flatMap((key) => blocksOf(key, BLOCK));
    this.#otherForms = keys.flatMap(otherFormsOf);
    this.#redact = redact;
  }

  /** The reading itself, unless it quotes one. */
  clean<R extends Reading>(reading: R): R {
    if (!this.#quotes(reading.title) && !this.#quotes(reading.ticker) && !this.#quotesElsewhere(reading))
      return reading;
    const extra = redactValues(reading.extra, this.#redact, this.#redact);
    return { ...(redactValues(reading, this.#redact) as R), extra };
  }

  #quotesElsewhere({ publisher, listingType, type, extra }: Reading): boolean {
    if (this.#quotes(publisher) || this.#quotes(listingType) || this.#quotes(type)) return true;
    for (const _ in extra) return this.#quotes(JSON.stringify(extra));
    return false;
  }

  #quotes(text: string): boolean {
    if (text.length < BLOCK) return false;
    for (const block of this.#blocks) if (text.includes(block)) return true;
    if (!LONG_RUN.test(text)) return false;
    for (const block of this.#otherForms) if (text.includes(block)) return true;
    return false;
  }
}
