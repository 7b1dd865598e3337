/** `deliveries` and its commands: their flags. */
import { type Command, Option } from 'commander';
import { DELIVERY_STATES, type DeliveryState } from '../delivery/delivery.ts';
import { countArgument, durationArgument } from './arguments.ts';
import type { ExitCode } from './exit-codes.ts';
import type { Io } from './io.ts';

export type MakeCommand = (nameAndArguments: string, description: string, parent?: Command) => Command;

const SINCE = 'received within this time, such as 1h or 3d';
const STORE = 'the database file, instead of store.path of the config';

export function addDeliveries(command: MakeCommand, io: Io, exit: (code: ExitCode) => void): void {
  const deliveries = command('deliveries', 'List deliveries: pending, delivered and failed, with reasons')
    .addOption(new Option('--state <state>', 'only those in this state').choices(DELIVERY_STATES))
    .option('--destination <name>', 'only those to this destination')
    .option('--since <duration>', `only those ${SINCE}`, durationArgument)
    .option('--limit <number>', 'how many to list, newest first (default: 50)', countArgument)
    .option('--store <file>', STORE)
    .option('--json', 'print JSON, for scripts', false)
    .action(
      async (options: {
        config: string;
        state?: DeliveryState;
        destination?: string;
        since?: number;
        limit?: number;
        store?: string;
        json: boolean;
      }) => {
        const { listCommand } = await import('./deliveries.ts');
        const { state, destination, since, limit = 50 } = options;
        exit(await listCommand({ ...options, state, destination, sinceMs: since, limit }, io));
      },
    );
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
  command('retry [ids...]', 'Queue deliveries to be sent again', deliveries)
    .option('--dead', 'all dead deliveries; --destination and --since narrow them', false)
    .option(
      '--late',
      'also deliveries past their maxAge; the age restarts from now (an old order is sent as a new one)',
      false,
    )
    .option('--destination <name>', 'with --dead: only those to this destination')
    .option('--since <duration>', `with --dead: only those ${SINCE}`, durationArgument)
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
