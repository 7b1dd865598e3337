/** `mute`, `mute list` and `mute lift`. Needs only the store: it works while the bridge runs, and while it does not. */

import { destinationNames } from '../config/destination-names.ts';
import { MuteOperator, type MuteProblem } from '../daemon/mute-operator.ts';
import type { KnownNames } from '../mutes/named.ts';
import { FileDeliveries } from '../outbox/file-deliveries.ts';
import { isHeld } from '../outbox/lock.ts';
import { StoreError } from '../outbox/store-errors.ts';
import type { UsableConfig } from './config-file.ts';
import { type ExitCode, FINE, NOT_FINE, UserError, WRONG_USAGE } from './exit-codes.ts';
import { type Io, jsonText } from './io.ts';
import { heading, markedLine } from './lines.ts';
import { LISTED_AS, liftedLines, MUTE_COLUMNS, madeLines, muteCells } from './mute-text.ts';
import { answered, type OpenedStore, type StoreOptions, withStore } from './store-file.ts';
import { table } from './table.ts';

interface MuteOptions extends StoreOptions {
  readonly for?: string | undefined;
  readonly until?: string | undefined;
  readonly reason?: string | undefined;
  readonly json: boolean;
}

export interface MakeOptions extends MuteOptions {
  readonly what: readonly string[];
}

export interface LiftOptions extends MakeOptions {
  readonly all: boolean;
}

export async function muteCommand(options: MakeOptions, io: Io): Promise<ExitCode> {
  const { what, for: span, until, reason, json } = options;
  if (what.length === 0)
    throw new UserError(
      'Nothing to mute: name a ticker, a rule or a destination, such as `mute ticker:ABC --for 1h`; `mute list` lists the mutes in force',
      WRONG_USAGE,
    );
  return withStore(options, io, async (opened): Promise<ExitCode> => {
    const made = await operatorOf(opened, io).mute({ what, for: span, until, reason });
    if (!made.ok) throw problemOf(made);
    if (json) io.print(jsonText(made.mutes));
    else for (const line of madeLines(made.mutes, isHeld(opened.path), io.columns)) io.print(line);
    return FINE;
  });
}

export async function listMutesCommand(options: MuteOptions, io: Io): Promise<ExitCode> {
  refuseTimes(options, 'list');
  return withStore(options, io, async (opened): Promise<ExitCode> => {
    const mutes = await answered(operatorOf(opened, io).list());
    if (options.json) io.print(jsonText(mutes));
    else if (mutes.length === 0) io.print(heading('nothing is muted', io.columns));
    else
      for (const line of table(MUTE_COLUMNS, mutes.map(muteCells), { width: io.columns, whole: LISTED_AS }))
        io.print(line);
    return FINE;
  });
}

export async function liftCommand(options: LiftOptions, io: Io): Promise<ExitCode> {
  refuseTimes(options, 'lift');
  const { what, all, json } = options;
  if (what.length > 0 === all)
    throw new UserError(
      'name the mutes to lift by their ids or by what is muted, as `mute list` shows them, or give --all',
      WRONG_USAGE,
    );
  return withStore(options, io, async (opened): Promise<ExitCode> => {
    const lifted = await operatorOf(opened, io).lift(all ? 'all' : what);
    if (!lifted.ok) throw problemOf(lifted);
    if (json) io.print(jsonText(lifted.lifted));
    else if (lifted.lifted.length === 0) io.print(markedLine('none', 'nothing was muted', io.columns));
    else for (const line of liftedLines(lifted.lifted, io.columns)) io.print(line);
    return FINE;
  });
}

/** The command line accepts the flags of `mute` after its commands, too. */
function refuseTimes(options: MuteOptions, command: string): void {
  for (const flag of ['for', 'until', 'reason'] as const)
    if (options[flag] !== undefined)
      throw new UserError(`--${flag} cannot be combined with \`mute ${command}\``, WRONG_USAGE);
}

const operatorOf = ({ path, nowMs, config }: OpenedStore, { clock }: Io): MuteOperator =>
  new MuteOperator({
    ...{ store: new FileDeliveries(path), nowMs, names: () => namesOf(config) },
    wallMs: () => clock.wallMs(),
  });

/** Of a file with a problem nobody knows all rules. */
const namesOf = ({ whole, names }: UsableConfig): KnownNames =>
  whole === undefined
    ? { rules: [], destinations: names, isComplete: false }
    : {
        rules: whole.rules.map(({ name }) => name),
        destinations: destinationNames(whole),
        isComplete: true,
      };

function problemOf({ problem, code }: MuteProblem): Error {
  if (code === 'store') return new StoreError(problem);
  const isUsage = code === 'bad_time' || code === 'ambiguous' || code === 'bad_name' || code === 'bad_reason';
  return new UserError(`Not changed: ${problem} [${code}]`, isUsage ? WRONG_USAGE : NOT_FINE);
}
