/** The first of many problems: nobody reads thousands, and a log or a page that has them all has room for nothing else. */
import { type ConfigProblem, placeOf } from './problem.ts';

const MOST_SHOWN = 100;

export interface SomeProblems {
  readonly some: readonly ConfigProblem[];
  /** How many there are beside these. */
  readonly more: number;
}

/** `more`: how many there are beside `problems`. */
export const someOf = (problems: readonly ConfigProblem[], more: number): SomeProblems => ({
  some: problems.slice(0, MOST_SHOWN),
  more: Math.max(0, problems.length - MOST_SHOWN) + more,
});

/** Of what is left out, for the end of a list; `more` is not 0. */
export const moreText = (more: number): string => `… and ${more.toLocaleString('en')} more`;

/** `config.yaml:3:5: …` for each; `file`: the config. */
export const problemLines = ({ some, more }: SomeProblems, file: string): string[] => [
  ...some.map((problem) => `${placeOf(file, problem)}: ${problem.message}`),
  ...(more > 0 ? [moreText(more)] : []),
];
