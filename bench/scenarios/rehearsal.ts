/**
 * How much rehearsal is enough: the first announcement after a silence, for several counts at the start and
 * intervals between rounds. Not part of the whole run: it answers no target, it chose the constants.
 */
import { afterSilence, sampleOf, startGroup } from '../meter/group.ts';
import { bridge, type Rehearsed, webhook } from '../meter/kinds.ts';
import type { Scenario } from './scenario.ts';

const NEVER_MS = 3_600_000;
const VARIANTS: readonly Rehearsed[] = [
  { atStart: 0, perRound: 0, intervalMs: NEVER_MS },
  { atStart: 100, perRound: 0, intervalMs: NEVER_MS },
  { atStart: 500, perRound: 0, intervalMs: NEVER_MS },
  { atStart: 2000, perRound: 0, intervalMs: NEVER_MS },
  { atStart: 500, perRound: 5, intervalMs: 5000 },
  { atStart: 500, perRound: 20, intervalMs: 5000 },
  { atStart: 500, perRound: 20, intervalMs: 30_000 },
  { atStart: 500, perRound: 20, intervalMs: 1000 },
  { atStart: 2000, perRound: 20, intervalMs: 5000 },
];

const nameOf = ({ atStart, perRound, intervalMs }: Rehearsed) =>
  perRound === 0
    ? `${atStart} at the start`
    : `${atStart} at the start, ${perRound} every ${intervalMs / 1000} s`;

export const rehearsal: Scenario = {
  name: 'rehearsal',
  async run(meter, short) {
    const [silenceMs, each] = short ? [3000, 1] : [60_000, 5];
    const kinds = VARIANTS.map((rehearsed) =>
      bridge({ name: nameOf(rehearsed), destinations: [webhook('bot', meter.hookUrl)], rehearsed }),
    );
    const group = await startGroup(meter, kinds, () => each);
    const first = await afterSilence(meter, group, silenceMs);
    await meter.stop(...group);
    return {
      rows: kinds.map(({ name }) => ({
        target: 1,
        what: `rehearsed ${name}: first after ${silenceMs / 1000} s`,
        unit: 'ms',
        ours: sampleOf(first, name).summary,
        compared: undefined,
        verdict: undefined,
      })),
    };
  },
};
