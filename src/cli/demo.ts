/**
 * `demo`: the whole bridge, for real, without a key or a network. Its first words come before anything large is loaded:
 * who tries a program for the first time takes a silent second for a fault.
 */
import { DEMO_CONFIG } from './demo-config.ts';
import { openDemoFolder } from './demo-folder.ts';
import { openingLines, rulesLines } from './demo-head.ts';
import type { DemoOptions } from './demo-show.ts';
import type { ExitCode } from './exit-codes.ts';
import type { Io } from './io.ts';

export async function demoCommand(options: DemoOptions, io: Io): Promise<ExitCode> {
  for (const line of openingLines(io.columns)) io.print(line);
  using closed = terminalClosed();
  const signal = AbortSignal.any([io.signal, closed.signal]);
  using folder = openDemoFolder();
  const file = folder.write('config.yaml', DEMO_CONFIG);
  for (const line of rulesLines(file, io.columns)) io.print(line);
  const { showDemo } = await import('./demo-show.ts');
  return await showDemo({ ...options, folder, file }, { ...io, signal });
}

/** Node would end at once, and leave the folder behind. */
function terminalClosed(): Disposable & { readonly signal: AbortSignal } {
  const closed = new AbortController();
  const abort = () => closed.abort();
  process.on('SIGHUP', abort);
  return { signal: closed.signal, [Symbol.dispose]: () => void process.off('SIGHUP', abort) };
}
