/**
 * Target 1: the first announcement of a process's life after a silence, and later ones. Against the rehearsed bare
 * script, which is the steadier measure; the one that nobody rehearses is in the curve.
 */
import { afterSilence, sampleOf, startGroup } from '../meter/group.ts';
import { bare, bridge, rehearsedBare, webhook } from '../meter/kinds.ts';
import type { Meter } from '../meter/meter.ts';
import type { SubjectKind } from '../meter/subject.ts';
import { ratioRow } from '../rows.ts';
import type { Scenario } from './scenario.ts';

/** `later`: so many processes of each kind are spoken to again; more would not fit between two announcements. */
const TIMES = {
  full: { silenceMs: 60_000, each: 20, unrehearsed: 7, gapMs: 10_000, gaps: 3, later: 10 },
  short: { silenceMs: 3000, each: 1, unrehearsed: 1, gapMs: 1000, gaps: 1, later: 1 },
} as const;
export const UNREHEARSED = 'without rehearsal';

export const kindsOf = (meter: Meter) => {
  const destinations = [webhook('bot', meter.hookUrl)];
  const rehearsed = { atStart: 0, perRound: 0, intervalMs: 3_600_000 };
  return [
    bare(meter.sinkUrl),
    rehearsedBare(meter.sinkUrl),
    bridge({ destinations }),
    bridge({ name: UNREHEARSED, destinations, rehearsed }),
  ] as const;
};

export const silence: Scenario = {
  name: 'silence',
  async run(meter, short) {
    const { silenceMs, gapMs, gaps, ...times } = TIMES[short ? 'short' : 'full'];
    const kinds = kindsOf(meter);
    const [, { name: theirs }, { name: ours }] = kinds;
    const each = ({ name }: SubjectKind) => (name === UNREHEARSED ? times.unrehearsed : times.each);
    const group = await startGroup(meter, kinds, each);
    const first = await afterSilence(meter, group, silenceMs);

    const again = [theirs, ours].map((name) => group.filter((subject) => subject.name === name));
    const some = group.filter((subject) => again.some((own) => own.slice(0, times.later).includes(subject)));
    await meter.stop(...group.filter((subject) => !some.includes(subject)));
    const later = [];
    for (let gap = 0; gap < gaps; gap++) later.push(...(await afterSilence(meter, some, gapMs)));
    await meter.stop(...some);

    const row = (what: string, answers: typeof first, limit: number) =>
      ratioRow(
        { target: 1, what, unit: 'ms' },
        sampleOf(answers, ours),
        { name: theirs, sample: sampleOf(answers, theirs) },
        { figure: 'p50', limit },
      );
    return {
      curve: kinds.map(({ name }) => ({ subject: name, silenceMs, summary: sampleOf(first, name).summary })),
      rows: [
        row(`first announcement after ${silenceMs / 1000} s of silence`, first, 1.5),
        row(`each later one, ${gapMs / 1000} s apart`, later, 1.3),
      ],
    };
  },
};
