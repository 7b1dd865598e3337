/**
 * The calls of one announcement, in their order: from the bytes of its frame at the receiver of `ws` until the
 * bytes of its request are handed to a socket. A call belongs to an announcement when its read of the feed's socket
 * caused it: directly, in a microtask, in a later turn of the loop. Timers that were set before, and other sockets,
 * do not belong to it, however close they run; so the list is the same each time.
 *
 * Bytes are recognised by `MARK`, which is the ticker of the announcement.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import { Socket } from 'node:net';
import { DatabaseSync, StatementSync } from 'node:sqlite';
import { promiseHooks } from 'node:v8';
import * as ws from 'ws';

export const MARK = 'TRACED';

export interface Way {
  /** The port of the receiver. */
  readonly to: number;
  /** The file and name of a function of ours; the name of a package for any number in a row of its functions; `node what` for some calls into Node. */
  readonly steps: readonly string[];
  /** Made on the way, by whomever. */
  readonly promises: number;
  /** Of a rehearsed one: how many went the same way. */
  readonly times?: number;
}

interface Recording {
  readonly steps: string[];
  promises: number;
  isOver: boolean;
}

const recording = new AsyncLocalStorage<Recording>();

const current = (): Recording | undefined => {
  const found = recording.getStore();
  return found?.isOver === false ? found : undefined;
};

function step(name: string, once = false): void {
  const found = current();
  if (found !== undefined && !(once && found.steps.at(-1) === name)) found.steps.push(name);
}

export class Names {
  readonly #names: { readonly name: string; readonly isPackage: boolean }[] = [];

  add(name: string, isPackage: boolean): number {
    return this.#names.push({ name, isPackage }) - 1;
  }

  readonly enter = (id: number): void => {
    const found = this.#names[id];
    if (found !== undefined) step(found.name, found.isPackage);
  };
}

type Method = (this: unknown, ...args: never[]) => unknown;

/** Calls `before` ahead of each call of a method. */
function ahead<Owner extends object>(
  owner: Owner,
  name: keyof Owner & string,
  before: (self: unknown, args: readonly unknown[]) => void,
): void {
  const original = owner[name] as Method;
  Object.defineProperty(owner, name, {
    ...Object.getOwnPropertyDescriptor(owner, name),
    value: function (this: unknown, ...args: never[]) {
      before(this, args);
      return original.apply(this, args);
    },
  });
}

/** Some calls into Node that cost something, and that nobody should add to the way without being seen. */
export function watchNode(): void {
  ahead(JSON, 'parse', () => step('node JSON.parse'));
  ahead(JSON, 'stringify', () => step('node JSON.stringify'));
  for (const name of ['setTimeout', 'setImmediate', 'queueMicrotask', 'structuredClone'] as const)
    ahead(globalThis, name, () => step(`node ${name}`));
  for (const name of ['run', 'get', 'all', 'iterate'] as const)
    ahead(StatementSync.prototype, name, (self) => step(`node sqlite: ${sqlOf(self)}`));
  ahead(DatabaseSync.prototype, 'exec', (_, [sql]) => step(`node sqlite: ${String(sql)}`));
  ahead(DatabaseSync.prototype, 'prepare', (_, [sql]) => step(`node sqlite prepares: ${String(sql)}`));
  const Controller = globalThis.AbortController;
  globalThis.AbortController = class extends Controller {
    constructor() {
      super();
      step('node new AbortController');
    }
  };
  promiseHooks.onInit(() => {
    const found = current();
    if (found !== undefined) found.promises++;
  });
}

/** Its beginning: enough to know which it is. */
const sqlOf = (statement: unknown): string =>
  (statement as StatementSync).sourceSQL.replaceAll(/\s+/g, ' ').trim().slice(0, 60);

interface Receiver {
  readonly prototype: { _write(chunk: Buffer, encoding: string, done: () => void): void };
}

/** `ended` is called for each announcement whose request has been written. */
export function watchWays(ended: (way: Way) => void): void {
  const { prototype } = (ws as unknown as { readonly Receiver: Receiver }).Receiver;
  const read = prototype._write;
  prototype._write = function (chunk, encoding, done) {
    const begin = () => read.call(this, chunk, encoding, done);
    if (!chunk.includes(MARK)) return recording.exit(begin);
    // Until the end of this read: whoever else listens to the socket comes behind ws.
    recording.enterWith({ steps: [], promises: 0, isOver: false });
    return begin();
  };
  ahead(Socket.prototype, 'write', (self, [chunk]) => {
    const found = current();
    if (found === undefined || !Buffer.from(chunk as string).includes(MARK)) return;
    found.isOver = true;
    const { remotePort: to = 0 } = self as Socket;
    ended({ to, steps: found.steps, promises: found.promises });
  });
}
