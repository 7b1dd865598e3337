/** Fixed by docs/commands.md: people write them into scripts. */
export const FINE = 0;
/** Something is not fine: a bad config, an undelivered sample, a bridge that is not ready. */
export const NOT_FINE = 1;
export const WRONG_USAGE = 2;

export type ExitCode = typeof FINE | typeof NOT_FINE | typeof WRONG_USAGE;

/** A fault that a person can fix: its message is the whole output, without a stack. */
export class UserError extends Error {
  readonly exitCode: ExitCode;

  constructor(message: string, exitCode: ExitCode = NOT_FINE) {
    super(message);
    this.exitCode = exitCode;
  }
}

/** Its message is a list of problems with marks of their own. */
export class ProblemList extends UserError {}
