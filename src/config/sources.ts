/** The files of a config as one: turns findings, which name a path, into problems with file, line and column. */
import { type Located, nodeAt } from './located.ts';
import type { ConfigPlace, ConfigProblem, Finding, Path, Range, TextFault } from './problem.ts';
import type { Source, Spot } from './source.ts';

/** Nobody reads more, and each costs more than the mistake in it; the rest is counted. */
const MOST_REPORTED = 1000;

export class Sources {
  readonly #main: Source;
  readonly #files: readonly Source[];
  readonly #root: Located | undefined;
  /** The config itself, as it is shown beside other files. */
  readonly #mainName: string;

  /** `files`: by their ordinals, the config itself first; `root`: what the paths of findings lead through. */
  constructor(
    [main, ...included]: readonly [Source, ...Source[]],
    root: Located | undefined,
    mainName: string,
  ) {
    this.#main = main;
    this.#files = [main, ...included];
    this.#root = root;
    this.#mainName = mainName;
  }

  /** `ordinal`: of the file. */
  spotOf(fault: TextFault, ordinal: number): Spot {
    return { source: this.#files[ordinal] ?? this.#main, fault };
  }

  spotAt({ message, other, ...finding }: Finding): Spot {
    const where = other === undefined ? '' : this.#beside(finding.path, other);
    return this.#spotAt({ ...finding, message: message + where });
  }

  /** In the order of the files, nothing twice; the first `MOST_REPORTED`, and how many more there are. */
  reported(spots: readonly Spot[]): { readonly some: readonly ConfigProblem[]; readonly more: number } {
    const ordinals = new Map(this.#files.map((source, ordinal) => [source, ordinal]));
    const ordinalOf = ({ source }: Spot) => ordinals.get(source) ?? 0;
    const offsetOf = ({ source, fault }: Spot) => source.offsetOf(fault);
    const seen = new Set<string>();
    const once = spots.filter((spot) => {
      const key = `${ordinalOf(spot)}:${offsetOf(spot)}:${spot.fault.message}`;
      return seen.size < seen.add(key).size;
    });
    const first = once
      .sort((a, b) => ordinalOf(a) - ordinalOf(b) || offsetOf(a) - offsetOf(b))
      .slice(0, MOST_REPORTED);
    return {
      some: first.map(({ source, fault }) => source.problemOf(fault)),
      more: once.length - first.length,
    };
  }

  /** As `LoadedConfig.where`. */
  whereIs(path: Path): ConfigPlace | undefined {
    if (this.#root === undefined) return undefined;
    const { node } = nodeAt(this.#root, path);
    if (node === this.#root && path.length > 0) return undefined;
    const [start] = (node.children.size > 0 ? node.keyRange : undefined) ?? node.range;
    const source = this.#sourceOf(node);
    return { file: source.name ?? this.#mainName, ...source.placeOf(start) };
  }

  /** The file in which the value at a path stands, as it is shown. */
  fileOf(path: Path): string {
    const source = this.#root && this.#sourceOf(nodeAt(this.#root, path).node);
    return source?.name ?? this.#mainName;
  }

  /** `, in line 7`, or `, in rules/a.yaml:7` for another file. */
  #beside(path: Path, other: Path): string {
    if (this.#root === undefined) return '';
    const { node } = nodeAt(this.#root, other);
    const { line } = this.#sourceOf(node).placeOf(node.range[0]);
    const isSame = this.fileOf(path) === this.fileOf(other);
    return isSame ? `, in line ${line}` : `, in ${this.fileOf(other)}:${line}`;
  }

  #spotAt({ path, at, within, message, hint }: Finding): Spot {
    const spot = (of: Source, range: Range, words = message): Spot => ({
      source: of,
      fault: { range, message: words, hint },
    });
    if (this.#root === undefined) return spot(this.#main, [0, 0]);
    const { node, exact } = nodeAt(this.#root, path);
    const source = this.#sourceOf(node);
    if (within !== undefined) {
      const start = exact ? source.offsetIn(node, within) : undefined;
      if (start !== undefined) return spot(source, [start, start]);
      const place = `line ${within.line}, column ${within.column}`;
      return spot(source, node.range, `${place}: ${message}`);
    }
    const empty = node.range[0] === node.range[1];
    const wantsKey = at === 'key' || at === 'missing' || empty || (!exact && node.children.size > 0);
    const range = (wantsKey ? node.keyRange : undefined) ?? node.range;
    if (at === 'missing' && path.length <= 1) return spot(this.#main, [0, 0]);
    return spot(source, range);
  }

  #sourceOf({ file }: Located): Source {
    return this.#files[file] ?? this.#main;
  }
}
