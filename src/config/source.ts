/** The file as text: turns findings and faults into problems with a place and a line that is safe to show. */
import type { LineCounter } from 'yaml';
import { printable } from '../platform/printable.ts';
import { REDACTED, type Redactor } from '../platform/secret.ts';
import { type Located, nodeAt } from './document.ts';
import type { ConfigPlace, ConfigProblem, Finding, Path, Range, TextFault } from './problem.ts';
import type { SecretKnowledge } from './secret-knowledge.ts';
import { secretRanges } from './secret-places.ts';
import { blotShapes } from './secret-shapes.ts';

export class Source {
  readonly #text: string;
  readonly #lines: LineCounter;
  readonly #root: Located | undefined;
  readonly #strict: boolean;
  readonly #redact: Redactor;
  readonly #secret: readonly Range[];
  readonly #patterns: SecretKnowledge['patterns'];

  /** `written`: as the file says it; `root`: what the paths of findings lead through. `strict` when the YAML does not parse. */
  constructor(
    text: string,
    lines: LineCounter,
    { written, root }: Readonly<Record<'written' | 'root', Located | undefined>>,
    strict: boolean,
    redact: Redactor,
    known: SecretKnowledge,
  ) {
    this.#text = text;
    this.#lines = lines;
    this.#root = root;
    this.#strict = strict;
    this.#redact = redact;
    this.#secret = written === undefined ? [] : [...secretRanges(written, known)];
    this.#patterns = known.patterns;
  }

  problemOf({ range, message, hint }: TextFault): ConfigProblem {
    const offset = Math.min(range[0], this.#text.length);
    const { line, col } = this.#lines.linePos(offset);
    const start = this.#lines.lineStarts[line - 1] ?? 0;
    const newline = this.#text.indexOf('\n', start);
    return {
      line: Math.max(1, line),
      column: Math.max(1, col),
      message: this.#clean(message),
      hint: hint === undefined ? undefined : this.#clean(hint),
      sourceLine: this.#show(start, newline === -1 ? this.#text.length : newline),
      shownColumn: this.#show(start, offset).length + 1,
    };
  }

  problemAt({ message, other, ...finding }: Finding): ConfigProblem {
    const place =
      other === undefined || this.#root === undefined ? undefined : nodeAt(this.#root, other).node.range[0];
    const where = place === undefined ? '' : `, in line ${this.#lines.linePos(place).line}`;
    return this.#problemAt({ ...finding, message: message + where });
  }

  #problemAt({ path, at, within, message, hint }: Finding): ConfigProblem {
    if (this.#root === undefined) return this.problemOf({ range: [0, 0], message, hint });
    const { node, exact } = nodeAt(this.#root, path);
    if (within !== undefined) {
      const start = exact ? this.#offsetIn(node, within) : undefined;
      if (start !== undefined) return this.problemOf({ range: [start, start], message, hint });
      const place = `line ${within.line}, column ${within.column}`;
      return this.problemOf({ range: node.range, message: `${place}: ${message}`, hint });
    }
    const empty = node.range[0] === node.range[1];
    const wantsKey = at === 'key' || at === 'missing' || empty || (!exact && node.children.size > 0);
    const range = (wantsKey ? node.keyRange : undefined) ?? node.range;
    return this.problemOf({ range: at === 'missing' && path.length <= 1 ? [0, 0] : range, message, hint });
  }

  /** As `LoadedConfig.where`. */
  whereIs(path: Path): Omit<ConfigPlace, 'file'> | undefined {
    if (this.#root === undefined) return undefined;
    const { node } = nodeAt(this.#root, path);
    if (node === this.#root && path.length > 0) return undefined;
    const [start] = (node.children.size > 0 ? node.keyRange : undefined) ?? node.range;
    const { line, col } = this.#lines.linePos(start);
    return { line: Math.max(1, line), column: Math.max(1, col) };
  }

  /** Where a place of a text stands in the file; `undefined` when it is written otherwise there (folded, with escapes, from a variable). */
  #offsetIn({ literal, value, range }: Located, { line, column }: Required<Finding>['within'] & object) {
    const wanted = literal === value ? literal?.split('\n')[line - 1] : undefined;
    if (!wanted) return undefined;
    const rows = this.#text.slice(...range).split('\n');
    // A block text (|) begins on the next line.
    const row = rows[0]?.startsWith('|') ? line : line - 1;
    const found = rows[row]?.indexOf(wanted) ?? -1;
    if (found === -1) return undefined;
    const before = rows.slice(0, row).reduce((length, { length: more }) => length + more + 1, 0);
    return range[0] + before + found + column - 1;
  }

  #clean(text: string, strict = false): string {
    return printable(blotShapes(this.#redact(text), this.#patterns, strict));
  }

  /** This part of a line, without what is secret in it. */
  #show(start: number, end: number): string {
    let shown = '';
    let at = start;
    for (const [from, to] of this.#secret) {
      if (to <= at || from >= end) continue;
      shown += this.#text.slice(at, Math.max(at, from)) + REDACTED;
      at = Math.min(to, end);
    }
    return this.#clean((shown + this.#text.slice(at, end)).replace(/\r$/, ''), this.#strict);
  }
}
