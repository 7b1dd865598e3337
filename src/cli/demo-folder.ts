/** Where the demo keeps its config and store; gone at the end, whichever end that is. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { printable } from '../platform/printable.ts';
import { atExit } from './at-exit.ts';
import { UserError } from './exit-codes.ts';

export interface DemoFolder extends Disposable {
  /** The path of the written file. */
  write(name: string, text: string): string;
}

/** Throws `UserError` where no folder can be made. */
export function openDemoFolder(): DemoFolder {
  const path = attempt(() => mkdtempSync(join(tmpdir(), 'listing-bridge-demo-')));
  const remove = () => rmSync(path, { recursive: true, force: true });
  const spared = atExit(remove);
  return {
    write(name, text) {
      const file = join(path, name);
      attempt(() => writeFileSync(file, text));
      return file;
    },
    [Symbol.dispose]() {
      spared();
      remove();
    },
  };
}

function attempt<T>(act: () => T): T {
  try {
    return act();
  } catch (error) {
    if (!(error instanceof Error && 'code' in error)) throw error;
    throw new UserError(
      `The demo needs a folder for its config and store, and cannot write to ${printable(tmpdir())}: set TMPDIR to a folder that you can write to. [${String(error.code)}]`,
    );
  }
}
