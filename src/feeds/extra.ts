/**
 * Fields of an announcement that this version does not know, kept for templates but bounded: they are stored with
 * every announcement and walked by templates, so neither their depth nor their size may be the sender's choice. A
 * value that is too deep or too big is replaced by a note; nothing throws.
 */
const DEEPEST = 6;
const MOST_BYTES = 16 * 1024;

/** Where the number of fields that had no room at all is noted. */
const OVERFLOW_KEY = 'omittedFields';
/** A field costs at least its quotes, colon and comma. */
const FIELD_OVERHEAD_BYTES = 4;

export type Extra = Readonly<Record<string, unknown>>;

const NONE: Extra = Object.freeze({});

/** `fields` is what JSON.parse made (so without cycles), restricted to `keys`. */
export function boundedExtra(fields: Extra, keys: readonly string[]): Extra {
  if (keys.length === 0) return NONE;
  const kept: [string, unknown][] = [];
  // Room for the overflow note itself.
  let bytesLeft = MOST_BYTES - 64;
  for (const key of keys) {
    const keyBytes = FIELD_OVERHEAD_BYTES + Buffer.byteLength(JSON.stringify(key));
    const value = boundedValue(fields[key], bytesLeft - keyBytes);
    const cost = keyBytes + Buffer.byteLength(JSON.stringify(value));
    if (cost > bytesLeft) continue;
    bytesLeft -= cost;
    kept.push([key, value]);
  }
  if (kept.length < keys.length) kept.push([OVERFLOW_KEY, keys.length - kept.length]);
  // fromEntries defines properties, so that a field named `__proto__` stays a field.
  return Object.fromEntries(kept);
}

function boundedValue(value: unknown, bytesLeft: number): unknown {
  // Before any serialising: JSON.stringify recurses, and a deep enough value would overflow its stack.
  if (isDeeperThan(value, DEEPEST)) return `[omitted: nested deeper than ${DEEPEST} levels]`;
  const bytes = Buffer.byteLength(JSON.stringify(value));
  return bytes > bytesLeft ? `[omitted: ${bytes} bytes]` : value;
}

function isDeeperThan(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (levels === 0) return true;
  return Object.values(value).some((inner) => isDeeperThan(inner, levels - 1));
}
