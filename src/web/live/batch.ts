/** Chunks that are sent to viewers together: joined once for all who want the same of them. */
import type { Bytes } from './sse.ts';

export interface Chunk {
  /** Rises. */
  readonly number: number;
  readonly bytes: Bytes;
  /** `undefined`: for everybody. */
  readonly kind: string | undefined;
}

export interface Taste {
  /** `undefined`: everything. */
  readonly kinds: ReadonlySet<string> | undefined;
  /** It joined after the chunk of that number. */
  readonly since: number;
}

export class Batch {
  readonly #chunks: readonly Chunk[];
  /** By the places of the chunks. */
  readonly #joined = new Map<string, Bytes>();

  constructor(chunks: readonly Chunk[]) {
    this.#chunks = chunks;
  }

  /** `undefined`: nothing of it. */
  for({ kinds, since }: Taste): Bytes | undefined {
    const wanted = this.#chunks.filter(
      ({ number, kind }) => number > since && (kind === undefined || kinds === undefined || kinds.has(kind)),
    );
    const [first] = wanted;
    if (first === undefined || wanted.length === 1) return first?.bytes;
    const places = wanted.map(({ number }) => number).join();
    let joined = this.#joined.get(places);
    if (joined === undefined) {
      joined = joinedOf(wanted);
      this.#joined.set(places, joined);
    }
    return joined;
  }
}

function joinedOf(chunks: readonly Chunk[]): Bytes {
  const all = new Uint8Array(chunks.reduce((length, { bytes }) => length + bytes.byteLength, 0));
  let at = 0;
  for (const { bytes } of chunks) {
    all.set(bytes, at);
    at += bytes.byteLength;
  }
  return all;
}
