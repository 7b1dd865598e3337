/** One file as text: a place in it as a problem, with a line that is safe to show. */
import { printable } from '../platform/printable.ts';
import { REDACTED, type Redactor } from '../platform/secret.ts';
import type { Located } from './located.ts';
import type { ParsedFile } from './parsed-file.ts';
import type { ConfigProblem, Finding, Range, TextFault } from './problem.ts';
import type { SecretKnowledge } from './secret-knowledge.ts';
import { secretRanges } from './secret-places.ts';
import { blotShapes } from './secret-shapes.ts';

/** A problem before anybody reads it: there may be a hundred thousand. */
export interface Spot {
  readonly source: Source;
  readonly fault: TextFault;
}

export class Source {
  readonly #file: ParsedFile;
  readonly #redact: Redactor;
  readonly #secret: readonly Range[];
  readonly #patterns: SecretKnowledge['patterns'];
  /** The line that was shown last. */
  #shown: { readonly start: number; readonly text: string } | undefined;

  constructor(file: ParsedFile, redact: Redactor, known: SecretKnowledge) {
    this.#file = file;
    this.#redact = redact;
    this.#secret =
      file.root === undefined
        ? []
        : [...secretRanges(file.root, known)].sort(([one], [other]) => one - other);
    this.#patterns = known.patterns;
  }

  /** As it is shown; `undefined` for the config itself. */
  get name(): string | undefined {
    return this.#file.name;
  }

  problemOf(fault: TextFault): ConfigProblem {
    const { message, hint } = fault;
    const { text, lines, name, isHidden } = this.#file;
    const offset = this.offsetOf(fault);
    const { line, column } = this.placeOf(offset);
    const start = lines.lineStarts[line - 1] ?? 0;
    const newline = text.indexOf('\n', start);
    const end = newline === -1 ? text.length : newline;
    const clean = (words: string) => this.#clean(words);
    const show = (to: number) => this.#show(start, to);
    const lineFrom = (from: number, make: () => string) => this.#lineFrom(from, make);
    // Of thousands of problems nobody sees more than the first: what costs time is made when it is looked at.
    const problem: ConfigProblem = {
      ...(name === undefined ? {} : { file: name }),
      line,
      column,
      get message() {
        return clean(message);
      },
      get hint() {
        return hint === undefined ? undefined : clean(hint);
      },
      // Where it is no text, nobody can tell where in it a secret stands.
      get sourceLine() {
        if (isHidden) return '';
        return lineFrom(start, () => show(end));
      },
    };
    if (!isHidden)
      Object.defineProperty(problem, 'shownColumn', { enumerable: true, get: () => show(offset).length + 1 });
    return problem;
  }

  /** Of a line in which a thousand mistakes stand, once. */
  #lineFrom(start: number, make: () => string): string {
    if (this.#shown?.start !== start) this.#shown = { start, text: make() };
    return this.#shown.text;
  }

  /** Where it is, in characters. */
  offsetOf({ range }: TextFault): number {
    return Math.min(range[0], this.#file.text.length);
  }

  placeOf(offset: number): { readonly line: number; readonly column: number } {
    const { line, col } = this.#file.lines.linePos(offset);
    return { line: Math.max(1, line), column: Math.max(1, col) };
  }

  /** Where a place of a text stands in the file; `undefined` when it is written otherwise there (folded, with escapes, from a variable). */
  offsetIn({ literal, value, range }: Located, { line, column }: Required<Finding>['within'] & object) {
    const wanted = literal === value ? literal?.split('\n')[line - 1] : undefined;
    if (!wanted) return undefined;
    const rows = this.#file.text.slice(...range).split('\n');
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

  /** The place among the secrets of the first that ends behind an offset: they are in order, and none lies in another. */
  #firstSecretAfter(offset: number): number {
    let low = 0;
    let high = this.#secret.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#secret[middle]?.[1] ?? 0) <= offset) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** This part of a line, without what is secret in it. */
  #show(start: number, end: number): string {
    const { text, fatal } = this.#file;
    let shown = '';
    let at = start;
    for (let nth = this.#firstSecretAfter(start); nth < this.#secret.length; nth++) {
      const [from, to] = this.#secret[nth] ?? [end, end];
      if (from >= end) break;
      if (to <= at) continue;
      shown += text.slice(at, Math.max(at, from)) + REDACTED;
      at = Math.min(to, end);
    }
    return this.#clean((shown + text.slice(at, end)).replace(/\r$/, ''), fatal);
  }
}
