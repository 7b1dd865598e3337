/**
 * Ids that sort by time: ten characters of milliseconds, six of chance, in Crockford's base 32
 * (https://www.crockford.com/base32.html), lower case. Within one millisecond the chance part counts up,
 * so the order of reading is the order of ids. Ranges of ids are ranges of time (`idAt`).
 */
import type { Random } from '../platform/random.ts';

const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz';
const TIME_LENGTH = 10;
const CHANCE_LENGTH = 6;

function encode(value: number, length: number): string {
  let rest = value;
  let text = '';
  for (let position = 0; position < length; position++) {
    text = (ALPHABET[rest % 32] ?? '') + text;
    rest = Math.floor(rest / 32);
  }
  return text;
}

/** Less than every id made at or after `ms`, greater than every id made before it. */
export function idAt(ms: number): string {
  return encode(Math.max(0, Math.floor(ms)), TIME_LENGTH);
}

/** When it was made, in ms: the inverse of `idAt`. */
export function timeOfId(id: string): number {
  let ms = 0;
  for (const digit of id.slice(0, TIME_LENGTH)) ms = ms * 32 + ALPHABET.indexOf(digit);
  return ms;
}

/** That many digits of a number in base 16, at most 60. */
export function digits(hex: string, length: number): string {
  let text = '';
  // 40 bits at a time: as many as a number holds, and eight digits.
  for (let at = 0; text.length < length; at += 10)
    text += encode(Number.parseInt(hex.slice(at, at + 10), 16), 8);
  return text.slice(0, length);
}

/** Gives ids from then on; `nowMs` may stand still or step back, the ids still rise. */
export function createIds(random: Random): (nowMs: number) => string {
  let lastMs = -1;
  let chance = 0;
  return (nowMs) => {
    const ms = Math.floor(nowMs);
    if (ms > lastMs) {
      lastMs = ms;
      // The upper half is left free to count into.
      chance = Math.floor((random() * 32 ** CHANCE_LENGTH) / 2);
    } else chance++;
    return encode(lastMs, TIME_LENGTH) + encode(chance, CHANCE_LENGTH);
  };
}
