/** Target 2: fifty announcements a second to one webhook, journalled. */

import { blocksOf } from '../meter/blocks.ts';
import { bare, bridge, webhook } from '../meter/kinds.ts';
import { summaryOfBlocks } from '../meter/statistics.ts';
import { ratioRow } from '../results.ts';
import type { Scenario } from './scenario.ts';

const PER_SECOND = 50;

export const steady: Scenario = {
  name: 'steady',
  async run(meter, short) {
    const subjects = [
      await meter.start(bare(meter.sinkUrl)),
      await meter.start(bridge({ destinations: [webhook('bot', meter.hookUrl)] })),
    ] as const;
    const size = { perSecond: PER_SECOND, count: short ? 50 : 200, times: short ? 2 : 7 };
    const [theirs, ours] = (await blocksOf(meter, subjects, size)).map(summaryOfBlocks);
    await meter.stop(...subjects);
    if (ours === undefined || theirs === undefined) throw new Error('nothing was measured');
    const row = { target: 2, unit: 'ms', ours, compared: { name: 'bare', summary: theirs } } as const;
    return {
      rows: [
        ratioRow({ ...row, what: 'steady 50/s, one webhook: p50' }, 'p50', 1.25),
        ratioRow({ ...row, what: 'steady 50/s, one webhook: p99' }, 'p99', 1.5),
      ],
    };
  },
};
