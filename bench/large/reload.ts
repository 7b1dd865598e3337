/** A reload of a running bridge while announcements pass: how long its loop is held, and what they take from frame to request. */
import { type ChildProcess, spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { systemClock } from '../../src/platform/clock.ts';
import { startBotServer } from '../../src/simulator/bot-server.ts';
import { startFeedServer } from '../../src/simulator/feed-server.ts';

const KEY = `dsk_${'a1'.repeat(32)}`;
const BETWEEN_MS = 10;

export interface Reload {
  readonly heldMs: number;
  /** The longest from the feed to the receiver, and the usual. */
  readonly slowestMs: number;
  readonly medianMs: number;
  readonly tookMs: number;
}

/** `entry`: the program. */
export async function reloads(entry: string, folder: string, times: number): Promise<readonly Reload[]> {
  const feed = await startFeedServer({ cooldownMs: 0, connectionsPerMinute: 1000, heartbeatMs: 500 });
  const bot = await startBotServer();
  const env = { ...process.env, FEED_URL: feed.url, FEED_KEY: KEY, BOT_URL: `${bot.url}/x` };
  const watch = new URL('./loop-watch.mjs', import.meta.url).href;
  const args = ['--max-semi-space-size=16', '--import', watch, entry, 'run', '-c', 'config.yaml'];
  const child = spawn(process.execPath, args, {
    cwd: folder,
    env,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const events = new Events(child);
  try {
    await events.next('feed.self_test_answered');
    const done: Reload[] = [];
    for (let nth = 0; nth < times; nth++) {
      await sleep(3000);
      writeFileSync(
        join(folder, 'extra.yaml'),
        `rules: [{ name: extra ${nth}, match: { ticker: Q }, send: [bot] }]\n`,
      );
      done.push(await oneReload(nth));
    }
    return done;
  } finally {
    child.kill('SIGTERM');
    await Promise.all([feed.close(), bot.close()]);
  }

  async function oneReload(nth: number): Promise<Reload> {
    child.kill('SIGUSR2');
    await events.next('loopHeldMs');
    const sent = new Map<string, number>();
    const before = bot.received.length;
    let isOver = false;
    const sending = (async () => {
      for (let at = 0; !isOver; at++) {
        const title = `n ${nth} ${at}`;
        sent.set(title, systemClock.monotonicMs());
        feed.announce({ publisher: 'upbit', listingType: 'spot_listing', ticker: `T${at % 100}`, title });
        await sleep(BETWEEN_MS);
      }
    })();
    await sleep(300);
    const beganMs = systemClock.monotonicMs();
    child.kill('SIGHUP');
    await events.next('config.reloaded');
    const tookMs = systemClock.monotonicMs() - beganMs;
    await sleep(300);
    isOver = true;
    await sending;
    await sleep(200);
    child.kill('SIGUSR2');
    const { loopHeldMs } = await events.next('loopHeldMs');
    const took = bot.received.slice(before).flatMap((request) => {
      const { title } = request.body as { title?: string };
      const at = sent.get(title ?? '');
      const { atMs } = request;
      return at === undefined ? [] : [atMs - at];
    });
    const sorted = took.sort((a, b) => a - b);
    return {
      heldMs: loopHeldMs,
      slowestMs: sorted.at(-1) ?? Number.NaN,
      medianMs: sorted[sorted.length >> 1] ?? Number.NaN,
      tookMs,
    };
  }
}

class Events {
  readonly #waiting: { readonly name: string; readonly resolve: (event: Record<string, never>) => void }[] =
    [];

  constructor(child: ChildProcess) {
    if (child.stderr === null) throw new Error('it has a pipe');
    createInterface({ input: child.stderr }).on('line', (line) => {
      for (const one of [...this.#waiting])
        if (line.includes(`"${one.name}"`)) {
          this.#waiting.splice(this.#waiting.indexOf(one), 1);
          one.resolve(JSON.parse(line));
        }
    });
  }

  next(name: string): Promise<{ readonly loopHeldMs: number }> {
    return new Promise((resolve) => this.#waiting.push({ name, resolve: resolve as never }));
  }
}
