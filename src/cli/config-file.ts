/** Reads the config for a command; a config with problems ends the command with all of them. */
import { readFileSync } from 'node:fs';
import { loadConfig } from '../config/load.ts';
import { type ConfigProblem, formatProblem } from '../config/problem.ts';
import type { Config } from '../config/schema.ts';
import type { Redactor } from '../platform/secret.ts';
import { UserError } from './exit-codes.ts';
import type { Io } from './io.ts';

export interface LoadedConfig {
  readonly config: Config;
  readonly redact: Redactor;
  readonly digest: string;
  readonly warnings: readonly ConfigProblem[];
}

/** Throws `UserError` with every problem, one below the other. */
export function requireConfig(file: string, { env }: Pick<Io, 'env'>): LoadedConfig {
  const { config, problems, warnings, redact, digest } = loadConfig({
    file,
    env,
    readFile: (path) => readFileSync(path, 'utf8'),
  });
  if (config !== undefined) return { config, redact, digest, warnings };
  const count = problems.length === 1 ? '1 problem' : `${problems.length} problems`;
  throw new UserError(
    `${problems.map((problem) => formatProblem(file, problem)).join('\n\n')}\n\n${count} in ${file}`,
  );
}
