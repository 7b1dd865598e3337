/** Tests that need a real PostgreSQL. Without one they are skipped, aloud; where they have to run (`NEEDS_POSTGRES`), they fail. */
import { describe, test } from 'vitest';
import { postgresFolder } from './unprivileged.ts';

const isInstalled = postgresFolder() !== undefined;

/** As `describe`. */
export function describeWithPostgres(name: string, tests: () => void): void {
  if (isInstalled) describe(name, tests);
  else if (process.env['NEEDS_POSTGRES'] === undefined)
    test.skip(`${name}: skipped, there is no PostgreSQL (apt-get install postgresql)`, () => undefined);
  else
    test(name, () => {
      throw new Error('there is no PostgreSQL, and NEEDS_POSTGRES is set: apt-get install postgresql');
    });
}
