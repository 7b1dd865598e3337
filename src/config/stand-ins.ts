/**
 * Values for variables that are not set and files that cannot be read, where nothing is sent: the reference as it
 * stands in the file, or, where the schema takes no such text, the first of a list that it takes.
 */
import type { z } from 'zod';
import { destinationTypes } from '../destinations/index.ts';
import type { DestinationRegistry } from '../destinations/registry.ts';
import { EXAMPLE_VALUES } from './env-example.ts';
import type { LoadedEnvironment } from './environment.ts';
import { type Located, listOf, mappingOf } from './located.ts';
import type { FileFault } from './merged-files.ts';
import { asks } from './placeholder-words.ts';
import type { Path } from './problem.ts';
import { configSchema, configSchemaOf } from './schema.ts';
import { narrow } from './schema-problems.ts';

/** Private use: nothing a config holds. https://www.unicode.org/faq/private_use.html */
const MARK = '\uf8a5';

/** The same variables, in which a placeholder that nobody has replaced counts as not set, and what is not there gets a mark. */
export const standingIn = (environment: LoadedEnvironment): LoadedEnvironment => ({
  ...environment,
  fault: undefined,
  faultOf: () => undefined,
  lostAt: () => undefined,
  variable: (name) => {
    if (environment.faultOf?.(name) !== undefined) return undefined;
    const value = environment.variable(name);
    return value === undefined || EXAMPLE_VALUES.has(value) || asks(value) ? undefined : value;
  },
  standIn: MARK,
});

/** Of every form that an option can have; those of a platform are in its `patterns`. */
const COMMON = [
  'https://stand-in.test/x',
  'wss://stand-in.test',
  'http://stand-in.test:80',
  '1',
  '1s',
  'true',
  '127.0.0.1',
  '0 9 * * *',
  `whsec_${Buffer.alloc(32, 'x').toString('base64')}`,
  '2000-01-01T00:00:00Z',
];

interface Filled {
  readonly root: Located | undefined;
  /** Of places where nothing can stand in: the variable has to be set. */
  readonly faults: readonly FileFault[];
}

export function withStandIns(root: Located | undefined, types: DestinationRegistry): Filled {
  if (root === undefined || !hasMissing(root)) return { root, faults: [] };
  const { shape } = types === destinationTypes ? configSchema : configSchemaOf(types);
  const values = [...types.values()].flatMap(({ patterns }) => patterns.standIns ?? []).concat(COMMON);
  const chosen = new Map<Located, number>();
  for (const [section, node] of root.children) {
    const schema = Object.hasOwn(shape, section) ? shape[section as keyof typeof shape] : undefined;
    if (schema === undefined || !hasMissing(node)) continue;
    const isList = Array.isArray(node.value);
    const entries = node.children.size === 0 ? [[undefined, node] as const] : node.children;
    for (const [entry, part] of entries) {
      const whole = (value: unknown) => (entry === undefined ? value : isList ? [value] : { [entry]: value });
      const before = entry === undefined ? [] : [isList ? 0 : entry];
      choose(part, [String(section)], (value) => {
        const { error } = (schema as z.ZodType).safeParse(whole(value));
        const issues = (error?.issues ?? []).flatMap((issue) => narrow(issue, []));
        return new Set(issues.map(({ path }) => JSON.stringify(path.slice(before.length))));
      });
    }
  }
  return { root: filled(root), faults: [...leaves(root, [])].flatMap(({ leaf }) => faultsOf(leaf)) };

  /** Tries values until the schema takes each of them in its place. */
  function choose(part: Located, above: Path, wrongIn: (value: unknown) => ReadonlySet<string>): void {
    const open = [...leaves(part, [])];
    for (const { leaf, path } of open) chosen.set(leaf, isName([...above, ...path]) ? values.length + 1 : 0);
    for (let round = 0; round <= values.length; round++) {
      const wrong = wrongIn(filled(part).value);
      const next = open.filter(
        ({ leaf, path }) => indexOf(leaf) <= values.length && wrong.has(JSON.stringify(path)),
      );
      if (next.length === 0) return;
      for (const { leaf } of next) chosen.set(leaf, indexOf(leaf) + 1);
    }
  }

  function indexOf(leaf: Located): number {
    return chosen.get(leaf) ?? 0;
  }

  function filled(node: Located): Located {
    if (node.missing !== undefined) {
      const value = standInOf(node, indexOf(node));
      return node.with({ value, broken: value === undefined });
    }
    if (!hasMissing(node)) return node;
    const children = new Map(Array.from(node.children, ([step, child]) => [step, filled(child)]));
    return Array.isArray(node.value) ? listOf(node, children) : mappingOf(node, children);
  }

  /** `undefined`: none is left. */
  function standInOf({ value, missing = [] }: Located, index: number): string | undefined {
    const given = index === 0 ? missing.map(({ reference }) => reference) : undefined;
    const standIn = values[index - 1];
    if (given === undefined && standIn === undefined) return undefined;
    return String(value)
      .split(MARK)
      .reduce((text, part, place) => `${text}${given?.[place - 1] ?? standIn}${part}`);
  }

  function faultsOf(leaf: Located): readonly FileFault[] {
    const { file, range, missing = [] } = leaf;
    return indexOf(leaf) <= values.length ? [] : missing.map(({ fault }) => ({ file, range, ...fault }));
  }
}

const known = new WeakMap<Located, boolean>();

function hasMissing(node: Located): boolean {
  if (node.isPlain) return false;
  const before = known.get(node);
  if (before !== undefined) return before;
  const found = node.missing !== undefined || [...node.children.values()].some(hasMissing);
  known.set(node, found);
  return found;
}

function* leaves(node: Located, path: Path): Iterable<{ readonly leaf: Located; readonly path: Path }> {
  if (!hasMissing(node)) return;
  if (node.missing !== undefined) yield { leaf: node, path };
  for (const [step, child] of node.children) yield* leaves(child, [...path, step]);
}

/** The name of something that has to be in the config: nothing can stand in for it. */
const isName = (path: Path) =>
  path[0] === 'groups' || path.some((step) => step === 'send' || step === 'expect' || step === 'type');
