/** A conversation without a terminal: the answers are a script, and every question is on record. */
import { type Ask, Cancelled, type Choice, type Validate } from '../../../src/cli/ask.ts';

export interface Line {
  readonly question: string;
  readonly choices?: readonly string[];
  readonly fault?: string;
  readonly told?: string;
}

/** Ends the conversation, as Ctrl-C does. */
export const STOP = Symbol('stop');

type Answer = string | boolean | readonly string[] | typeof STOP;

/** Each question takes the next answer; one that the question refuses is on record with its fault, and the next is taken. */
export function scripted(answers: readonly Answer[]) {
  const left = [...answers];
  const lines: Line[] = [];
  const next = (question: string): Exclude<Answer, typeof STOP> => {
    const answer = left.shift();
    if (answer === undefined) throw new Error(`no answer for: ${question}`);
    if (answer === STOP) throw new Cancelled();
    return answer;
  };
  const written = (question: string, validate: Validate): string => {
    for (;;) {
      const answer = String(next(question));
      const fault = validate(answer);
      lines.push(fault === undefined ? { question } : { question, fault });
      if (fault === undefined) return answer;
    }
  };
  const one = <Value extends string>(answer: unknown, choices: readonly Choice<Value>[]): Value => {
    const found = choices.find(({ value }) => value === answer);
    if (found === undefined)
      throw new Error(`${String(answer)} is none of ${choices.map(({ value }) => value).join()}`);
    return found.value;
  };
  const record = <Value extends string>(question: string, choices: readonly Choice<Value>[]) =>
    lines.push({ question, choices: choices.map(({ value }) => value) });
  const ask: Ask = {
    choose: async (question, choices) => {
      record(question, choices);
      return one(next(question), choices);
    },
    chooseSome: async (question, choices) => {
      record(question, choices);
      const answer = next(question);
      if (!Array.isArray(answer)) throw new Error(`a list for: ${question}`);
      return answer.map((value) => one(value, choices));
    },
    text: async (question, validate) => written(question, validate),
    hidden: async (question, validate) => written(question, validate),
    confirm: async (question) => {
      lines.push({ question });
      const answer = next(question);
      if (typeof answer !== 'boolean') throw new Error(`yes or no for: ${question}`);
      return answer;
    },
    tell: (mark, text) => lines.push({ question: '', told: `${mark} ${text}` }),
  };
  return { ask, lines, left };
}
