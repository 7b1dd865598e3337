/** Target 2: fifty announcements a second to one webhook, journalled. */

import { blocksOf } from '../meter/blocks.ts';
import { bare, bridge, webhook } from '../meter/kinds.ts';
import { ratioRow } from '../rows.ts';
import type { Scenario } from './scenario.ts';

const PER_SECOND = 50;

export const steady: Scenario = {
  name: 'steady',
  async run(meter, short) {
    const subjects = [
      await meter.start(bare(meter.sinkUrl)),
      await meter.start(bridge({ destinations: [webhook('bot', meter.hookUrl)] })),
    ] as const;
    const size = { perSecond: PER_SECOND, count: short ? 50 : 150, times: short ? 2 : 10 };
    const [theirs, ours] = await blocksOf(meter, subjects, size);
    await meter.stop(...subjects);
    const compared = { name: 'bare', sample: theirs };
    const row = (figure: 'p50' | 'p99', limit: number) =>
      ratioRow(
        { target: 2, what: `steady 50/s, one webhook: ${figure}`, unit: 'ms' },
        ...([ours, compared] as const),
        { figure, limit },
      );
    return { rows: [row('p50', 1.4), row('p99', 1.5)] };
  },
};
