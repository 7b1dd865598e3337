/** The places that deliveries hold, each of one kind: who holds it, and whether anything of it arrived. */
import { type Aged, Ages } from './ages.ts';

/** Beyond them the oldest are forgotten: about 60 MB, and far more than a day brings to anybody. */
export const MOST_COOLDOWNS = 200_000;

/** The latest of them that a start or a reload reads from the store: 0.4 s (docs/decisions/cooldown.md). */
export const MOST_READ = 50_000;

/** Of one kind. */
export interface Place extends Aged<Place> {
  readonly kinds: Kinds;
  readonly kind: string;
  /** A delivery, by its key; by title and by rule its announcement, of which there may be one delivery for each ticker. */
  readonly owner: string;
  readonly announcementId: string;
  /** Receipt of the owner. */
  readonly atMs: number;
  /** Keys of the owner's deliveries whose fate is open. */
  readonly open: string[];
  /** Something of it arrived, or may have. */
  isSent: boolean;
  /** The one of the same kind that was made before: deliveries that still wait may be of its time. */
  older: Place | undefined;
}

/** The latest of each kind. */
export type Kinds = Map<string, Place>;

/** Of one kind: those of a rule with a short cooldown that sends to a destination which is down for long. */
const MOST_OF_A_KIND = 16;

export class Places {
  readonly #all = new Ages<Place>();

  get size(): number {
    return this.#all.size;
  }

  /** Oldest first; the one that was given last may be deleted meanwhile. */
  [Symbol.iterator](): Iterator<Place> {
    return this.#all[Symbol.iterator]();
  }

  /** The latest first. */
  backwards(): Iterable<Place> {
    return this.#all.backwards();
  }

  add(place: Place): void {
    place.kinds.set(place.kind, place);
    this.#all.add(place);
    let count = 0;
    for (let one: Place | undefined = place; one !== undefined; one = one.older)
      if (++count > MOST_OF_A_KIND) this.delete(one);
    const { oldest } = this.#all;
    if (this.#all.size > MOST_COOLDOWNS && oldest !== undefined) this.delete(oldest);
  }

  /** The fate of one of its deliveries is known, and nothing of it arrived. */
  close(place: Place, key: string): void {
    const at = place.open.indexOf(key);
    if (at >= 0) place.open.splice(at, 1);
    if (place.open.length === 0) this.delete(place);
  }

  delete(place: Place): void {
    this.#all.delete(place);
    const latest = place.kinds.get(place.kind);
    if (latest === place) {
      if (place.older === undefined) place.kinds.delete(place.kind);
      else place.kinds.set(place.kind, place.older);
      return;
    }
    for (let newer = latest; newer !== undefined; newer = newer.older)
      if (newer.older === place) newer.older = place.older;
  }

  deleteAll(kinds: Kinds, kind: string): void {
    for (let place = kinds.get(kind); place !== undefined; place = place.older) this.#all.delete(place);
  }
}

export function ownIn(latest: Place | undefined, owner: string): Place | undefined {
  for (let place = latest; place !== undefined; place = place.older) if (place.owner === owner) return place;
  return undefined;
}

/**
 * One that keeps a delivery from leaving that was received then. One of its own lets it, unless another arrived first, which a person
 * had requested.
 */
export function otherOf(
  latest: Place | undefined,
  owner: string,
  receivedMs: number,
  forMs: number,
): Place | undefined {
  let own: Place | undefined;
  let other: Place | undefined;
  for (let place = latest; place !== undefined; place = place.older)
    if (place.owner === owner) own = place;
    else if (Math.abs(receivedMs - place.atMs) < forMs && !other?.isSent) other = place;
  return own !== undefined && (own.isSent || !other?.isSent) ? undefined : other;
}

/** One more delivery of its owner; or one that arrived, or may have. */
export function hold(place: Place, key: string, isSent: boolean): void {
  if (isSent) {
    place.isSent = true;
    place.open.length = 0;
  } else if (!place.isSent && !place.open.includes(key)) place.open.push(key);
}
