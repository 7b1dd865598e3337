/**
 * Target 13: fifty people have the page open, fifty programs follow the events; an announcement takes no longer than
 * without them. The same program twice, with and without, in turn.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { blocksOf } from '../meter/blocks.ts';
import { freePort } from '../meter/free-port.ts';
import { bridge, webhook } from '../meter/kinds.ts';
import { type Hold, holdsOf, longestIn, WATCHED } from '../meter/loop.ts';
import { pause } from '../meter/meter.ts';
import { ofRounds } from '../meter/sample.ts';
import { limitRow, ratioRow } from '../rows.ts';
import type { Scenario } from './scenario.ts';

const VIEWERS = fileURLToPath(new URL('../viewers.mjs', import.meta.url));
const EACH = 50;
const PATHS = ['/live', '/api/events'] as const;
/** Slower than the rows of the page are gathered (0.1 s), so that each announcement has its own. */
const PER_SECOND = 8;
const SETTLE_MS = 5000;
const MOST = 1.05;
const LONGEST_HOLD_MS = 5;

export const viewers: Scenario = {
  name: 'viewers',
  async run(meter, short) {
    const port = await freePort();
    const kind = (own: number) => {
      const made = bridge({ destinations: [webhook('bot', meter.hookUrl)], port: own });
      return { ...made, args: [...WATCHED, ...made.args] };
    };
    const subjects = [await meter.start(kind(0)), await meter.start(kind(port))] as const;
    const watching = await watch(port);
    try {
      await pause(SETTLE_MS);
      const beginMs = performance.now();
      const size = { perSecond: PER_SECOND, count: short ? 8 : 24, times: short ? 2 : 9 };
      const [alone, watched] = await blocksOf(meter, subjects, size);
      const holds = await holdsOf(subjects[1]);
      const held = longestIn(holds, { beginMs, endMs: performance.now() });
      process.stderr.write(`${longestOf(holds, beginMs)}\n`);
      const about = {
        target: 13,
        what: `${EACH} open pages and ${EACH} followers of events`,
        unit: 'ms' as const,
      };
      const compared = { name: 'nobody looks on', sample: alone };
      return {
        rows: [
          ratioRow(about, watched, compared, { figure: 'p50', limit: MOST }),
          limitRow({ ...about, what: `${about.what}: the loop held, at most` }, ofRounds([held]), {
            figure: 'max',
            limit: LONGEST_HOLD_MS,
          }),
        ],
      };
    } finally {
      const ended = once(watching, 'exit');
      watching.kill();
      await ended;
      await meter.stop(...subjects);
    }
  },
};

const MOST_NAMED = 8;

/** When they were, from the first announcement on. */
const longestOf = (holds: readonly Hold[], sinceMs: number): string =>
  holds
    .filter(({ endMs }) => endMs >= sinceMs)
    .toSorted((a, b) => b.cpuMs - a.cpuMs)
    .slice(0, MOST_NAMED)
    .map(
      ({ beginMs, endMs, cpuMs }) =>
        `held for ${(endMs - beginMs).toFixed(1)} ms (CPU ${cpuMs.toFixed(1)}) at ${((beginMs - sinceMs) / 1000).toFixed(2)} s`,
    )
    .join('\n');

/** When all are open. */
async function watch(port: number): Promise<ChildProcess> {
  const args = [VIEWERS, String(port), String(EACH), ...PATHS];
  const watching = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = once(watching, 'exit').then(() => {
    throw new Error('the viewers have ended');
  });
  ended.catch(() => undefined);
  await Promise.race([once(watching.stdout ?? watching, 'data'), ended]);
  return watching;
}
