/**
 * A value of a config that still knows where it stands. Ten thousand rules are 250,000 of them, each looked at by many checks: so
 * there is one class for all, without an object for each of its places, and what most have not is not in them.
 */

import type { Missing, ReadVariables } from './interpolate.ts';
import type { Path, Range } from './problem.ts';
import { isSecretName } from './secret-names.ts';

export interface Located {
  /** Plain data; `undefined` where a reference could not be resolved. */
  readonly value: unknown;
  /** Ordinal of the file in which it stands; the config itself is 0. */
  readonly file: number;
  readonly range: Range;
  readonly keyRange: Range | undefined;
  readonly children: ReadonlyMap<string | number, Located>;
  /** A text scalar as it stands in the file, before interpolation. */
  readonly literal: string | undefined;
  /** A scalar that is no text as it stands in the file: `0x10`, not 16. */
  readonly written?: string | undefined;
  /** References in it to what is not there, when something stands in for it (`stand-ins.ts`). */
  readonly missing?: readonly Missing[] | undefined;
  /** A value that interpolation brought from outside the file. */
  readonly outside: readonly ReadVariables[];
  /** Of a mapping: values that a later one of the same key replaced. */
  readonly replaced?: readonly Replaced[] | undefined;
  /** Of a mapping: it has a `<<` that could not be resolved, so that nothing counts as missing in it. */
  readonly partial?: boolean | undefined;
  /** It could not be resolved, and that is already reported. */
  readonly broken: boolean;
  /**
   * Nothing in it is a reference, an address or a template, and no key of it speaks of a secret. Under `rules` and `tests`, where people
   * write words of their own, no check need look into it for one.
   */
  readonly isPlain: boolean;
  /** The same, but for these. */
  with(changes: Changes): Located;
}

export type Replaced = readonly [key: string, node: Located];

/** Rare parts of a node. */
type More = Pick<Located, 'written' | 'missing' | 'replaced' | 'partial'> &
  Partial<Pick<Located, 'outside' | 'broken'>>;

type Changes = Partial<Pick<Located, 'value' | 'children' | 'broken' | 'keyRange'>>;

type Children = Located['children'];

const NO_MORE: More = {};
const NO_CHILDREN: Children = new Map();
const NOTHING_OUTSIDE: readonly ReadVariables[] = [];
/** Of a node that no key leads to. */
const NOWHERE: Range = [-1, -1];

class Node implements Located {
  readonly value: unknown;
  readonly file: number;
  readonly children: Children;
  readonly literal: string | undefined;
  readonly isPlain: boolean;
  readonly #start: number;
  readonly #end: number;
  readonly #keyStart: number;
  readonly #keyEnd: number;
  readonly #more: More;

  constructor(
    value: unknown,
    { file, range, keyRange = NOWHERE }: Place,
    children: Children,
    literal: string | undefined,
    isPlain: boolean,
    more: More,
  ) {
    this.value = value;
    this.file = file;
    this.children = children;
    this.literal = literal;
    this.isPlain = isPlain;
    [this.#start, this.#end] = range;
    [this.#keyStart, this.#keyEnd] = keyRange;
    this.#more = more;
  }

  get range(): Range {
    return [this.#start, this.#end];
  }

  get keyRange(): Range | undefined {
    return this.#keyStart < 0 ? undefined : [this.#keyStart, this.#keyEnd];
  }

  get written(): string | undefined {
    return this.#more.written;
  }

  get missing(): Located['missing'] {
    return this.#more.missing;
  }

  get outside(): Located['outside'] {
    return this.#more.outside ?? NOTHING_OUTSIDE;
  }

  get replaced(): Located['replaced'] {
    return this.#more.replaced;
  }

  get partial(): boolean | undefined {
    return this.#more.partial;
  }

  get broken(): boolean {
    return this.#more.broken ?? false;
  }

  with(changes: Changes): Located {
    const { children = this.children, broken = this.broken } = changes;
    const value = 'value' in changes ? changes.value : this.value;
    const keyRange = 'keyRange' in changes ? changes.keyRange : this.keyRange;
    const place = { file: this.file, range: this.range, keyRange };
    const more = broken === this.broken ? this.#more : { ...this.#more, broken };
    const isPlain = children === this.children ? this.isPlain && !broken : arePlain(children);
    return new Node(value, place, children, this.literal, isPlain, more);
  }
}

export type Place = Pick<Located, 'file' | 'range' | 'keyRange'>;

/** A text scalar. */
export const textNode = (literal: string, place: Place): Located =>
  new Node(literal, place, NO_CHILDREN, literal, isPlainText(literal), NO_MORE);

/** One with references. `value`: with what they stand for. */
export const filledNode = (literal: string, place: Place, value: string | undefined, more: More): Located =>
  new Node(value, place, NO_CHILDREN, literal, false, more);

/** A number, a truth value, nothing. */
export const scalarNode = (value: unknown, place: Place, written: string | undefined): Located =>
  new Node(value, place, NO_CHILDREN, undefined, true, written === undefined ? NO_MORE : { written });

export const brokenNode = (place: Place): Located =>
  new Node(undefined, place, NO_CHILDREN, undefined, false, BROKEN);

const BROKEN: More = { broken: true };

export function listNode(items: readonly Located[], place: Place): Located {
  const children = new Map<number, Located>();
  for (const item of items) children.set(children.size, item);
  return new Node(listOfValues(children), place, children, undefined, items.every(isPlain), NO_MORE);
}

export const mappingNode = (children: Children, place: Place, more: More = NO_MORE): Located =>
  new Node(recordOf(children), place, children, undefined, more === NO_MORE && arePlain(children), more);

/** The same mapping with other entries. */
export const mappingOf = (node: Located, children: Children): Located =>
  node.with({ children, value: recordOf(children) });

/** The same list with other entries. */
export const listOf = (node: Located, children: Children): Located =>
  node.with({ children, value: listOfValues(children) });

function recordOf(children: Children): Readonly<Record<string, unknown>> {
  const value: Record<string, unknown> = {};
  for (const [key, child] of children) value[key] = child.value;
  return value;
}

const listOfValues = (children: Children): readonly unknown[] =>
  Array.from(children.values(), ({ value }) => value);

const isPlain = (node: Located) => node.isPlain;

function arePlain(children: Children): boolean {
  for (const [key, child] of children) if (!child.isPlain || !isPlainKey(key)) return false;
  return true;
}

/** No mark of a reference, a template or an address is in it. */
const isPlainText = (text: string) => !/[${%/]/.test(text);

/** It speaks of no secret, and is no template. */
export const isPlainKey = (key: string | number | undefined): boolean =>
  typeof key !== 'string' || (isPlainText(key) && key !== 'headers' && !isSecretName(key));

/** The node at a path, or its nearest ancestor (`exact` false). */
export function nodeAt(root: Located, path: Path): { node: Located; exact: boolean } {
  let node = root;
  for (const step of path) {
    const next = node.children.get(step);
    if (next === undefined) return { node, exact: false };
    node = next;
  }
  return { node, exact: true };
}
