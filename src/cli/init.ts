/** `init`: a commented config to start from, and the variables that it wants. Overwrites nothing. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { ENV_EXAMPLE } from '../config/env-example.ts';
import { readFault } from '../config/environment.ts';
import { type ExitCode, FINE, UserError } from './exit-codes.ts';
import type { Io } from './io.ts';
import { programName } from './program-name.ts';

export function initCommand(options: { readonly config: string }, io: Io): ExitCode {
  const folder = dirname(options.config);
  const envFile = join(folder, '.env.example');
  for (const file of [options.config, envFile])
    if (existsSync(file))
      throw new UserError(
        `${file} exists and is not overwritten; move it away, or name another file with -c`,
      );
  const example = readFileSync(new URL('../../config.example.yaml', import.meta.url), 'utf8');
  try {
    writeFileSync(options.config, example, { flag: 'wx' });
    writeFileSync(envFile, ENV_EXAMPLE, { flag: 'wx' });
  } catch (error) {
    throw new UserError(`cannot write into the folder ${folder}: ${readFault(error)}`);
  }
  io.print(`wrote ${options.config} and ${envFile}`);
  io.print('');
  const program = programName(io.env);
  io.print('Next:');
  io.print(`  1. cp ${envFile} ${join(folder, '.env')} && chmod 600 ${join(folder, '.env')}`);
  io.print(`  2. put your keys into ${join(folder, '.env')}`);
  io.print(
    `  3. delete the destinations that you do not use from ${options.config}, also from its rules and alerts`,
  );
  io.print(`  4. ${program} check`);
  return FINE;
}
