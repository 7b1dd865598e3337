/**
 * One environment for every test, whoever runs them: no variable of a shell, a CI or a container decides what passes.
 * Only `KEPT` comes from outside. A test that wants another value sets it, and takes it back.
 */
import { chmodSync, mkdirSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** How much is tried, with which seed, against which program: docs/tests.md. And which files are written again: `UPDATE_`. */
const KNOBS: readonly string[] = [
  ...[
    'CHAOS_DISK',
    'CHAOS_MS',
    'FC_SEED',
    'FC_TIMES',
    'FRAMES',
    'NEEDS_POSTGRES',
    'OLD_ANNOUNCEMENTS',
    'PROGRAM',
  ],
  ...['SEED', 'SEEDS', 'SOAK_DROP_MS', 'SOAK_JSON', 'SOAK_MS', 'TITLES'],
];
const KEPT = new Set(['PATH', ...KNOBS]);
const SET = { LANG: 'en_US.UTF-8', NODE_ENV: 'test', TERM: 'xterm-256color', TZ: 'UTC' };
/** Vitest's own. */
const OF_VITEST = /^(?:VITEST.*|FORCE_TTY|TEST|MODE|DEV|PROD|SSR|BASE_URL)$/;

const UMASK = 0o022;

/** Whether every test finds this variable as it is here. */
export const isKnown = (name: string): boolean =>
  KEPT.has(name) ||
  name.startsWith('UPDATE_') ||
  name in SET ||
  name === 'HOME' ||
  name === 'TMPDIR' ||
  OF_VITEST.test(name);

/** Removes the folder for temporary files, and what a test that was cut has left in it. */
export type Remove = () => void;

/** For this process and those that it starts from now on. */
export function setEnvironment(): Remove {
  const folder = temporaryFolder();
  // Where a machine looks at the result, nobody reads that something was skipped.
  if ('CI' in process.env) process.env['NEEDS_POSTGRES'] ??= '1';
  for (const name of Object.keys(process.env)) if (!isKnown(name)) delete process.env[name];
  const home = join(folder, 'home');
  mkdirSync(home);
  Object.assign(process.env, { ...SET, HOME: home, TMPDIR: folder });
  process.umask(UMASK);
  return () => rmSync(folder, { recursive: true, force: true });
}

/** Of the same length wherever it can be: paths are in what the program prints. */
function temporaryFolder(): string {
  for (const parent of ['/tmp', tmpdir()])
    try {
      const folder = realpathSync(mkdtempSync(join(parent, 'lb-')));
      // Programs that a test starts as another user find their files in it.
      chmodSync(folder, 0o755);
      return folder;
    } catch {
      // Not there, or not ours to write to.
    }
  throw new Error(`no folder for temporary files: neither /tmp nor ${tmpdir()} can be written to`);
}
