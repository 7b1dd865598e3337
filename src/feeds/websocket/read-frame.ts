/**
 * One frame of a source, and the way to a value in it. Total: what is not there is `undefined`. JSON inside a text is
 * walked into as if it stood there itself, and a whole number above 2^53 keeps its digits, as text.
 */
import { isRecord } from '../../platform/wire-values.ts';
import { type FrameData, objectIn, type Unread } from '../frame-data.ts';
import type { FieldPath } from './path.ts';

type Fields = Readonly<Record<string, unknown>>;

/** Could be JSON of something that can be walked into. */
const LIKE_JSON = /^\s*[[{]/;
/** 2^53 has 16 digits: only then is a number looked at twice. */
const LONG_NUMBER = /\d{16}/;

export class Frame {
  readonly fields: Fields;
  readonly text: string;
  /** Texts that hold JSON, each parsed once. */
  #inner: Map<string, unknown> | undefined;

  constructor(fields: Fields, text: string) {
    this.fields = fields;
    this.text = text;
  }

  at(steps: FieldPath): unknown {
    let value: unknown = this.fields;
    for (const step of steps) {
      value = this.opened(value);
      if (typeof step === 'number') value = Array.isArray(value) ? value[step] : undefined;
      else value = isRecord(value) && Object.hasOwn(value, step) ? value[step] : undefined;
      if (value === undefined) return undefined;
    }
    return value;
  }

  /** The value inside a text that holds JSON; anything else as it is. */
  opened(value: unknown): unknown {
    if (typeof value !== 'string' || !LIKE_JSON.test(value)) return value;
    this.#inner ??= new Map();
    const known = this.#inner.get(value);
    if (known !== undefined) return known;
    let inner: unknown = value;
    try {
      inner = parsed(value);
    } catch {
      // A text that only begins like JSON.
    }
    this.#inner.set(value, inner);
    return inner;
  }
}

export function frameIn(data: FrameData): Frame | Unread {
  const found = objectIn(data, parsed);
  return 'reason' in found ? found : new Frame(found.fields, found.text);
}

/** https://github.com/tc39/proposal-json-parse-with-source: in Node since 21. */
type Reviver = (key: string, value: unknown, context?: { readonly source?: string }) => unknown;

const exact: Reviver = (_key, value, context) =>
  typeof value === 'number' && !Number.isSafeInteger(value) && /^-?\d+$/.test(context?.source ?? '')
    ? context?.source
    : value;

const parsed = (text: string): unknown =>
  LONG_NUMBER.test(text) ? JSON.parse(text, exact) : JSON.parse(text);
