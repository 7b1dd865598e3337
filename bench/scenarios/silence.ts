/**
 * Target 1 and the curve: the first announcement of a process's life after so much silence. All processes of a
 * group are silent at the same time, each with nothing but heartbeats and pings, and are then spoken to one by
 * one. `meanwhile` runs while the longest silence lasts.
 */
import { bare, bridge, rehearsedBare, webhook } from '../meter/kinds.ts';
import { type Meter, pause } from '../meter/meter.ts';
import { summaryOf } from '../meter/statistics.ts';
import type { Subject, SubjectKind } from '../meter/subject.ts';
import { type CurvePoint, type Findings, ratioRow } from '../results.ts';
import type { Scenario } from './scenario.ts';

/** Between two measurements, so that what is behind the first is over. */
const BETWEEN_MS = 250;
/** Processes that are started at the same time. */
const AT_ONCE = 3;

const TIMES = {
  full: {
    silencesMs: [1000, 10_000, 60_000],
    longestMs: 300_000,
    targetMs: 60_000,
    gapMs: 10_000,
    gaps: 4,
    each: 7,
  },
  short: { silencesMs: [1000], longestMs: 3000, targetMs: 3000, gapMs: 1000, gaps: 1, each: 1 },
} as const;

export function silence(meanwhile: () => Promise<void>): Scenario {
  return {
    name: 'silence',
    async run(meter, short): Promise<Findings> {
      const times = TIMES[short ? 'short' : 'full'];
      const kinds = [
        bare(meter.sinkUrl),
        rehearsedBare(meter.sinkUrl),
        bridge({ destinations: [webhook('bot', meter.hookUrl)] }),
        bridge({
          name: 'without rehearsal',
          destinations: [webhook('bot', meter.hookUrl)],
          rehearsed: { atStart: 0, perRound: 0, intervalMs: 3_600_000 },
        }),
      ];
      const points: CurvePoint[] = [];
      const later = new Map<string, number[]>();
      const learn = async (group: readonly Subject[], silenceMs: number) => {
        const first = await afterSilence(meter, group, silenceMs);
        for (const [subject, latencies] of first)
          points.push({ subject, silenceMs, summary: summaryOf(latencies) });
        if (silenceMs === times.targetMs)
          for (let gap = 0; gap < times.gaps; gap++)
            for (const [subject, latencies] of await afterSilence(meter, group, times.gapMs))
              later.set(subject, [...(later.get(subject) ?? []), ...latencies]);
        await meter.stop(...group);
      };

      const longest = await startGroup(meter, kinds, times.each);
      for (const silenceMs of times.silencesMs)
        if (silenceMs > BETWEEN_MS * times.each * kinds.length)
          await learn(await startGroup(meter, kinds, times.each), silenceMs);
        // Too short to be shared: one at a time.
        else await oneByOne(meter, kinds, times.each, silenceMs, points);
      await meanwhile();
      await learn(longest, times.longestMs);

      const firstOf = (subject: string) => {
        const point = points.find((each) => each.subject === subject && each.silenceMs === times.targetMs);
        if (point === undefined) throw new Error(`${subject} was not measured`);
        return point.summary;
      };
      const laterOf = (subject: string) => summaryOf(later.get(subject) ?? []);
      const [theirs, rehearsed, ours] = kinds.map(({ name }) => name) as [string, string, string];
      return {
        curve: points.toSorted((a, b) => a.silenceMs - b.silenceMs),
        rows: [
          ratioRow(
            {
              target: 1,
              what: `first announcement after ${times.targetMs / 1000} s of silence`,
              unit: 'ms',
              ours: firstOf(ours),
              compared: { name: theirs, summary: firstOf(theirs) },
            },
            'p50',
            0.2,
          ),
          ratioRow(
            {
              target: 1,
              what: `each later one, ${times.gapMs / 1000} s apart`,
              unit: 'ms',
              ours: laterOf(ours),
              compared: { name: rehearsed, summary: laterOf(rehearsed) },
            },
            'p50',
            1.2,
          ),
        ],
      };
    },
  };
}

/** One of each kind, then the next of each, so that a disturbance of the machine meets all kinds alike. */
export async function startGroup(
  meter: Meter,
  kinds: readonly SubjectKind[],
  each: number,
): Promise<Subject[]> {
  const wanted = Array.from({ length: each }, () => kinds).flat();
  const group: Subject[] = [];
  for (let at = 0; at < wanted.length; at += AT_ONCE)
    group.push(...(await Promise.all(wanted.slice(at, at + AT_ONCE).map((kind) => meter.start(kind)))));
  return group;
}

/** One announcement to each once it has been silent for so long; latencies by name, in ms. */
export async function afterSilence(
  meter: Meter,
  group: readonly Subject[],
  silenceMs: number,
  receiverOf: (subject: Subject) => Meter['receiver'] = () => meter.receiver,
): Promise<Map<string, number[]>> {
  const latencies = new Map<string, number[]>();
  for (const subject of group) {
    await pause(Math.max(BETWEEN_MS, subject.lastMs + silenceMs - performance.now()));
    const ms = await meter.lone(subject, receiverOf(subject));
    latencies.set(subject.name, [...(latencies.get(subject.name) ?? []), ms]);
  }
  return latencies;
}

async function oneByOne(
  meter: Meter,
  kinds: readonly SubjectKind[],
  each: number,
  silenceMs: number,
  points: CurvePoint[],
): Promise<void> {
  const latencies = new Map(kinds.map(({ name }) => [name, [] as number[]]));
  for (let time = 0; time < each; time++)
    for (const kind of kinds) {
      const subject = await meter.start(kind);
      for (const [name, measured] of await afterSilence(meter, [subject], silenceMs))
        latencies.get(name)?.push(...measured);
      await meter.stop(subject);
    }
  for (const [subject, measured] of latencies)
    points.push({ subject, silenceMs, summary: summaryOf(measured) });
}
