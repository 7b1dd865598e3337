/** The members of one variable that a text names (`{{ extract.pair }}` of `extract`), with their places. */
import { compileAnalysis } from './engine.ts';

export interface NamedMember {
  /** Empty for the variable itself, and for a member that is computed. */
  readonly member: string;
  /** Counted from the text's first character, from 1. */
  readonly line: number;
  readonly column: number;
}

/** None where the text does not parse: that is reported elsewhere. */
export function membersNamed(source: string, variable: string): readonly NamedMember[] {
  if (!source.includes(variable) || !/\{[{%]/.test(source)) return [];
  try {
    const found = compileAnalysis(source)[variable] ?? [];
    return found.map(({ segments: [, member], location: { row, col } }) => ({
      member: typeof member === 'string' ? member : '',
      line: row,
      column: col,
    }));
  } catch {
    return [];
  }
}
