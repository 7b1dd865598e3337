/** Makes the nodes of one file of what a reader of YAML finds in it, and collects what is wrong with them. */
import { isRecord } from '../platform/wire-values.ts';
import { interpolate, type VariableSource } from './interpolate.ts';
import {
  brokenNode,
  filledNode,
  type Located,
  listNode,
  mappingNode,
  type Place,
  type Replaced,
  scalarNode,
  textNode,
} from './located.ts';
import type { Range, TextFault } from './problem.ts';

export interface ReadContext {
  readonly variables: VariableSource;
  /** Ordinal of the file. */
  readonly file: number;
  /** The file, if any, in which an anchor stands that this one does not have. */
  readonly anchorElsewhere?: ((anchor: string) => string | undefined) | undefined;
}

export class NodeMaker {
  readonly faults: TextFault[] = [];
  readonly anchors = new Set<string>();
  readonly #context: ReadContext;
  /** A text as it stands in the file. */
  readonly #unmask: (text: string) => string;

  constructor(context: ReadContext, unmask: (text: string) => string) {
    this.#context = context;
    this.#unmask = unmask;
  }

  text(value: string, range: Range, keyRange: Range | undefined): Located {
    const literal = this.#unmask(value);
    const place = this.#place(range, keyRange);
    if (!literal.includes('${')) return textNode(literal, place);
    const { text, values, faults, missing } = interpolate(literal, this.#context.variables);
    for (const fault of faults) this.faults.push({ range, ...fault });
    return filledNode(literal, place, text, {
      outside: values,
      broken: text === undefined,
      ...(missing.length > 0 && { missing }),
    });
  }

  /** A number, a truth value, nothing. */
  scalar(value: unknown, written: string | undefined, range: Range, keyRange: Range | undefined): Located {
    return scalarNode(value, this.#place(range, keyRange), written);
  }

  broken(range: Range, keyRange: Range | undefined): Located {
    return brokenNode(this.#place(range, keyRange));
  }

  list(items: readonly Located[], range: Range, keyRange: Range | undefined): Located {
    return listNode(items, this.#place(range, keyRange));
  }

  mapping(entries: Entries, range: Range, keyRange: Range | undefined): Located {
    return entries.mapping(this.#place(range, keyRange));
  }

  /** The node that an alias stands for, in its place; `target` is `undefined` where there is none. */
  alias(anchor: string, target: Located | undefined, range: Range, keyRange: Range | undefined): Located {
    if (target !== undefined) return target.with({ keyRange });
    // Of a lone * the parser has said it.
    if (anchor !== '') this.faults.push({ range, ...this.#noAnchor(anchor) });
    return this.broken(range, keyRange);
  }

  /** `undefined`: it can be none. */
  key(value: unknown, range: Range, isMapping = false): string | undefined {
    if (value !== undefined && value !== null) {
      const name = this.#unmask(String(value));
      if (name !== '__proto__') return name;
      this.faults.push({ range, message: '__proto__ cannot be a key' });
    } else
      this.faults.push({
        range,
        message: 'a key must be a word',
        hint: isMapping ? 'a template must be in quotes: "{{ ticker }}"' : undefined,
      });
    return undefined;
  }

  #place(range: Range, keyRange: Range | undefined): Place {
    return { file: this.#context.file, range, keyRange };
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
}

/** Of a mapping that is being read: its own entries, and those that `<<` brings below them. */
export class Entries {
  readonly #own = new Map<string, Located>();
  readonly #nodes: NodeMaker;
  #merged: Map<string, Located> | undefined;
  #replaced: Replaced[] | undefined;
  #isPartial = false;

  constructor(nodes: NodeMaker) {
    this.#nodes = nodes;
  }

  has(key: string): boolean {
    return this.#own.has(key) || (key === MERGE && this.#merged !== undefined);
  }

  add(key: string, keyRange: Range, node: Located): void {
    if (key === MERGE) return this.#merge(node, keyRange);
    const former = this.#own.get(key);
    if (former !== undefined) {
      this.#replaced ??= [];
      this.#replaced.push([key, former]);
    }
    this.#own.set(key, node);
  }

  mapping(place: Place): Located {
    const replaced = this.#replaced;
    const isPartial = this.#isPartial;
    const children = this.#merged === undefined ? this.#own : new Map([...this.#merged, ...this.#own]);
    return replaced === undefined && !isPartial
      ? mappingNode(children, place)
      : mappingNode(children, place, { replaced, partial: isPartial });
  }

  #merge(child: Located, range: Range): void {
    this.#merged ??= new Map();
    const sources = Array.isArray(child.value) ? [...child.children.values()] : [child];
    if (sources.some(({ value, broken }) => !broken && !isRecord(value)))
      this.#nodes.faults.push({
        range,
        message: '`<<` must be followed by an anchor of a mapping, or a list of those',
        hint: 'write <<: *name, where &name stands before a mapping above',
      });
    // Of several, the first wins.
    for (const source of sources.toReversed())
      for (const [key, inherited] of source.children)
        if (typeof key === 'string') this.#merged.set(key, inherited);
    this.#isPartial ||= child.broken;
  }
}

const MERGE = '<<';
