/** The parts of a conversation on a terminal: so that it can be held with a person, and with a test. */

export interface Choice<Value extends string> {
  readonly value: Value;
  readonly label: string;
  readonly hint?: string;
}

/** Why an answer cannot be used, in a sentence; `undefined`: it can. */
export type Validate = (answer: string) => string | undefined;

/** Each question throws `Cancelled` when the person has had enough. */
export interface Ask {
  choose<Value extends string>(question: string, choices: readonly Choice<Value>[]): Promise<Value>;
  /** At least one; all are chosen at first. */
  chooseSome<Value extends string>(
    question: string,
    choices: readonly Choice<Value>[],
    chosen: readonly Value[],
  ): Promise<readonly Value[]>;
  text(question: string, validate: Validate): Promise<string>;
  /** The answer is never shown. */
  hidden(question: string, validate: Validate): Promise<string>;
  confirm(question: string, isYes: boolean): Promise<boolean>;
  /** A line between the questions. */
  tell(mark: 'good' | 'bad' | 'warning' | 'info', text: string): void;
}

/** Ctrl-C. */
export class Cancelled extends Error {}
