/** The files of a config as one: turns findings, which name a path, into problems with file, line and column. */
import { type Located, nodeAt } from './located.ts';
import type { ConfigPlace, ConfigProblem, Finding, Path, TextFault } from './problem.ts';
import type { Source } from './source.ts';

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
  problemOf(fault: TextFault, ordinal: number): ConfigProblem {
    return (this.#files[ordinal] ?? this.#main).problemOf(fault);
  }

  problemAt({ message, other, ...finding }: Finding): ConfigProblem {
    const where = other === undefined ? '' : this.#beside(finding.path, other);
    return this.#problemAt({ ...finding, message: message + where });
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

  #problemAt({ path, at, within, message, hint }: Finding): ConfigProblem {
    if (this.#root === undefined) return this.#main.problemOf({ range: [0, 0], message, hint });
    const { node, exact } = nodeAt(this.#root, path);
    const source = this.#sourceOf(node);
    if (within !== undefined) {
      const start = exact ? source.offsetIn(node, within) : undefined;
      if (start !== undefined) return source.problemOf({ range: [start, start], message, hint });
      const place = `line ${within.line}, column ${within.column}`;
      return source.problemOf({ range: node.range, message: `${place}: ${message}`, hint });
    }
    const empty = node.range[0] === node.range[1];
    const wantsKey = at === 'key' || at === 'missing' || empty || (!exact && node.children.size > 0);
    const range = (wantsKey ? node.keyRange : undefined) ?? node.range;
    if (at === 'missing' && path.length <= 1) return this.#main.problemOf({ range: [0, 0], message, hint });
    return source.problemOf({ range, message, hint });
  }

  #sourceOf({ file }: Located): Source {
    return this.#files[file] ?? this.#main;
  }
}
