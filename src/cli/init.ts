/** `init`: a commented config to start from, and the variables that it wants. Overwrites nothing. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { ENV_EXAMPLE } from '../config/env-example.ts';
import { type ExitCode, FINE, UserError } from './exit-codes.ts';
import type { Io } from './io.ts';

export function initCommand(options: { readonly config: string }, io: Io): ExitCode {
  const envFile = join(dirname(options.config), '.env.example');
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
    throw new UserError(`cannot write: ${error instanceof Error ? error.message : String(error)}`);
  }
  io.print(`wrote ${options.config} and ${envFile}`);
  io.print('');
  io.print(
    `next: copy ${envFile} to ${join(dirname(options.config), '.env')}, fill it in, and run: listing-bridge check`,
  );
  return FINE;
}
