/** `replay` and `export`: their flags. */
import { countArgument } from './arguments.ts';
import type { ExitCode } from './exit-codes.ts';
import type { Io } from './io.ts';
import type { MakeCommand } from './program-deliveries.ts';
import { withNewsFilters } from './program-filters.ts';

const STORE = 'the database file, instead of store.path of the config';

export function addReplay(command: MakeCommand, io: Io, exit: (code: ExitCode) => void): void {
  withNewsFilters(
    command(
      'replay',
      "Put stored announcements through today's rules: a dry run, or with --send for real",
    ).option('--id <id>', 'only this announcement (or the one of this delivery)'),
    io,
  )
    .option('--destination <name>', 'only what goes to this destination')
    .option('--rule <name>', 'only what this rule asks for')
    .option('--limit <number>', 'how many announcements, the newest (default: 200)', countArgument)
    .option('--send', 'queue what would be sent; on a terminal it asks first', false)
    .option('--again', 'also where it has arrived, or may have: the receiver gets it twice', false)
    .option(
      '--late',
      'also what is past its maxAge; the age restarts from now (an old order is sent as a new one)',
      false,
    )
    .option('-y, --yes', 'with --send: do not ask; needed where a script sends old or repeated orders', false)
    .option('--store <file>', STORE)
    .option('--json', 'print JSON, for scripts', false)
    .action(async (options) => {
      const { replayCommand } = await import('./replay.ts');
      exit(await replayCommand(options, io));
    });
}
