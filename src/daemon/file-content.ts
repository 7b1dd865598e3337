/** The content of a file, as far as it tells whether it has changed: read in pieces, so that a large one does not hold up the loop. */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';

export interface FileContent {
  /** SHA-256, hex. */
  readonly digest: string;
  /** In bytes. */
  readonly size: number;
  /** The last byte. */
  readonly last: number | undefined;
}

/** `undefined`: it cannot be read. */
export async function contentOf(path: string): Promise<FileContent | undefined> {
  const hash = createHash('sha256');
  let size = 0;
  let last: number | undefined;
  try {
    for await (const chunk of createReadStream(path)) {
      const bytes = chunk as Buffer;
      hash.update(bytes);
      size += bytes.length;
      last = bytes.at(-1);
    }
  } catch {
    return undefined;
  }
  return { digest: hash.digest('hex'), size, last };
}
