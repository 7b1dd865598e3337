/**
 * Resolves the names by which a config and a command line name destinations: one of them, a group of them, or a
 * pattern in which `*` stands for anything. Everything is resolved when the config is loaded; nothing of it remains for the hot path.
 */

import { FirstHints } from './first-hints.ts';

/** For what has destinations and groups: a config, or the readable part of a broken one. */
export interface Nameable {
  readonly destinations: Iterable<string>;
  /** By name: destinations, patterns and other groups. `undefined` stands for a broken group. */
  readonly groups: ReadonlyMap<string, readonly string[] | undefined>;
}

export const isPattern = (written: string) => written.includes('*');

export class DestinationNames {
  readonly #ordinals: ReadonlyMap<string, number>;
  readonly #groups: Nameable['groups'];
  readonly #sorted: readonly string[];
  /** For names that are nowhere. */
  readonly hints = new FirstHints();
  /** Thousands of rules may name the same group. */
  readonly #known = new Map<string, readonly string[]>();

  constructor({ destinations, groups }: Nameable) {
    this.#ordinals = new Map(Array.from(destinations, (name, index) => [name, index]));
    this.#groups = groups;
    this.#sorted = [...this.#ordinals.keys()].sort();
  }

  /** In the order of the config. */
  get destinations(): readonly string[] {
    return [...this.#ordinals.keys()];
  }

  /** All destinations and groups. */
  get all(): readonly string[] {
    return [...this.#ordinals.keys(), ...this.#groups.keys()];
  }

  /** Whether it stands for something, if only for none: `find` gives a list. Groups of groups are not looked through for it. */
  knows(written: string): boolean {
    return this.has(written) || isPattern(written);
  }

  has(written: string): boolean {
    return this.isDestination(written) || this.#groups.has(written);
  }

  get hasGroups(): boolean {
    return this.#groups.size > 0;
  }

  isDestination(written: string): boolean {
    return this.#ordinals.has(written);
  }

  isGroup(written: string): boolean {
    return this.#groups.has(written) && !this.isDestination(written);
  }

  /**
   * The destinations, each once: of a group in the order in which it is written, of a pattern in the order of the
   * config, and none when none fits. `undefined`: there is neither a destination nor a group of this name.
   */
  find(written: string): readonly string[] | undefined {
    if (this.isDestination(written)) return [written];
    if (!this.#groups.has(written) && !isPattern(written)) return undefined;
    const known = this.#known.get(written);
    if (known !== undefined) return known;
    const found = new Set<string>();
    this.#collect(written, found);
    const names = [...found];
    this.#known.set(written, names);
    return names;
  }

  /**
   * Each group is looked into once, so that groups of groups stay cheap and one that contains itself (a problem of its own) ends.
   * Without recursion: they nest as deep as somebody writes.
   */
  #collect(first: string, found: Set<string>): void {
    const seen = new Set<string>();
    const waiting = [first];
    for (let written = waiting.pop(); written !== undefined; written = waiting.pop()) {
      if (seen.has(written)) continue;
      seen.add(written);
      if (this.isDestination(written)) found.add(written);
      else if (isPattern(written)) for (const name of this.#fitting(written)) found.add(name);
      else for (const member of (this.#groups.get(written) ?? []).toReversed()) waiting.push(member);
    }
  }

  #fitting(pattern: string): readonly string[] {
    const [start = '', ...rest] = pattern.split('*');
    const found: string[] = [];
    for (let at = this.#firstFrom(start); this.#sorted[at]?.startsWith(start); at++) {
      const name = this.#sorted[at] ?? '';
      if (holdsInOrder(name, start.length, rest)) found.push(name);
    }
    return found.sort((one, other) => this.#placeOf(one) - this.#placeOf(other));
  }

  #placeOf(name: string): number {
    return this.#ordinals.get(name) ?? 0;
  }

  /** Of the sorted names, the first that is not before `start`. */
  #firstFrom(start: string): number {
    let low = 0;
    let high = this.#sorted.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#sorted[middle] ?? '') < start) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

/** The parts between the stars of a pattern, one after the other, the last at the end. Linear, whatever the pattern. */
function holdsInOrder(name: string, from: number, parts: readonly string[]): boolean {
  const last = parts.at(-1) ?? '';
  let at = from;
  for (const part of parts.slice(0, -1)) {
    const found = name.indexOf(part, at);
    if (found === -1) return false;
    at = found + part.length;
  }
  return name.length - last.length >= at && name.endsWith(last);
}

/** Of a config without problems. */
export const destinationNames = ({
  destinations,
  groups,
}: {
  readonly destinations: Readonly<Record<string, unknown>>;
  readonly groups: Readonly<Record<string, readonly string[]>>;
}): DestinationNames =>
  new DestinationNames({ destinations: Object.keys(destinations), groups: new Map(Object.entries(groups)) });
