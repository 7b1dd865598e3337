/**
 * Patterns that need no search, such as `\(([A-Z0-9]+)\)`: a row of characters and classes, each repeated as often as it can be, because what
 * may follow a repetition is never one more of the same. So there is one way to read them, and a loop over a few small tables says what the
 * engine says; after a silence at a tenth of its price. What is not of this kind is left to the engine, and so is a text that takes too many steps.
 */
import { ALL, ASCII, type Atom, type Group, NONE, straightParts } from './straight-parts.ts';

/** `find`: it is not in the text. */
export const ABSENT = -1;
/** `find`: the engine must be asked. */
export const UNSURE = -2;

/** Looked at in a text of a length: most texts take two for a character. */
const mostSteps = (length: number): number => 256 + 16 * length;

export class StraightPattern {
  /** The tables of all atoms. */
  readonly #ascii: Uint8Array;
  /** As `Atom.other`. */
  readonly #other: Int32Array;
  readonly #least: Int32Array;
  readonly #most: Int32Array;
  readonly #groups: readonly Group[];
  /** Where each atom of the last find begins; then the end. */
  readonly #at: Int32Array;
  #stepsLeft = 0;

  constructor(atoms: readonly Atom[], groups: readonly Group[]) {
    this.#ascii = new Uint8Array(atoms.length * ASCII);
    for (const [place, { ascii }] of atoms.entries()) this.#ascii.set(ascii, place * ASCII);
    this.#other = Int32Array.from(atoms, ({ other }) => other);
    this.#least = Int32Array.from(atoms, ({ least }) => least);
    this.#most = Int32Array.from(atoms, ({ most }) => most);
    this.#at = new Int32Array(atoms.length + 1);
    this.#groups = groups;
  }

  get groupCount(): number {
    return this.#groups.length;
  }

  /** The text of a group in what was found last; 0: all of it. */
  part(text: string, group: number): string {
    const { begin, end } = this.#groups[group - 1] ?? { begin: 0, end: this.#at.length - 1 };
    return text.slice(this.#at[begin], this.#at[end]);
  }

  /** The place of the first occurrence, `ABSENT`, or `UNSURE`. */
  find(text: string): number {
    this.#stepsLeft = mostSteps(text.length);
    for (let start = 0; start <= text.length; start++) {
      const end = this.#endFrom(text, start);
      if (end !== ABSENT) return end === UNSURE ? UNSURE : start;
    }
    return ABSENT;
  }

  #endFrom(text: string, start: number): number {
    const at = this.#at;
    let end = start;
    for (let atom = 0; atom < at.length - 1; atom++) {
      at[atom] = end;
      end = this.#endOf(atom, text, end);
      if (end < 0) return end;
    }
    at[at.length - 1] = end;
    return end;
  }

  #endOf(atom: number, text: string, from: number): number {
    const most = Math.min(text.length, from + (this.#most[atom] ?? 0));
    let end = from;
    for (; end < most; end++) {
      const code = text.charCodeAt(end);
      const isIn = code < ASCII ? this.#ascii[atom * ASCII + code] : this.#outside(atom, code);
      if (isIn === UNSURE) return UNSURE;
      if (isIn === 0) break;
    }
    this.#stepsLeft -= end - from + 1;
    if (this.#stepsLeft < 0) return UNSURE;
    return end - from < (this.#least[atom] ?? 0) ? ABSENT : end;
  }

  /** Whether a character beyond ASCII is in the class of an atom. */
  #outside(atom: number, code: number): number {
    // Without case, the long s is an s and the Kelvin sign a k.
    if (code === 0x17f) return this.#ascii[atom * ASCII + 0x73] ?? 0;
    if (code === 0x212a) return this.#ascii[atom * ASCII + 0x6b] ?? 0;
    // Half of a character.
    if (code >= 0xd800 && code <= 0xdfff) return UNSURE;
    const other = this.#other[atom] ?? NONE;
    return other === ALL || other === code ? 1 : 0;
  }
}

/** `undefined`: it is of another kind. `source`: well formed; without case. */
export function straightPattern(source: string): StraightPattern | undefined {
  const parts = straightParts(source);
  return parts && new StraightPattern(parts.atoms, parts.groups);
}
