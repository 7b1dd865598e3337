/** Target 10: somebody lists a store of a million rows while announcements come; none is later for it. */
import { copyFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bridge, webhook } from '../meter/kinds.ts';
import { type Meter, pause } from '../meter/meter.ts';
import { ofBlocks } from '../meter/sample.ts';
import type { Subject } from '../meter/subject.ts';
import { inTurn } from '../meter/turns.ts';
import type { Row } from '../results.ts';
import { moreRow } from '../rows.ts';
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
      const { quiet, listed } = await bothWays(meter, subject, short ? 50 : 200, short ? 2 : 9);
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
async function bothWays(meter: Meter, subject: Subject, count: number, times: number) {
  const [quiet, listed]: [number[][], number[][]] = [[], []];
  for (let time = 0; time <= times; time++) {
    for (const blocks of inTurn([quiet, listed], time)) {
      const isListed = blocks === listed;
      if (isListed) subject.signal('SIGUSR2');
      await pause(TURN_MS);
      const latencies = await meter.steady(subject, PER_SECOND, count);
      if (isListed) subject.signal('SIGUSR2');
      await pause(TURN_MS);
      if (time > 0) blocks.push(latencies);
    }
  }
  return { quiet, listed };
}

function rowOf(rows: number, quiet: readonly number[][], listed: readonly number[][]): Row {
  return moreRow(
    { target: 10, what: `while somebody lists ${rows.toLocaleString('en')} rows`, unit: 'ms' },
    ofBlocks(listed),
    { name: 'nobody lists', sample: ofBlocks(quiet) },
    { figure: 'p99', limit: LIMIT_MS },
  );
}
