/**
 * YAML text → values that still know where they stand. Every scalar value has been interpolated; aliases
 * and merge keys (`<<`) are expanded within a limit, so that a small file cannot become a huge one.
 * Nothing here throws for what a file can hold.
 */
import {
  type Alias,
  isAlias,
  isMap,
  isPair,
  isScalar,
  isSeq,
  type LineCounter,
  type Node,
  type Pair,
} from 'yaml';
import { isRecord } from '../platform/wire-values.ts';
import { aliasTargets } from './alias-targets.ts';
import { firstOf } from './first-errors.ts';
import { interpolate, type Missing, type ReadVariables, type VariableSource } from './interpolate.ts';
import type { Path, Range, TextFault } from './problem.ts';
import { explainSyntax, isFatal } from './syntax.ts';
import { TOO_DEEP, TOO_MANY, TOO_MANY_ALIASES, tooManyIn } from './too-much.ts';
import { maskVariables, unmaskVariables } from './variable-mask.ts';
import { parseYaml } from './yaml-text.ts';

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
  readonly missing?: readonly Missing[];
  /** A value that interpolation brought from outside the file. */
  readonly outside: readonly ReadVariables[];
  /** Of a mapping: values that a later one of the same key replaced. */
  readonly replaced?: readonly (readonly [key: string, Located])[];
  /** Of a mapping: it has a `<<` that could not be resolved, so that nothing counts as missing in it. */
  readonly partial?: boolean;
  /** It could not be resolved, and that is already reported. */
  readonly broken: boolean;
}

export interface ParsedDocument {
  readonly root: Located | undefined;
  readonly faults: readonly TextFault[];
  /** The structure cannot be trusted: nothing more should be reported about it. */
  readonly fatal: boolean;
  readonly lines: LineCounter;
  readonly anchors: ReadonlySet<string>;
}

/** Ten thousand rules are 150,000 nodes. */
const MOST_NODES = 1_000_000;
/** Nodes that aliases bring; each is checked like one that is written. */
const MOST_ALIASED = 200_000;
const DEEPEST = 40;
/** Nobody reads more. */
const MOST_FAULTS = 1000;

export interface ReadContext {
  readonly variables: VariableSource;
  /** Ordinal of the file. */
  readonly file: number;
  /** The file, if any, in which an anchor stands that this one does not have. */
  readonly anchorElsewhere?: ((anchor: string) => string | undefined) | undefined;
}

export function readDocument(text: string, context: ReadContext): ParsedDocument {
  const masked = maskVariables(text);
  const unmask = masked === text ? (word: string) => word : unmaskVariables;
  const { document, lines, tooMuchAt } = parseYaml(masked);
  const readerWith = (resolve: (alias: Alias) => Node | undefined) => new Reader(context, unmask, resolve);
  const rootOf = (by: Reader) =>
    document.contents === null ? undefined : by.read(document.contents, undefined, 0);
  const reader = readerWith(aliasTargets(document));
  const whole = rootOf(reader);
  // Its secrets still have to be known, so that none is shown; once, as they are written.
  const root = reader.gaveUp ? rootOf(readerWith(() => undefined)) : whole;
  const errors = [...document.errors, ...document.warnings];
  const read = { root, lines, anchors: reader.anchors };
  if (tooMuchAt !== undefined) {
    const fault = tooMuchAt > 0 ? TOO_DEEP : tooManyIn(text);
    return { ...read, faults: [{ range: [tooMuchAt, tooMuchAt], ...fault }], fatal: true };
  }
  const faults = [...explainSyntax(firstOf(errors), text, document, lines), ...reader.faults];
  return { ...read, faults, fatal: errors.some(isFatal) || reader.gaveUp };
}

const NOTHING: ReadonlyMap<string | number, Located> = new Map();

class Reader {
  readonly faults: TextFault[] = [];
  readonly anchors = new Set<string>();
  gaveUp = false;
  #nodes = 0;
  #aliased = 0;
  #inAlias = 0;
  readonly #context: ReadContext;
  readonly #unmask: (text: string) => string;
  readonly #resolve: (alias: Alias) => Node | undefined;

  constructor(
    context: ReadContext,
    unmask: (text: string) => string,
    resolve: (alias: Alias) => Node | undefined,
  ) {
    this.#context = context;
    this.#unmask = unmask;
    this.#resolve = resolve;
  }

  read(node: unknown, keyRange: Range | undefined, depth: number): Located {
    const range = rangeOf(node) ?? keyRange ?? [0, 0];
    const place = { range, keyRange, file: this.#context.file };
    this.#nodes += 1;
    if (this.#inAlias > 0) this.#aliased += 1;
    if (this.#nodes > MOST_NODES || this.#aliased > MOST_ALIASED || depth > DEEPEST) {
      if (!this.gaveUp) this.faults.push({ range, ...this.#tooMuch(depth) });
      this.gaveUp = true;
      return leaf(undefined, place, { broken: true });
    }
    if (isAlias(node)) return this.#readAlias(node, place, depth);
    if ((isMap(node) || isSeq(node) || isScalar(node)) && node.anchor !== undefined)
      this.anchors.add(node.anchor);
    // Of an unknown tag, which is reported, nobody knows what it would have brought. `!` alone is none: plain text.
    if ((isMap(node) || isSeq(node) || isScalar(node)) && node.tag !== undefined && /^!./.test(node.tag))
      return leaf(undefined, place, { broken: true });
    if (isMap(node)) return this.#readMap(node.items, place, depth);
    if (isSeq(node)) {
      const children = new Map(
        node.items.map((item, index) => [index, this.read(item, undefined, depth + 1)] as const),
      );
      const value = [...children.values()].map((child) => child.value);
      return { value, ...place, children, literal: undefined, outside: [], broken: false };
    }
    if (!isScalar(node)) return leaf(null, place, {});
    const { value, source } = node;
    return typeof value === 'string'
      ? this.#readText(this.#unmask(value), place)
      : leaf(value, place, { written: source });
  }

  #tooMuch(depth: number) {
    if (this.#inAlias > 0) return TOO_MANY_ALIASES;
    return depth > DEEPEST ? TOO_DEEP : TOO_MANY;
  }

  #readAlias(node: Alias, place: Place, depth: number): Located {
    const target = this.#resolve(node);
    if (target !== undefined) {
      this.#inAlias += 1;
      const found = this.read(target, place.keyRange, depth + 1);
      this.#inAlias -= 1;
      return { ...found, keyRange: place.keyRange };
    }
    // Of a lone * the parser has said it.
    if (node.source !== '' && this.faults.length < MOST_FAULTS)
      this.faults.push({ range: place.range, ...this.#noAnchor(node.source) });
    return leaf(undefined, place, { broken: true });
  }

  #noAnchor(anchor: string): Omit<TextFault, 'range'> {
    const other = this.#context.anchorElsewhere?.(anchor);
    return other === undefined
      ? {
          message: 'there is no anchor of this name above',
          hint: 'text that starts with * must be in quotes',
        }
      : {
          message: `the anchor ${anchor} stands in ${other}, and an anchor counts only in its own file`,
          hint: 'write it in this file too; for options of destinations there is `defaults`',
        };
  }

  #readText(literal: string, place: Place): Located {
    if (!literal.includes('${')) return leaf(literal, place, { literal });
    const { text, values, faults, missing } = interpolate(literal, this.#context.variables);
    if (this.faults.length < MOST_FAULTS)
      for (const fault of faults) this.faults.push({ range: place.range, ...fault });
    return leaf(text, place, {
      ...{ literal, outside: values, broken: text === undefined },
      ...(missing.length > 0 && { missing }),
    });
  }

  #readMap(items: readonly Pair[], place: Place, depth: number): Located {
    const own = new Map<string, Located>();
    const merged = new Map<string, Located>();
    const replaced: [string, Located][] = [];
    let partial = false;
    for (const pair of items) {
      if (!isPair(pair)) continue;
      const key = this.#keyOf(pair);
      if (key === undefined) continue;
      const child = this.read(pair.value, rangeOf(pair.key), depth + 1);
      const former = own.get(key);
      if (former !== undefined) replaced.push([key, former]);
      if (key !== '<<') own.set(key, child);
      else {
        this.#merge(child, rangeOf(pair.key) ?? [0, 0], merged);
        partial ||= child.broken;
      }
    }
    const children = new Map([...merged, ...own]);
    const value = Object.fromEntries([...children].map(([key, child]) => [key, child.value]));
    return { value, ...place, children, replaced, partial, literal: undefined, outside: [], broken: false };
  }

  #merge(child: Located, range: Range, merged: Map<string, Located>): void {
    const sources = Array.isArray(child.value) ? [...child.children.values()] : [child];
    if (sources.some(({ value, broken }) => !broken && !isRecord(value)))
      this.faults.push({
        range,
        message: '`<<` must be followed by an anchor of a mapping, or a list of those',
        hint: 'write <<: *name, where &name stands before a mapping above',
      });
    for (const [name, inherited] of mergeable(sources)) merged.set(name, inherited);
  }

  #keyOf(pair: Pair): string | undefined {
    const { key } = pair;
    const range = rangeOf(key) ?? [0, 0];
    if (isScalar(key) && key.value !== null) {
      const name = this.#unmask(String(key.value));
      if (name !== '__proto__') return name;
      this.faults.push({ range, message: '__proto__ cannot be a key' });
    } else {
      const template = isMap(key);
      this.faults.push({
        range,
        message: 'a key must be a word',
        hint: template ? 'a template must be in quotes: "{{ ticker }}"' : undefined,
      });
    }
    return undefined;
  }
}

type Place = Pick<Located, 'range' | 'keyRange' | 'file'>;

const leaf = (value: unknown, place: Place, more: Partial<Located>): Located => ({
  value,
  ...place,
  children: NOTHING,
  literal: undefined,
  outside: [],
  broken: false,
  ...more,
});

/** The entries of the mappings that `<<: *anchor` or `<<: [*one, *two]` merges in; of several, the first wins. */
function* mergeable(sources: readonly Located[]): Iterable<[string, Located]> {
  for (const source of sources.toReversed())
    for (const [key, value] of source.children) if (typeof key === 'string') yield [key, value];
}

function rangeOf(node: unknown): Range | undefined {
  if (!isScalar(node) && !isMap(node) && !isSeq(node) && !isAlias(node)) return undefined;
  return node.range ? [node.range[0], node.range[1]] : undefined;
}

/** The same mapping with other entries. */
export const mappingOf = (node: Located, children: ReadonlyMap<string | number, Located>): Located => ({
  ...node,
  children,
  value: Object.fromEntries(Array.from(children, ([key, child]) => [key, child.value])),
});

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
