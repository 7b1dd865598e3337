/**
 * Contents that were read from the store and are still in use: the deliveries of one announcement share its content, in
 * whatever lane they are and however often they are read. Holds nothing in memory.
 */
import type { SQLOutputValue } from 'node:sqlite';
import type { Content } from '../delivery/content.ts';
import { contentFrom } from './content-rows.ts';

/** Entries, also of contents that are gone, before it is looked which are. */
const MOST = 4000;

export class KnownContents {
  readonly #byId = new Map<string, WeakRef<Content>>();
  #most = MOST;

  /** `id`: of the announcement; `body`: its column, which is the same for ever. */
  of(id: string, body: SQLOutputValue | undefined): Content {
    const known = this.#byId.get(id)?.deref();
    if (known !== undefined) return known;
    const content = contentFrom(body);
    this.#byId.set(id, new WeakRef(content));
    if (this.#byId.size > this.#most) this.#forget();
    return content;
  }

  #forget(): void {
    for (const [id, content] of this.#byId) if (content.deref() === undefined) this.#byId.delete(id);
    this.#most = Math.max(MOST, 2 * this.#byId.size);
  }
}
