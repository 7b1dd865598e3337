/** `deliveries` and its commands: their flags. */
import type { Command } from 'commander';
import { countArgument } from './arguments.ts';
import type { ExitCode } from './exit-codes.ts';
import type { Io } from './io.ts';
import { muteOption, stateOption, withDeliveryFilters } from './program-filters.ts';

export type MakeCommand = (nameAndArguments: string, description: string, parent?: Command) => Command;

const STORE = 'the database file, instead of store.path of the config';

export function addDeliveries(command: MakeCommand, io: Io, exit: (code: ExitCode) => void): void {
  const deliveries = withDeliveryFilters(
    command('deliveries', 'List deliveries: pending, delivered and failed, with reasons')
      .addOption(stateOption())
      .addOption(muteOption()),
    io,
  )
    .option('--id <id>', 'only the one with this id')
    .option('--limit <number>', 'how many to list, newest first (default: 50)', countArgument)
    .option('--store <file>', STORE)
    .option('--json', 'print JSON, for scripts', false)
    .action(async (options) => {
      const { listCommand } = await import('./deliveries.ts');
      exit(await listCommand(options, io));
    });
  command(
    'show <id>',
    'Show one delivery with all its attempts, or all deliveries of one announcement',
    deliveries,
  )
    .option('--store <file>', STORE)
    .option('--json', 'print JSON, for scripts', false)
    .action(async (id: string, _options, self: Command) => {
      const { showCommand } = await import('./deliveries.ts');
      exit(await showCommand({ ...self.optsWithGlobals(), id } as Parameters<typeof showCommand>[0], io));
    });
  withDeliveryFilters(
    command('retry [ids...]', 'Queue deliveries to be sent again', deliveries)
      .option('--dead', 'all dead deliveries; the filters narrow them', false)
      .option(
        '--late',
        'also deliveries past their maxAge; the age restarts from now (an old order is sent as a new one)',
        false,
      ),
    io,
    'with --dead: ',
  )
    .option('--store <file>', STORE)
    .option('--json', 'print JSON, for scripts', false)
    .action(async (ids: string[], _options, self: Command) => {
      const { retryCommand } = await import('./deliveries-change.ts');
      exit(await retryCommand({ ...self.optsWithGlobals(), ids } as Parameters<typeof retryCommand>[0], io));
    });
  command('discard <ids...>', 'Cancel pending deliveries', deliveries)
    .option('--store <file>', STORE)
    .option('--json', 'print JSON, for scripts', false)
    .action(async (ids: string[], _options, self: Command) => {
      const { discardCommand } = await import('./deliveries-change.ts');
      exit(
        await discardCommand({ ...self.optsWithGlobals(), ids } as Parameters<typeof discardCommand>[0], io),
      );
    });
}
