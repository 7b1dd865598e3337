/** Before all tests: one environment, and the program built once, so that the end-to-end ones run what is shipped. */
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { type Remove, setEnvironment } from './environment.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

export default function setup(): Remove {
  const remove = setEnvironment();
  execFileSync(process.execPath, ['tools/build.ts'], { cwd: root, stdio: 'inherit' });
  return remove;
}
