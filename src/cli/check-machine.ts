/** Checks of the machine that change nothing on it: whether the store can be written, whether other users can read the secrets, and whether there are files for all destinations. */

import {
  accessSync,
  closeSync,
  constants,
  mkdtempSync,
  openSync,
  readSync,
  rmdirSync,
  type Stats,
  statSync,
} from 'node:fs';
import { userInfo } from 'node:os';
import { dirname, join } from 'node:path';
import { titleOf } from '../conditions/registry.ts';
import { readFault } from '../config/environment.ts';
import { refuseOthers } from '../outbox/own-file.ts';
import { messageOf } from '../platform/message-of.ts';
import { mostOpenFiles } from '../platform/open-files.ts';

/** A sentence for a person, and what to do. */
export interface MachineFault {
  readonly message: string;
  readonly hint: string;
}

/** As whom this process runs. */
export interface User {
  readonly name: string;
  /** -1 where there are no numbers. */
  readonly uid: number;
}

/** A container may run as a number without a name. */
export function currentUser(): User {
  const uid = process.geteuid?.() ?? -1;
  try {
    return { name: userInfo().username, uid };
  } catch {
    return { name: String(uid), uid };
  }
}

const shown = ({ name, uid }: User) =>
  uid === -1 || name === String(uid) ? `user ${name}` : `user ${name} (uid ${uid})`;

/** Why the database at `path` (absolute) could not be opened or made; `undefined`: it could. Leaves nothing behind. */
export function storeFault(path: string, user: User): MachineFault | undefined {
  const file = statOf(path);
  if (file?.isDirectory())
    return {
      message: `${path} is a folder, and the store is one file`,
      hint: `write ${path}/listing-bridge.db`,
    };
  if (file !== undefined) return fileFault(path, user) ?? folderFault(dirname(path), path, user);
  let folder = dirname(path);
  while (statOf(folder) === undefined && folder !== dirname(folder)) folder = dirname(folder);
  return folderFault(folder, path, user);
}

/** The first bytes of every SQLite database: https://www.sqlite.org/fileformat.html#the_database_header */
const SQLITE = 'SQLite format 3\0';

function fileFault(path: string, user: User): MachineFault | undefined {
  const denied = deniedFor(path, constants.R_OK | constants.W_OK);
  if (denied !== undefined) return explain(path, path, denied, user);
  const start = firstBytes(path, SQLITE.length);
  if (start === '') return undefined;
  if (start !== SQLITE) return { message: `${path} is not a database but some other file`, hint: OWN_FILE };
  try {
    refuseOthers(path);
    return undefined;
  } catch (error) {
    return { message: messageOf(error), hint: OWN_FILE };
  }
}

const OWN_FILE = 'give the store a file of its own; the first start creates it';

/** SQLite makes files beside the database. */
function folderFault(folder: string, path: string, user: User): MachineFault | undefined {
  if (statOf(folder)?.isDirectory() === false)
    return {
      message: `${path} cannot be created: ${folder} is a file`,
      hint: 'name a folder in `store.path`',
    };
  const denied = deniedFor(folder, constants.W_OK | constants.X_OK) ?? refusal(folder);
  return denied === undefined ? undefined : explain(folder, path, denied, user);
}

/** Rights are not everything: a disk may be full, or no disk at all. */
function refusal(folder: string): string | undefined {
  try {
    rmdirSync(mkdtempSync(join(folder, '.listing-bridge-check-')));
    return undefined;
  } catch (error) {
    return codeOf(error);
  }
}

function explain(place: string, path: string, code: string, user: User): MachineFault {
  if (code === 'EROFS')
    return {
      message: `${path} cannot be written: ${place} is on a read-only file system`,
      hint: 'mount a writable volume, or name another path in `store.path`',
    };
  if (code === 'ENOSPC' || code === 'EDQUOT')
    return {
      message: `${path} cannot be written: the disk (or the quota of ${shown(user)}) is full`,
      hint: 'free some space, or name another path in `store.path`',
    };
  if (code !== 'EACCES' && code !== 'EPERM')
    return {
      message: `${path} cannot be created: ${place} is not writable (${code})`,
      hint: 'name a folder on a disk in `store.path`',
    };
  const { uid = -1, mode = 0 } = statOf(place) ?? {};
  const owner = `it belongs to uid ${uid} with mode ${(mode & 0o777).toString(8)}`;
  const what = place === path ? path : `the folder ${place}`;
  return {
    message: `${titleOf({ code: 'store_broken', subject: '' })}: ${shown(user)} may not write ${what} (${owner})`,
    hint: `sudo chown -R ${user.uid === -1 ? user.name : user.uid} ${quoted(place)}, or run the bridge as another user, or name another path in \`store.path\``,
  };
}

/** For a shell. */
const quoted = (path: string) => (/^[\w./-]+$/.test(path) ? path : `'${path.replaceAll("'", `'\\''`)}'`);

/**
 * The fault of a file with secrets that other users of this machine may read; `undefined` when none may, or there is no such file.
 * A group may read it when the file was given to that group on purpose: `user` reads it by way of it, or root gave it to a service.
 */
export function readableByOthers(path: string, user: User = currentUser()): MachineFault | undefined {
  const file = process.platform === 'win32' ? undefined : statOf(path);
  if (file === undefined) return undefined;
  const isOurs = file.uid === user.uid;
  const isForGroup = !isOurs || (user.uid === 0 && file.gid !== 0);
  if ((file.mode & (isForGroup ? 0o004 : 0o044)) === 0) return undefined;
  return {
    message: `other users of this machine can read this file and the secrets in it (mode ${(file.mode & 0o777).toString(8)})`,
    hint: isOurs
      ? `chmod ${isForGroup ? 640 : 600} ${quoted(path)}`
      : `sudo chown ${user.uid} ${quoted(path)} && sudo chmod 600 ${quoted(path)}`,
  };
}

/** One connection that carries a request, and a spare one. */
const FILES_EACH = 2;
/** Feeds, the store, whoever looks at the bridge. */
const FILES_BESIDES = 100;

/** `undefined`: a request to all destinations at once finds room. `most`: the files that a process may open. */
export function tooFewFiles(destinations: number, most = mostOpenFiles()): MachineFault | undefined {
  const needed = FILES_BESIDES + FILES_EACH * destinations;
  if (most >= needed) return undefined;
  return {
    message: `${destinations} destinations may need ${needed} open files and sockets at once, and a process may have ${most} here: requests beyond that fail at first and are tried again`,
    hint: `raise the limit to ${needed} or more: \`ulimit -n\` in a shell, \`LimitNOFILE=\` in a systemd unit, \`ulimits: nofile\` of a container`,
  };
}

function statOf(path: string): Stats | undefined {
  try {
    return statSync(path);
  } catch {
    return undefined;
  }
}

const codeOf = (error: unknown) =>
  error instanceof Error && 'code' in error ? String(error.code) : readFault(error);

/** The error's code. */
function deniedFor(path: string, mode: number): string | undefined {
  try {
    accessSync(path, mode);
    return undefined;
  } catch (error) {
    return codeOf(error);
  }
}

function firstBytes(path: string, count: number): string {
  const handle = openSync(path, 'r');
  try {
    const bytes = Buffer.alloc(count);
    return bytes.toString('latin1', 0, readSync(handle, bytes));
  } finally {
    closeSync(handle);
  }
}
