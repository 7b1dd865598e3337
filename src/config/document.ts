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
import { aliasTargets } from './alias-targets.ts';
import { firstOf } from './first-errors.ts';
import type { VariableSource } from './interpolate.ts';
import type { Located } from './located.ts';
import { Entries, NodeMaker, type ReadContext } from './node-maker.ts';
import { plainDocument } from './plain-yaml.ts';
import type { Range, TextFault } from './problem.ts';
import { explainSyntax, isFatal } from './syntax.ts';
import { DEEPEST, MOST_ALIASED, TOO_DEEP, TOO_MANY, TOO_MANY_ALIASES, tooManyIn } from './too-much.ts';
import { maskVariables, unmaskVariables } from './variable-mask.ts';
import { linesOf, parseYaml } from './yaml-text.ts';

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

export function readDocument(text: string, context: ReadContext): ParsedDocument {
  const masked = maskVariables(text);
  const unmask = masked === text ? (word: string) => word : unmaskVariables;
  const once = { ...context, variables: readOnce(context.variables) };
  const nodes = new NodeMaker(once, unmask);
  const root = plainDocument(masked, nodes);
  if (root === undefined) return byLibrary({ text, masked, unmask }, once);
  const { faults, anchors } = nodes;
  return { root, faults, fatal: false, lines: linesOf(masked), anchors };
}

/** Each file is read once, also where the text is: what comes through a pipe does not come again. */
function readOnce(variables: VariableSource): VariableSource {
  const known = new Map<string, () => string>();
  return {
    ...variables,
    file(path) {
      const again = known.get(path) ?? outcomeOf(() => variables.file(path));
      known.set(path, again);
      return again();
    },
  };
}

function outcomeOf(read: () => string): () => string {
  try {
    const text = read();
    return () => text;
  } catch (error) {
    return () => {
      throw error;
    };
  }
}

interface Masked {
  readonly text: string;
  readonly masked: string;
  readonly unmask: (text: string) => string;
}

/** The same, whatever the text is. */
export function byLibrary({ text, masked, unmask }: Masked, context: ReadContext): ParsedDocument {
  const { document, lines, tooMuchAt } = parseYaml(masked);
  const readerWith = (resolve: (alias: Alias) => Node | undefined) =>
    new Reader(new NodeMaker(context, unmask), resolve);
  const rootOf = (by: Reader) =>
    document.contents === null ? undefined : by.read(document.contents, undefined, 0);
  const reader = readerWith(aliasTargets(document));
  const whole = rootOf(reader);
  // Its secrets still have to be known, so that none is shown; once, as they are written.
  const root = reader.gaveUp ? rootOf(readerWith(() => undefined)) : whole;
  const errors = [...document.errors, ...document.warnings];
  const read = { root, lines, anchors: reader.nodes.anchors };
  if (tooMuchAt !== undefined) {
    const fault = tooMuchAt > 0 ? TOO_DEEP : tooManyIn(text);
    return { ...read, faults: [{ range: [tooMuchAt, tooMuchAt], ...fault }], fatal: true };
  }
  const faults = [...explainSyntax(firstOf(errors), text, document, lines), ...reader.nodes.faults];
  return { ...read, faults, fatal: errors.some(isFatal) || reader.gaveUp };
}

class Reader {
  gaveUp = false;
  readonly nodes: NodeMaker;
  #nodes = 0;
  #aliased = 0;
  #inAlias = 0;
  readonly #resolve: (alias: Alias) => Node | undefined;

  constructor(nodes: NodeMaker, resolve: (alias: Alias) => Node | undefined) {
    this.nodes = nodes;
    this.#resolve = resolve;
  }

  read(node: unknown, keyRange: Range | undefined, depth: number): Located {
    const range = rangeOf(node) ?? keyRange ?? [0, 0];
    this.#nodes += 1;
    if (this.#inAlias > 0) this.#aliased += 1;
    if (this.#nodes > MOST_NODES || this.#aliased > MOST_ALIASED || depth > DEEPEST) {
      if (!this.gaveUp) this.nodes.faults.push({ range, ...this.#tooMuch(depth) });
      this.gaveUp = true;
      return this.nodes.broken(range, keyRange);
    }
    if (isAlias(node)) return this.#readAlias(node, range, keyRange, depth);
    if ((isMap(node) || isSeq(node) || isScalar(node)) && node.anchor !== undefined)
      this.nodes.anchors.add(node.anchor);
    // Of an unknown tag, which is reported, nobody knows what it would have brought. `!` alone is none: plain text.
    if ((isMap(node) || isSeq(node) || isScalar(node)) && node.tag !== undefined && /^!./.test(node.tag))
      return this.nodes.broken(range, keyRange);
    if (isMap(node)) return this.nodes.mapping(this.#entriesOf(node.items, depth), range, keyRange);
    if (isSeq(node)) {
      const items = node.items.map((item) => this.read(item, undefined, depth + 1));
      return this.nodes.list(items, range, keyRange);
    }
    if (!isScalar(node)) return this.nodes.scalar(null, undefined, range, keyRange);
    const { value, source } = node;
    return typeof value === 'string'
      ? this.nodes.text(value, range, keyRange)
      : this.nodes.scalar(value, source, range, keyRange);
  }

  #tooMuch(depth: number) {
    if (this.#inAlias > 0) return TOO_MANY_ALIASES;
    return depth > DEEPEST ? TOO_DEEP : TOO_MANY;
  }

  #readAlias(node: Alias, range: Range, keyRange: Range | undefined, depth: number): Located {
    const target = this.#resolve(node);
    let found: Located | undefined;
    if (target !== undefined) {
      this.#inAlias += 1;
      found = this.read(target, keyRange, depth + 1);
      this.#inAlias -= 1;
    }
    return this.nodes.alias(node.source, found, range, keyRange);
  }

  #entriesOf(items: readonly Pair[], depth: number): Entries {
    const entries = new Entries(this.nodes);
    for (const pair of items) {
      if (!isPair(pair)) continue;
      const range = rangeOf(pair.key);
      const word = isScalar(pair.key) ? pair.key.value : undefined;
      const key = this.nodes.key(word, range ?? [0, 0], isMap(pair.key));
      if (key !== undefined) entries.add(key, range ?? [0, 0], this.read(pair.value, range, depth + 1));
    }
    return entries;
  }
}

function rangeOf(node: unknown): Range | undefined {
  if (!isScalar(node) && !isMap(node) && !isSeq(node) && !isAlias(node)) return undefined;
  return node.range ? [node.range[0], node.range[1]] : undefined;
}
