/** PostgreSQL refuses to run as root, so the tests that do start it as somebody else. */
import { execFileSync, type SpawnOptions } from 'node:child_process';
import { chownSync, existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

const DEBIAN = '/usr/lib/postgresql';

/** The newest that Debian's packages have installed; `undefined`: none. */
export function postgresFolder(): string | undefined {
  if (!existsSync(DEBIAN)) return undefined;
  const versions = readdirSync(DEBIAN).filter((version) => existsSync(join(DEBIAN, version, 'bin/postgres')));
  const [newest] = versions.toSorted((a, b) => Number(b) - Number(a));
  return newest === undefined ? undefined : join(DEBIAN, newest, 'bin');
}

/** https://en.wikipedia.org/wiki/Nobody_(username): where there is no user of that name, this is its number. */
const NOBODY = 65534;

const idOf = (flag: string): number => {
  try {
    return Number(execFileSync('id', [flag, 'nobody'], { encoding: 'utf8', stdio: 'pipe' }));
  } catch {
    return NOBODY;
  }
};

let user: { readonly uid: number; readonly gid: number } | undefined;

/** Nothing of the caller's environment decides how the server behaves. */
export function asNobody(): Pick<SpawnOptions, 'uid' | 'gid' | 'env'> {
  const env = { PATH: process.env['PATH'] ?? '', LC_ALL: 'C', TZ: 'UTC' };
  if (process.getuid?.() !== 0) return { env };
  user ??= { uid: idOf('-u'), gid: idOf('-g') };
  return { env, ...user };
}

/** The server may write to it. */
export function handOver(path: string): void {
  const { uid, gid } = asNobody();
  if (uid !== undefined && gid !== undefined) chownSync(path, uid, gid);
}
