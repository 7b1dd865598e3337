/** `mute` and its commands: their flags. */
import type { Command } from 'commander';
import type { ExitCode } from './exit-codes.ts';
import type { Io } from './io.ts';
import type { MakeCommand } from './program-deliveries.ts';

const STORE = 'the database file, instead of store.path of the config';

interface MuteFlags {
  readonly config: string;
  readonly for?: string;
  readonly until?: string;
  readonly reason?: string;
  readonly store?: string;
  readonly json: boolean;
}

export function addMute(command: MakeCommand, io: Io, exit: (code: ExitCode) => void): void {
  const mute = command(
    'mute [what...]',
    'Hold back everything of a ticker, by a rule or for a destination, for a while',
  )
    .option('--for <duration>', 'for how long, such as 30m, 1h or 3d (default: 1h)')
    .option('--until <time>', 'until then, instead: 18:00, or 2026-11-27T09:00+09:00')
    .option('--reason <text>', 'why; it is shown wherever the mute is')
    .option('--store <file>', STORE)
    .option('--json', 'print JSON, for scripts', false)
    .action(async (what: string[], options: MuteFlags) => {
      const { muteCommand } = await import('./mute.ts');
      exit(await muteCommand({ ...options, what }, io));
    });
  command('list', 'List the mutes in force', mute)
    .option('--store <file>', STORE)
    .option('--json', 'print JSON, for scripts', false)
    .action(async (_options, self: Command) => {
      const { listMutesCommand } = await import('./mute.ts');
      exit(await listMutesCommand(self.optsWithGlobals<MuteFlags>(), io));
    });
  command('lift [what...]', 'End mutes before their time', mute)
    .option('--all', 'every mute in force', false)
    .option('--store <file>', STORE)
    .option('--json', 'print JSON, for scripts', false)
    .action(async (what: string[], _options, self: Command) => {
      const { liftCommand } = await import('./mute.ts');
      exit(await liftCommand({ ...self.optsWithGlobals<MuteFlags & { all: boolean }>(), what }, io));
    });
}
