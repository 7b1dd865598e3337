/**
 * A store of a million announcements (or `COUNT`), with about two deliveries each and their attempts, over the last 90
 * days: `node bench/store/million.ts [PATH] [COUNT]`. A minute or two; `/tmp/million.db` unless another path is given.
 * Whoever wants to change it copies it first.
 */
import { existsSync, renameSync, rmSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { fileURLToPath } from 'node:url';
import { SCHEMA_VERSION, storedVersion } from '../../src/outbox/migrations.ts';
import { systemClock } from '../../src/platform/clock.ts';
import { oldNews } from './old-news.ts';
import { writeStore } from './written.ts';

export const MILLION = { path: '/tmp/million.db', count: 1_000_000 } as const;

/** Made where it is not there, or of another schema. Gives its path. */
export function millionStore(path: string = MILLION.path, count: number = MILLION.count): string {
  if (!isUsable(path)) makeMillion(path, count);
  return path;
}

function makeMillion(path: string, count: number): void {
  const making = `${path}.${process.pid}`;
  writeStore(making, oldNews(count, systemClock.monotonicMs()));
  for (const end of ['', '-wal', '-shm']) rmSync(path + end, { force: true });
  // Whole, or not at all.
  renameSync(making, path);
}

function isUsable(path: string): boolean {
  if (!existsSync(path)) return false;
  using database = new DatabaseSync(path, { readOnly: true });
  return storedVersion(database) === SCHEMA_VERSION;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [, , path = MILLION.path, count = String(MILLION.count)] = process.argv;
  makeMillion(path, Number(count));
}
