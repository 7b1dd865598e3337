/** `run`: the daemon, until it is stopped. */
import { loadConfig } from '../config/load.ts';
import { LoadThread } from '../config/load-thread.ts';
import { placeOf } from '../config/problem.ts';
import type { Config } from '../config/schema.ts';
import { problemLines, type SomeProblems, someOf } from '../config/some-problems.ts';
import { keepAliveFile } from '../daemon/alive-file.ts';
import { startDaemon } from '../daemon/daemon.ts';
import type { Load } from '../daemon/loading.ts';
import type { SoundConfig } from '../daemon/ready-config.ts';
import { loadingOn } from '../daemon/thread-loading.ts';
import { watchDisk } from '../daemon/watch-disk.ts';
import { logForm } from '../ops/log-forms.ts';
import { withoutRepeats } from '../ops/log-repeats.ts';
import { createLog, type Log } from '../platform/log.ts';
import { messageOf } from '../platform/message-of.ts';
import { hasWishes } from '../tables/ahead.ts';
import { tooFewFiles } from './check-machine.ts';
import { requireConfig } from './config-file.ts';
import { type ExitCode, FINE } from './exit-codes.ts';
import { aborted, type Io } from './io.ts';

export interface RunFlags {
  readonly config: string;
  /** No other bridge of the cluster runs. */
  readonly alone: boolean;
}

export async function runCommand({ config: file, alone }: RunFlags, io: Io): Promise<ExitCode> {
  const { warnings: firstWarnings, more: further, ...loaded } = requireConfig(file, io);
  const first = lasting(loaded);
  const { clock, random, version } = io;
  let log: Log | undefined;
  const warn = (config: Config, { some, more }: SomeProblems) => {
    const few = tooFewFiles(Object.keys(config.destinations).length);
    if (few !== undefined) log?.warn({ at: file, ...few }, 'config.warning');
    for (const warning of some) {
      const { message, hint } = warning;
      log?.warn({ at: placeOf(file, warning), message, hint }, 'config.warning');
    }
    if (more > 0) log?.warn({ at: file, ...furtherWarnings(more) }, 'config.warning');
  };
  const thread = new LoadThread(io.clock);
  const starting = startDaemon({
    first,
    load: loader(file, io, thread, warn),
    createLog: (redact) => {
      log = createLog(first.config.log, redact, process.stderr, withoutRepeats(logForm));
      warn(first.config, someOf(firstWarnings, further.warnings));
      if (alone && first.config.cluster === undefined)
        log.warn({ at: file, ...NO_CLUSTER }, 'config.warning');
      return log;
    },
    ...{ clock, random, version, alone, disk: watchDisk },
  });
  // From the first moment: without a listener the signal would end the process.
  const failed = (error: unknown) => log?.error({ message: messageOf(error) }, 'config.reload_failed');
  io.onHangup(() => void starting.then((daemon) => daemon.reload()).catch(failed));
  const daemon = await starting;
  const aliveFile = io.env['LISTING_BRIDGE_ALIVE_FILE'];
  const alive =
    aliveFile === undefined
      ? undefined
      : keepAliveFile(aliveFile, clock, (error) =>
          log?.warn({ file: aliveFile, message: messageOf(error) }, 'bridge.alive_file_failed'),
        );
  await aborted(io.signal);
  alive?.cancel();
  log?.info({ shutdownTimeoutMs: first.config.shutdownTimeout }, 'bridge.stopping');
  await daemon.stop();
  await thread.close();
  log?.info({}, 'bridge.stopped');
  return FINE;
}

/** Somebody has the wrong file, or a habit. */
const NO_CLUSTER = {
  message: '--alone has no effect: this config has no `cluster`, so the bridge is alone anyway',
  hint: 'leave --alone out; a node of a cluster has `cluster` with the `url` of its database in its config',
};

const furtherWarnings = (more: number) => ({
  message: `there are ${more.toLocaleString('en')} more warnings`,
  hint: 'listing-bridge check shows them',
});

/** A running bridge keeps these, not the text of the files and the places in it. */
const lasting = ({ config, digest, files, patterns, redact }: SoundConfig): SoundConfig => ({
  ...{ config, digest, files, patterns, redact },
});

/** Reads the file again, with the `.env` beside it. `warn`: sound, but probably not what was meant. */
function loader(
  file: string,
  { env, clock, destinationTypes: types }: Io,
  thread: LoadThread,
  warn: (config: Config, warnings: SomeProblems) => void,
): Load {
  // Code does not go to a thread: with types of its own, a program loads where it runs.
  if (types === undefined) return loadingOn({ thread, file, env: { ...env }, clock, warn });
  return (tables) => {
    const { config, problems, warnings, more, unread, ...loaded } = loadConfig({ file, env, types, tables });
    if (config !== undefined) {
      if (!hasWishes(unread)) warn(config, someOf(warnings, more.warnings));
      return { ...lasting({ config, ...loaded }), unread };
    }
    const { files, patterns } = loaded;
    return { ...{ unread, files, patterns }, problems: problemLines(someOf(problems, more.problems), file) };
  };
}
