/** Before all tests: one environment, and the program built once, so that the end-to-end ones run what is shipped. */
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { setEnvironment } from './environment.ts';
import { endSharedServer } from './postgres/shared.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

const remove = setEnvironment();

/** After all tests. */
export async function teardown(): Promise<void> {
  await endSharedServer();
  remove();
}

export function setup(): void {
  execFileSync(process.execPath, ['tools/build.ts'], { cwd: root, stdio: 'inherit' });
}
