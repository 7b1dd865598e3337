/** The parts of a title in brackets, square or round, with the brackets; one pair within another belongs to the outer one. */
const BRACKETS = /[([]((?:[^()[\]]|\([^()]*\))*)[)\]]/g;

export interface Bracketed {
  readonly whole: string;
  readonly inside: string;
}

export const bracketedIn = (plain: string): Bracketed[] =>
  Array.from(plain.matchAll(BRACKETS), ([whole, inside = '']) => ({ whole, inside: inside.trim() }));
