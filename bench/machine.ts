/** Where and on what it was measured. */
import { execFileSync } from 'node:child_process';
import { availableParallelism, cpus, loadavg, release, totalmem, type } from 'node:os';
import type { Machine } from './results.ts';

export function machine(): Machine {
  const all = cpus();
  return {
    cpu: all[0]?.model.trim() ?? 'unknown',
    // `taskset` takes cores away.
    cores: availableParallelism(),
    allCores: all.length,
    memoryGb: Math.round(totalmem() / 2 ** 30),
    system: `${type()} ${release()}`,
    node: process.versions.node,
  };
}

/** Results of the same kind of machine replace each other: the name of their file. */
export function kindOf({ cpu, cores, allCores }: Machine): string {
  const model = cpu
    .toLowerCase()
    .replace(/\((?:r|tm)\)|@.*$|\b(?:cpu|processor|\d+-core)\b/g, ' ')
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '');
  return `${model}-${cores}${cores === allCores ? '' : `-of-${allCores}`}`;
}

/** The kind for people. */
export function kindName({ cpu, cores, allCores }: Machine): string {
  const plural = (count: number) => (count === 1 ? '1 core' : `${count} cores`);
  return cores === allCores
    ? `${cpu}, ${plural(cores)}`
    : `${plural(cores)} of the ${allCores} of ${cpu} (taskset)`;
}

/** Of the last minute. */
export const load = (): number => Math.round((loadavg()[0] ?? 0) * 100) / 100;

/** `+` when the work tree differs from it. */
export function commit(): string {
  const git = (...args: string[]) =>
    execFileSync('git', args, {
      cwd: import.meta.dirname,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
  try {
    const changed = git('status', '--porcelain', '--', '../src', '.', ':!results').trim() !== '';
    return `${git('rev-parse', '--short', 'HEAD').trim()}${changed ? '+' : ''}`;
  } catch {
    return 'unknown';
  }
}
