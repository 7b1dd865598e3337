/** `reload`: asks the running daemon to take up the config file, and prints what changed or what is wrong with it. */
import { titleOf } from '../conditions/registry.ts';
import { usableConfig } from './config-file.ts';
import { effectLines } from './effect-lines.ts';
import { type ExitCode, FINE, NOT_FINE } from './exit-codes.ts';
import { type Io, jsonText } from './io.ts';
import { lineBelow, markedLine } from './lines.ts';
import { type Reloaded, remoteOperator } from './remote-operator.ts';

export interface ReloadOptions {
  readonly config: string;
  readonly url: string | undefined;
  readonly json: boolean;
}

export async function reloadCommand({ config, url, json }: ReloadOptions, io: Io): Promise<ExitCode> {
  // The bridge says what is wrong with the file; without its answer, the address may have been the wrong one.
  const remarks: string[] = [];
  const quiet: Io = { ...io, warn: (line) => remarks.push(line) };
  const { server, redact } = usableConfig(config, 'server', { given: url }, quiet);
  const { value: reloaded, body } = await remoteOperator({ url, server, redact }, io)
    .reload()
    .catch((error: unknown) => {
      for (const line of remarks) io.warn(line);
      throw error;
    });
  if (json) io.print(jsonText(body));
  else if (reloaded.ok) for (const line of describe(reloaded, io.columns)) io.print(line);
  else {
    for (const problem of reloaded.problems) io.warn(markedLine('bad', problem, io.columns));
    io.warn(
      markedLine(
        'bad',
        `Not reloaded: ${titleOf({ code: 'config_rejected', subject: '' })}. \`listing-bridge check\` shows each problem with its line.`,
        io.columns,
      ),
    );
  }
  return reloaded.ok ? FINE : NOT_FINE;
}

function describe(
  { changes, needsRestart, effect }: Extract<Reloaded, { readonly ok: true }>,
  width: number | undefined,
): string[] {
  const first = changes.length === 0 ? 'Reloaded; nothing has changed.' : 'Reloaded:';
  const restart = `Changed, but in force only after a restart: ${needsRestart.join(', ')}`;
  return [
    markedLine('good', first, width),
    ...changes.map((change) => lineBelow(change, width)),
    ...(effect === undefined ? [] : effectLines(effect, width, ['  '])),
    ...(needsRestart.length > 0 ? [markedLine('warning', restart, width)] : []),
  ];
}
