/** For the tests of `check --online`: a config on disk, and the proof that nothing was posted. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished } from 'vitest';
import type { StandInRequest } from '../../src/simulator/stand-in.ts';
import { type CommandOptions, type CommandResult, runCommandLine } from '../support/command.ts';

/** The path of a config in a folder of its own. */
export function configFile(text: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'online-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, 'config.yaml');
  writeFileSync(file, text);
  return file;
}

export const checkOnline = (
  file: string,
  options: CommandOptions = {},
  ...more: readonly string[]
): Promise<CommandResult> => runCommandLine(['check', '--online', ...more, '-c', file], options);

/** The lines of results: with a mark, a name, a sentence and a code. */
export const resultsIn = ({ out }: CommandResult): readonly string[] =>
  out.split('\n').filter((line) => /^[✓✗!] .*\[[^\]]+\]$/.test(line));

interface Asked {
  readonly requests: readonly StandInRequest[];
  readonly received: readonly unknown[];
}

/** The Bot API's methods that write nothing. */
const HARMLESS = /\/(getMe|getChat|getChatMember)$/;

/** Only GETs without a body, and of Telegram only methods that write nothing. */
export function expectNothingPosted({ requests, received }: Asked): void {
  expect(received).toEqual([]);
  for (const { method, body, path } of requests) {
    expect([method, body]).toEqual(['GET', '']);
    if (path.startsWith('/bot')) expect(path).toMatch(HARMLESS);
  }
}
