/**
 * The config and its included files as one: the rules of the config first, then those of each file in order; the
 * destinations, tables, templates and groups of all. Everything else belongs in the config itself.
 */
import { nearest } from '../platform/suggest.ts';
import { isRecord } from '../platform/wire-values.ts';
import { isExtension } from './extensions.ts';
import { type Located, listOf, mappingOf } from './located.ts';
import type { ParsedFile } from './parsed-file.ts';
import type { TextFault } from './problem.ts';

/** Sections that an included file may have. A section that is new stands here, and the files bring it. */
const INCLUDED: Readonly<Record<string, 'mapping' | 'list'>> = {
  destinations: 'mapping',
  groups: 'mapping',
  rules: 'list',
  tables: 'mapping',
  templates: 'mapping',
  tests: 'list',
};

const SECTIONS = Object.keys(INCLUDED);
const MAY_HAVE = `an included file has ${SECTIONS.slice(0, -1).join(', ')} and ${SECTIONS.at(-1)}`;

/** A fault in one of the files. */
export interface FileFault extends TextFault {
  readonly file: number;
}

export interface Merged {
  readonly root: Located | undefined;
  readonly faults: readonly FileFault[];
}

/** `known`: the keys of the config. `mainName`: the config, as it is shown beside other files. */
export function mergedFiles(
  [main, ...included]: readonly [ParsedFile, ...ParsedFile[]],
  mainName: string,
  known: readonly string[],
): Merged {
  if (!isRecord(main.root?.value)) return { root: main.root, faults: [] };
  const faults: FileFault[] = [];
  const sections = new Map([...main.root.children].map(([key, node]) => [key, new Section(node)]));
  const files = [main, ...included];
  const shown = (node: Located) => {
    const { name = mainName, lines } = files[node.file] ?? main;
    return `${name}:${Math.max(1, lines.linePos((node.keyRange ?? node.range)[0]).line)}`;
  };
  for (const { root, fatal } of included)
    if (root !== undefined && root.value !== null && !fatal) faults.push(...addFile(root));
  const children = Array.from(sections, ([key, section]) => [key, section.whole] as const);
  return { root: mappingOf(main.root, new Map(children)), faults };

  function addFile(root: Located): readonly FileFault[] {
    if (!isRecord(root.value))
      return [faultAt(root, `must be a mapping: ${MAY_HAVE}`, beginWith(root.value))];
    const alone = [...ALONE].find(([key]) => root.children.has(key));
    if (alone !== undefined && !SECTIONS.some((name) => root.children.has(name)))
      return [faultAt(root, `has no section: ${MAY_HAVE}`, alone[1])];
    return [...root.children].flatMap(([name, node]) => {
      if (isExtension(name) || node.broken) return [];
      const fault = misplaced(String(name), node, mainName, known);
      if (fault !== undefined) return [fault];
      const section = sections.get(name);
      if (section === undefined) sections.set(name, new Section(node));
      const twice = section?.add(node) ?? new Map<string | number, Twice>();
      return Array.from(twice, ([entry, { first, again }]) =>
        faultAtKey(again, {
          message: `there is already \`${entry}\` in \`${name}\`, in ${shown(first)}`,
          hint: 'give one of them another name',
        }),
      );
    });
  }
}

interface Twice {
  readonly first: Located;
  readonly again: Located;
}

/** One section of all files. Entries are collected, and the whole made once: there may be thousands of files. */
class Section {
  readonly #first: Located;
  #more: Map<string | number, Located> | undefined;

  constructor(first: Located) {
    this.#first = first;
  }

  /** The entries that another file has already. */
  add(node: Located): ReadonlyMap<string | number, Twice> {
    const twice = new Map<string | number, Twice>();
    const isList = Array.isArray(this.#first.value);
    // It is wrong itself, which is reported.
    if (isList !== Array.isArray(node.value) || !(isList || isRecord(this.#first.value))) return twice;
    this.#more ??= new Map(this.#first.children);
    for (const [key, again] of node.children) {
      const entry = isList ? this.#more.size : key;
      const first = this.#more.get(entry);
      if (first === undefined) this.#more.set(entry, again);
      else twice.set(key, { first, again });
    }
    return twice;
  }

  get whole(): Located {
    if (this.#more === undefined) return this.#first;
    return Array.isArray(this.#first.value)
      ? listOf(this.#first, this.#more)
      : mappingOf(this.#first, this.#more);
  }
}

function misplaced(
  name: string,
  node: Located,
  mainName: string,
  known: readonly string[],
): FileFault | undefined {
  const kind = Object.hasOwn(INCLUDED, name) ? INCLUDED[name] : undefined;
  if (kind === undefined) return faultAtKey(node, foreignKey(name, mainName, known));
  if (node.value === null)
    return faultAtKey(node, {
      message: `\`${name}\` has no value`,
      hint: 'remove the key, or write entries below it',
    });
  if (kind === 'list' ? Array.isArray(node.value) : isRecord(node.value)) return undefined;
  return faultAt(node, `\`${name}\` must be a ${kind}, as in ${mainName}`);
}

const faultAt = ({ file, range }: Located, message: string, hint?: string): FileFault => ({
  ...{ file, range, message },
  ...(hint === undefined ? {} : { hint }),
});

const faultAtKey = (
  { file, range, keyRange }: Located,
  { message, hint }: { readonly message: string; readonly hint?: string | undefined },
): FileFault => ({ file, range: keyRange ?? range, message, hint });

/** Of one rule, or one destination, without its section. */
const ALONE: ReadonlyMap<string, string> = new Map([
  ['match', 'begin the file with `rules:`, and write a dash before each rule'],
  ['send', 'begin the file with `rules:`, and write a dash before each rule'],
  ['type', 'begin the file with `destinations:`, then the name of this one, and indent the rest below it'],
]);

/** The commonest slip: the entries alone, as another file is included elsewhere. */
const beginWith = (value: unknown) => (Array.isArray(value) ? 'begin the file with `rules:`' : undefined);

function foreignKey(name: string, mainName: string, known: readonly string[]) {
  if (name === 'include')
    return {
      message: '`include` stands only in the config itself: an included file includes no others',
      hint: `name the files in ${mainName}`,
    };
  if (known.includes(name))
    return { message: `\`${name}\` belongs in ${mainName}: ${MAY_HAVE}`, hint: `move it to ${mainName}` };
  const best = nearest(name, SECTIONS);
  const hint = best === undefined ? MAY_HAVE : `did you mean \`${best}\`?`;
  return { message: `unknown key \`${name}\``, hint };
}
