/** `reload`: asks the running daemon to take up the config file, and prints what changed or what is wrong with it. */
import { z } from 'zod';
import { printable } from '../platform/printable.ts';
import { usableConfig } from './config-file.ts';
import { askDaemon, daemonAddress } from './daemon-client.ts';
import { type ExitCode, FINE, NOT_FINE, UserError } from './exit-codes.ts';
import { type Io, jsonText } from './io.ts';

export interface ReloadOptions {
  readonly config: string;
  readonly url: string | undefined;
  readonly json: boolean;
}

/** A reload waits for sends to removed destinations, at most for `shutdownTimeout` (10 s unless configured). */
const TIMEOUT_MS = 60_000;

const texts = z.array(z.string());
const reloaded = z.union([
  z.object({ ok: z.literal(true), changes: texts, needsRestart: texts }),
  z.object({ ok: z.literal(false), problems: texts }),
]);

export async function reloadCommand({ config, url, json }: ReloadOptions, io: Io): Promise<ExitCode> {
  // The bridge says what is wrong with the file; without its answer, the address may have been the wrong one.
  const remarks: string[] = [];
  const quiet: Io = { ...io, warn: (line) => remarks.push(line) };
  const { server, redact } = usableConfig(config, 'server', { given: url }, quiet);
  const address = daemonAddress(url, server);
  const { body } = await askDaemon(address, {
    method: 'POST',
    path: '/-/reload',
    token: server === false ? undefined : server.token,
    redact,
    timeoutMs: TIMEOUT_MS,
    signal: io.signal,
    clock: io.clock,
    expected: [200, 422],
  }).catch((error: unknown) => {
    for (const line of remarks) io.warn(line);
    throw error;
  });
  const { data } = reloaded.safeParse(body);
  if (data === undefined)
    throw new UserError(
      `${address} answered JSON, but not that of listing-bridge: another program listens there. Check \`server\` in the config, or give the address of the bridge with --url. [not_a_reload]`,
    );
  if (json) io.print(jsonText(body));
  else if (data.ok) for (const line of describe(data.changes, data.needsRestart)) io.print(printable(line));
  else {
    for (const problem of data.problems) io.warn(printable(problem));
    io.warn(
      'Not reloaded: the previous config stays in force. `listing-bridge check` shows each problem with its line.',
    );
  }
  return data.ok ? FINE : NOT_FINE;
}

function describe(changes: readonly string[], needsRestart: readonly string[]): string[] {
  const lines =
    changes.length === 0
      ? ['Reloaded; nothing has changed.']
      : ['Reloaded:', ...changes.map((change) => `  ${change}`)];
  if (needsRestart.length > 0)
    lines.push(`Changed, but in force only after a restart: ${needsRestart.join(', ')}`);
  return lines;
}
