/**
 * The bridge beside programs that people use for the same purpose, by the same meter: after the start, after a
 * silence, at a steady pace, and idle. In two parts, so that each ends within two minutes.
 */
import { blocksOf } from '../meter/blocks.ts';
import { afterSilence, BETWEEN_MS, sampleOf, startGroup } from '../meter/group.ts';
import { bare, bridge, webhook } from '../meter/kinds.ts';
import { type Meter, pause } from '../meter/meter.ts';
import { summaryOf } from '../meter/statistics.ts';
import type { Subject } from '../meter/subject.ts';
import { alertmanager, BEHIND_SCRIPT } from '../peers/alertmanager.ts';
import { nodeRed } from '../peers/node-red.ts';
import { present } from '../peers/peer.ts';
import { ratioRow } from '../rows.ts';
import type { Scenario } from './scenario.ts';

const PER_SECOND = 50;

const kindsOf = (meter: Meter) => [
  bare(meter.sinkUrl),
  bridge({ destinations: [webhook('bot', meter.hookUrl)] }),
  ...present([alertmanager(meter.hookUrl), nodeRed(meter.hookUrl)], (reason) =>
    process.stderr.write(`${reason}\n`),
  ),
];

const residentOf = (subjects: readonly Subject[]) => subjects.map((each) => each.memory().residentMb);

export const peersCold: Scenario = {
  name: 'peers-cold',
  async run(meter, short) {
    const [settleMs, silenceMs, each] = short ? [2000, 3000, 1] : [5000, 45_000, 6];
    const kinds = kindsOf(meter);
    const group = await startGroup(meter, kinds, () => each);
    const afterStart = await afterSilence(meter, group, settleMs);
    await pause(silenceMs - BETWEEN_MS);
    const idle = new Map(
      kinds.map(({ name }) => [name, residentOf(group.filter((each) => each.name === name))]),
    );
    const answers = await afterSilence(meter, group, silenceMs);
    await meter.stop(...group);
    return {
      rows: [],
      peers: kinds.map(({ name }) => ({
        name,
        afterStart: sampleOf(afterStart, name).summary,
        afterSilence: sampleOf(answers, name).summary,
        idleMb: summaryOf(idle.get(name) ?? []),
      })),
    };
  },
};

export const peersSteady: Scenario = {
  name: 'peers-steady',
  async run(meter, short) {
    const kinds = kindsOf(meter);
    const subjects = await startGroup(meter, kinds, () => 1);
    const size = { perSecond: PER_SECOND, count: short ? 50 : 100, times: short ? 2 : 6 };
    const samples = await blocksOf(meter, subjects, size);
    await meter.stop(...subjects);
    const of = new Map(subjects.map(({ name }, place) => [name, samples[place]]));
    const [ours, alerts] = [of.get('listing-bridge'), of.get(BEHIND_SCRIPT)];
    const about = {
      target: 2,
      what: 'steady 50/s, one webhook: p99, in turn with Alertmanager',
      unit: 'ms',
    } as const;
    const limit = { figure: 'p99', limit: 1 } as const;
    return {
      peers: [...of].map(([name, sample]) => ({ name, ...(sample && { steady: sample.summary }) })),
      rows: ours && alerts ? [ratioRow(about, ours, { name: BEHIND_SCRIPT, sample: alerts }, limit)] : [],
    };
  },
};
