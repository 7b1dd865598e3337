/** `replay` and `export`: their flags. */
import { Option } from 'commander';
import type { Exported, ExportFormat } from '../outbox/exported.ts';
import { countArgument } from './arguments.ts';
import type { ExitCode } from './exit-codes.ts';
import type { Io } from './io.ts';
import type { MakeCommand } from './program-deliveries.ts';
import { muteOption, stateOption, withDeliveryFilters, withNewsFilters } from './program-filters.ts';

// Written here once more, because nothing of the store is loaded before the first line of any command.
const FORMATS = Object.keys({ jsonl: 0, csv: 0 } satisfies Record<ExportFormat, 0>);
const ROWS = Object.keys({ announcements: 0, deliveries: 0, attempts: 0 } satisfies Record<Exported, 0>);

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

export function addExport(command: MakeCommand, io: Io, exit: (code: ExitCode) => void): void {
  withDeliveryFilters(
    command('export', 'Write stored rows as JSON Lines or CSV, the oldest first')
      .addOption(new Option('--format <format>', 'of the rows').choices(FORMATS).default('jsonl'))
      .addOption(new Option('--what <rows>', 'which rows').choices(ROWS).default('deliveries'))
      .option('--output <file>', 'put them into this file, when all are written, instead of the output')
      .addOption(stateOption())
      .addOption(muteOption()),
    io,
  )
    .option('--id <id>', 'only the delivery with this id')
    .addOption(
      new Option('--matched <yes>', 'of announcements: only those that a rule matched, or none did').choices([
        'true',
        'false',
      ]),
    )
    .option('--store <file>', STORE)
    .action(async (options) => {
      const { exportCommand } = await import('./export.ts');
      exit(await exportCommand(options, io));
    });
}
