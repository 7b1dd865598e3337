/** `stats`: its flags. */
import { Option } from 'commander';
import type { StatsBy } from '../outbox/history/by.ts';
import { agoArgument } from './arguments.ts';
import type { ExitCode } from './exit-codes.ts';
import type { Io } from './io.ts';
import type { MakeCommand } from './program-deliveries.ts';

/** Written here once more, because nothing of the store is loaded before the first line of any command. */
const BY = Object.keys({ feed: 0, destination: 0, rule: 0, hour: 0 } satisfies Record<StatsBy, 0>);

export function addStats(command: MakeCommand, io: Io, exit: (code: ExitCode) => void): void {
  command('stats', 'Show latency and reliability of a period, per feed and destination')
    .option(
      '--since <time>',
      'of this time, such as 24h or 30d, or since this moment (default: 24h)',
      agoArgument(io.clock),
    )
    .option('--until <time>', 'up to then: a span back from now, or a moment', agoArgument(io.clock))
    .addOption(new Option('--by <what>', 'one table of these (default: feeds and destinations)').choices(BY))
    .option('--feed <name>', 'of announcements only those of this feed')
    .option('--destination <name>', 'of deliveries only those to this destination')
    .option('--store <file>', 'the database file, instead of store.path of the config')
    .option('--json', 'print JSON, for scripts', false)
    .action(async (options) => {
      const { statsCommand } = await import('./stats.ts');
      exit(await statsCommand(options, io));
    });
}
