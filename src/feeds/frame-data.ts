/** The bytes of a message as a JSON object. Pure and total: no bytes make it throw. */
import { isRecord } from '../platform/wire-values.ts';
import { newsIn } from './unread-news.ts';

/** The types in which `ws` hands out a message, and plain text. */
export type FrameData = string | Uint8Array | ArrayBuffer | readonly Uint8Array[];

/** The longest real announcement is under 2 KB; this only keeps nonsense from costing time. */
export const LARGEST_FRAME_BYTES = 256 * 1024;

export type UnreadReason = 'too_large' | 'not_utf8' | 'not_json' | 'not_an_object';

/** `news`: an excerpt, where it mentions a listing all the same. */
export interface Unread {
  readonly reason: UnreadReason;
  readonly news: string | undefined;
}

/** Fatal: broken bytes must not turn into a plausible ticker. Drops a byte order mark. */
const utf8 = new TextDecoder('utf-8', { fatal: true });

/** `parse`: JSON to a value; throws on what is none. */
export function objectIn(
  data: FrameData,
  parse: (text: string) => unknown = JSON.parse,
): Unread | { readonly fields: Readonly<Record<string, unknown>>; readonly text: string } {
  const bytes = typeof data === 'string' ? data : bytesOf(data);
  const size = typeof bytes === 'string' ? Buffer.byteLength(bytes) : bytes.byteLength;
  if (size > LARGEST_FRAME_BYTES) return unread('too_large', '');

  let text: string;
  try {
    text = typeof bytes === 'string' ? bytes.replace(/^\uFEFF/, '') : utf8.decode(bytes);
  } catch {
    return unread('not_utf8', Buffer.from(bytes as Uint8Array).toString('latin1'));
  }
  let value: unknown;
  try {
    value = parse(text);
  } catch {
    return unread('not_json', text);
  }
  return isRecord(value) ? { fields: value, text } : unread('not_an_object', text);
}

const unread = (reason: UnreadReason, text: string): Unread => ({ reason, news: newsIn(text) });

/** Enough for a line, and for a secret that begins in it. */
const BEGINNING = 800;

/** Of whatever it is, as text. */
export const beginningOf = (data: FrameData): string =>
  typeof data === 'string'
    ? data.slice(0, BEGINNING)
    : Buffer.from(bytesOf(data).subarray(0, BEGINNING)).toString();

function bytesOf(data: Exclude<FrameData, string>): Uint8Array {
  if (data instanceof Uint8Array) return data;
  return data instanceof ArrayBuffer ? new Uint8Array(data) : Buffer.concat(data);
}
