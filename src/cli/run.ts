/** `run`: the daemon, until it is told to stop. */
import { startDaemon } from '../daemon.ts';
import { createLog } from '../platform/log.ts';
import { requireConfig } from './config-file.ts';
import { type ExitCode, FINE } from './exit-codes.ts';
import { aborted, type Io } from './io.ts';

export async function runCommand(options: { readonly config: string }, io: Io): Promise<ExitCode> {
  const { config, redact, digest, warnings } = requireConfig(options.config, io);
  const log = createLog(config.log, redact, process.stderr);
  for (const { line, column, message, hint } of warnings)
    log.warn({ at: `${options.config}:${line}:${column}`, message, hint }, 'config.warning');
  const { clock, random, version } = io;
  const daemon = await startDaemon({ config, configDigest: digest, redact, log, clock, random, version });
  await aborted(io.signal);
  log.info({ shutdownTimeoutMs: config.shutdownTimeout }, 'bridge.stopping');
  await daemon.stop();
  log.info({}, 'bridge.stopped');
  return FINE;
}
