/**
 * The body of an answer as text, within a bound, whatever it came packed in. We ask for none of the codings
 * (`accept-encoding: identity`), and some servers and proxies use one all the same: an answer that is there and
 * not read would count as lost, and the message would go out again.
 * https://www.rfc-editor.org/rfc/rfc9110#field.content-encoding
 */
import type { IncomingHttpHeaders } from 'node:http';
import type { Transform } from 'node:stream';
import {
  constants,
  createBrotliDecompress,
  createGunzip,
  createInflate,
  createInflateRaw,
  createZstdDecompress,
} from 'node:zlib';

/** More of an answer than this is of no use to anyone, packed or unpacked; the rest is not waited for. */
export const MOST_BODY_BYTES = 64 * 1024;
export const TOO_LONG = 'the answer is longer than 64 KiB';

/** Nobody packs twice on purpose; more is an attack. */
const MOST_CODINGS = 3;

export interface Body {
  readonly text: string;
  /** Why it ends too soon; absent when it is whole. */
  readonly fault: string | undefined;
}

/** A body that was cut off gives what can be had of it. */
const AS_FAR_AS_IT_GOES = { finishFlush: constants.Z_SYNC_FLUSH } as const;

/** No window above 8 MiB, as https://www.rfc-editor.org/rfc/rfc9659 has it: the decoder would take 128 MiB on the word of a header. */
const ZSTD = {
  finishFlush: constants.ZSTD_e_flush,
  params: { [constants.ZSTD_d_windowLogMax]: 23 },
} as const;

const DECODERS: ReadonlyMap<string, (bytes: Buffer) => Transform> = new Map<
  string,
  (bytes: Buffer) => Transform
>([
  ['gzip', () => createGunzip(AS_FAR_AS_IT_GOES)],
  ['x-gzip', () => createGunzip(AS_FAR_AS_IT_GOES)],
  // Some send the bare stream, without the header that the word stands for.
  [
    'deflate',
    (bytes) =>
      hasZlibHeader(bytes) ? createInflate(AS_FAR_AS_IT_GOES) : createInflateRaw(AS_FAR_AS_IT_GOES),
  ],
  ['br', () => createBrotliDecompress({ finishFlush: constants.BROTLI_OPERATION_FLUSH })],
  ['zstd', () => createZstdDecompress(ZSTD)],
]);

const hasZlibHeader = (bytes: Buffer): boolean =>
  bytes.length >= 2 && (bytes.readUInt8(0) & 0x0f) === 8 && bytes.readUInt16BE(0) % 31 === 0;

/** `bytes`: what came, at most `MOST_BODY_BYTES`; `fault`: why it is not all. At once, unless it is packed. */
export function readBody(
  bytes: Buffer,
  headers: IncomingHttpHeaders,
  fault: string | undefined,
): Body | Promise<Body> {
  // A header that comes twice is a list, whatever its type says.
  const codings = codingsOf(bytes, String(headers['content-encoding'] ?? ''));
  const charset = charsetOf(bytes, String(headers['content-type'] ?? ''));
  if (codings.length === 0) return { text: decodeBody(bytes, charset), fault };
  return unpackAll(bytes, codings).then((unpacked) => ({
    text: decodeBody(unpacked.bytes, charset),
    fault: fault ?? unpacked.fault,
  }));
}

/** The last applied comes first. A coding without a decoder is left as it is, and so are those below it. */
function codingsOf(bytes: Buffer, header: string): ((bytes: Buffer) => Transform)[] {
  const names = header
    .toLowerCase()
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '' && name !== 'identity')
    .reverse()
    .slice(0, MOST_CODINGS);
  const decoders = names.map((name) => DECODERS.get(name));
  const unknownAt = decoders.indexOf(undefined);
  const known = decoders
    .slice(0, unknownAt < 0 ? undefined : unknownAt)
    .filter((decoder) => decoder !== undefined);
  // Not even declared: no text begins like this.
  const isGzip = bytes.length > 2 && bytes.readUInt16BE(0) === 0x1f8b;
  return known.length === 0 && isGzip ? [() => createGunzip(AS_FAR_AS_IT_GOES)] : known;
}

async function unpackAll(
  bytes: Buffer,
  codings: readonly ((bytes: Buffer) => Transform)[],
): Promise<{ readonly bytes: Buffer; readonly fault: string | undefined }> {
  let unpacked = bytes;
  for (const coding of codings) {
    const step = await unpack(unpacked, coding(unpacked));
    // Not packed at all, whatever the header says.
    if (step.bytes.length === 0 && step.fault !== undefined) return { bytes: unpacked, fault: undefined };
    if (step.fault !== undefined) return step;
    unpacked = step.bytes;
  }
  return { bytes: unpacked, fault: undefined };
}

function unpack(
  bytes: Buffer,
  decoder: Transform,
): Promise<{ readonly bytes: Buffer; readonly fault: string | undefined }> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let size = 0;
    const end = (fault: string | undefined) => {
      decoder.destroy();
      resolve({ bytes: Buffer.concat(chunks).subarray(0, MOST_BODY_BYTES), fault });
    };
    decoder.on('data', (chunk: Buffer) => {
      if (size > MOST_BODY_BYTES) return;
      chunks.push(chunk);
      size += chunk.length;
      // 64 KiB can stand for 64 MiB.
      if (size > MOST_BODY_BYTES) end(TOO_LONG);
    });
    decoder.on('end', () => end(undefined));
    decoder.on('error', (error) => end(`the compressed answer is damaged (${error.message})`));
    decoder.end(bytes);
  });
}

/** A byte order mark outranks what the header says; UTF-8 is what JSON is in. */
function charsetOf(bytes: Buffer, contentType: string): string {
  if (bytes.length >= 2 && bytes.readUInt16LE(0) === 0xfeff) return 'utf-16le';
  if (bytes.length >= 2 && bytes.readUInt16BE(0) === 0xfeff) return 'utf-16be';
  return /;\s*charset="?([\w.:-]+)/i.exec(contentType)?.[1] ?? 'utf-8';
}

/** Without a byte order mark, on which JSON would stumble; bytes that mean nothing become U+FFFD. */
function decodeBody(bytes: Buffer, charset: string): string {
  try {
    return new TextDecoder(charset).decode(bytes);
  } catch {
    return new TextDecoder().decode(bytes);
  }
}
