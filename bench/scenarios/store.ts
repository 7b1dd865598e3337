/** Target 6: a store with a million old rows, against an empty one. The rows are written by the bridge's own outbox. */
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { blocksOf } from '../meter/blocks.ts';
import { bridge, webhook } from '../meter/kinds.ts';
import { ratioRow } from '../rows.ts';
import type { Scenario } from './scenario.ts';
import { fillStore } from './store-filling.ts';

const PER_SECOND = 100;

export const store: Scenario = {
  name: 'store',
  async run(meter, short) {
    const rows = short ? 10_000 : 1_000_000;
    const folder = mkdtempSync(join(tmpdir(), 'listing-bridge-bench-store-'));
    try {
      const path = join(folder, 'bridge.db');
      fillStore(path, rows);
      const destinations = [webhook('bot', meter.hookUrl)];
      const subjects = [
        await meter.start(bridge({ destinations })),
        await meter.start(
          bridge({ destinations, prepare: (own) => copyFileSync(path, join(own, 'bridge.db')) }),
        ),
      ] as const;
      const size = { perSecond: PER_SECOND, count: short ? 50 : 200, times: short ? 2 : 9 };
      const [empty, full] = await blocksOf(meter, subjects, size);
      await meter.stop(...subjects);
      const what = `a store with ${rows.toLocaleString('en')} old rows`;
      const compared = { name: 'an empty store', sample: empty };
      const row = ratioRow({ target: 6, what, unit: 'ms' }, full, compared, { figure: 'p50', limit: 1.1 });
      return { rows: [row] };
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
};
