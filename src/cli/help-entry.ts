/** The form of an entry of `--help`, and sentences that several have. */

export interface CommandHelp {
  /** The arguments after `listing-bridge`, and their effect. */
  readonly examples: readonly (readonly [args: string, does: string])[];
  /** By the name of the argument. */
  readonly arguments?: Readonly<Record<string, string>>;
  /** More than the description has room for. */
  readonly notes?: readonly string[];
  /** When the exit code is 1; a `UserError` gives it too. */
  readonly fails: string;
  /** Pages on the same subject, beside the command's part of docs/commands.md. */
  readonly pages: readonly string[];
}

export const WITHOUT_CONFIG =
  'Works with a broken or missing config: it reports what it cannot read and continues with the rest.';
export const UNREADABLE_STORE = 'the store cannot be read';
