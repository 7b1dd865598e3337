/** A file for browsers, from memory: read once, zipped once, under a name with a mark of its content. */
import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';

export interface Asset {
  readonly url: string;
  readonly contentType: string;
  readonly plain: Uint8Array<ArrayBuffer>;
  readonly gzipped: Uint8Array<ArrayBuffer>;
}

/** In characters of the hash. */
const MARK_LENGTH = 12;

export function asset(name: string, contentType: string, text: string): Asset {
  const plain = Uint8Array.from(Buffer.from(text));
  const mark = createHash('sha256').update(plain).digest('hex').slice(0, MARK_LENGTH);
  const [stem, ending] = name.split('.');
  return {
    url: `/assets/${stem}.${mark}.${ending}`,
    contentType,
    plain,
    gzipped: Uint8Array.from(gzipSync(plain, { level: 9 })),
  };
}
