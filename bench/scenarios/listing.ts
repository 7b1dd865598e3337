/** Target 10: somebody lists a store of a million rows while announcements come; none is later for it. */
import { copyFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bridge, webhook } from '../meter/kinds.ts';
import { type Meter, pause } from '../meter/meter.ts';
import { summaryOfBlocks } from '../meter/statistics.ts';
import type { Subject } from '../meter/subject.ts';
import type { Row } from '../results.ts';
import type { Scenario } from './scenario.ts';
import { fillStore } from './store-filling.ts';

const PER_SECOND = 50;
/** Until the thread is there, and until it has ended its page. */
const TURN_MS = 500;
const LIMIT_MS = 1;
const PRELOADED = fileURLToPath(new URL('../listing.mjs', import.meta.url));

export const listing: Scenario = {
  name: 'listing',
  async run(meter, short) {
    const rows = short ? 10_000 : 1_000_000;
    const folder = mkdtempSync(join(tmpdir(), 'listing-bridge-bench-listing-'));
    try {
      const path = join(folder, 'bridge.db');
      fillStore(path, rows);
      const kind = bridge({
        destinations: [webhook('bot', meter.hookUrl)],
        prepare: (own) => copyFileSync(path, join(own, 'bridge.db')),
      });
      const subject = await meter.start({ ...kind, args: ['--import', PRELOADED, ...kind.args] });
      const { quiet, listed } = await inTurn(meter, subject, short ? 50 : 200, short ? 2 : 9);
      const pages = readFileSync(join(subject.folder, 'listed'), 'utf8').trim().split('\n').length;
      process.stderr.write(`listed ${pages} times\n`);
      await meter.stop(subject);
      return { rows: [rowOf(rows, quiet, listed)] };
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
};

/** Blocks without and with somebody who lists, in turn. A first block of each is not counted. */
async function inTurn(meter: Meter, subject: Subject, count: number, times: number) {
  const [quiet, listed]: [number[][], number[][]] = [[], []];
  for (let time = 0; time <= times; time++) {
    const before = await meter.steady(subject, PER_SECOND, count);
    subject.signal('SIGUSR2');
    await pause(TURN_MS);
    const meanwhile = await meter.steady(subject, PER_SECOND, count);
    subject.signal('SIGUSR2');
    await pause(TURN_MS);
    if (time === 0) continue;
    quiet.push(before);
    listed.push(meanwhile);
  }
  return { quiet, listed };
}

function rowOf(rows: number, quiet: readonly number[][], listed: readonly number[][]): Row {
  const ours = summaryOfBlocks(listed);
  const summary = summaryOfBlocks(quiet);
  const what = `while somebody lists ${rows.toLocaleString('en')} rows`;
  const verdict = { is: ours.p99 - summary.p99, limit: LIMIT_MS, how: 'p99, ms added' };
  return { target: 10, what, unit: 'ms', ours, compared: { name: 'nobody lists', summary }, verdict };
}
