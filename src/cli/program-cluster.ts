/** `cluster` and its commands: their flags. */
import type { Command } from 'commander';
import type { ExitCode } from './exit-codes.ts';
import type { Io } from './io.ts';
import type { MakeCommand } from './program-deliveries.ts';

interface ClusterFlags {
  readonly config: string;
  readonly url?: string;
  readonly json: boolean;
  readonly undo: boolean;
}

const URL_HELP = 'the address of the bridge, if the config does not have it';

export function addCluster(command: MakeCommand, io: Io, exit: (code: ExitCode) => void): void {
  const cluster = command('cluster', 'Several bridges as one: who is there, and who sends what');
  const add = (name: string, description: string) =>
    command(name, description, cluster)
      .option('--url <address>', URL_HELP)
      .option('--json', 'print JSON, for scripts', false);
  const run = async (what: 'status' | 'drain' | 'undrain' | 'leave', flags: ClusterFlags) => {
    const { clusterCommand } = await import('./cluster.ts');
    exit(await clusterCommand(what, { ...flags, url: flags.url }, io));
  };
  cluster
    .option('--url <address>', URL_HELP)
    .option('--json', 'print JSON, for scripts', false)
    .action((flags: ClusterFlags) => run('status', flags));
  const flagsOf = (self: Command) => self.optsWithGlobals<ClusterFlags>();
  add('status', 'Show the nodes, and what each of them holds').action((_, self: Command) =>
    run('status', flagsOf(self)),
  );
  add('drain', 'Hand over all that this node holds, and take nothing more')
    .option('--undo', 'take a share again', false)
    .action((_, self: Command) => {
      const flags = flagsOf(self);
      return run(flags.undo ? 'undrain' : 'drain', flags);
    });
  add('leave', 'Hand over all that this node holds, and take it out of the cluster').action(
    (_, self: Command) => run('leave', flagsOf(self)),
  );
}
