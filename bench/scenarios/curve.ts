/**
 * The rest of the curve: the first announcement of a process's life after a shorter and a much longer silence than
 * target 1 has (whose point `silence` adds). Each process has nothing but heartbeats and pings before.
 */
import { type Answer, afterSilence, BETWEEN_MS, sampleOf, startGroup } from '../meter/group.ts';
import { inTurn } from '../meter/turns.ts';
import type { CurvePoint, Findings } from '../results.ts';
import type { Scenario } from './scenario.ts';
import { kindsOf } from './silence.ts';

const TIMES = {
  full: { silencesMs: [1000, 10_000], longestMs: 300_000, each: 7 },
  short: { silencesMs: [1000], longestMs: 3000, each: 1 },
} as const;

/** `meanwhile` runs while the longest silence lasts: what needs little of the machine. */
export function curve(meanwhile: () => Promise<void>): Scenario {
  return {
    name: 'curve',
    async run(meter, short): Promise<Findings> {
      const { silencesMs, longestMs, each } = TIMES[short ? 'short' : 'full'];
      const kinds = kindsOf(meter);
      const points: CurvePoint[] = [];
      const learn = (silenceMs: number, answers: readonly Answer[]) => {
        for (const { name: subject } of kinds)
          points.push({ subject, silenceMs, summary: sampleOf(answers, subject).summary });
      };
      const longest = await startGroup(meter, kinds, () => each);
      for (const silenceMs of silencesMs) {
        // A group takes this long to be spoken to: a silence that is shorter is not shared.
        const isShared = silenceMs > BETWEEN_MS * each * kinds.length;
        const answers: Answer[] = [];
        for (let round = 0; round < (isShared ? 1 : each); round++)
          for (const some of isShared ? [kinds] : inTurn(kinds, round).map((kind) => [kind])) {
            const group = await startGroup(meter, some, () => (isShared ? each : 1));
            answers.push(...(await afterSilence(meter, group, silenceMs)));
            await meter.stop(...group);
          }
        learn(silenceMs, answers);
      }
      await meanwhile();
      learn(longestMs, await afterSilence(meter, longest, longestMs));
      await meter.stop(...longest);
      return { curve: points, rows: [] };
    },
  };
}
