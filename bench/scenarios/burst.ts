/**
 * Target 4: ten thousand announcements at once to one webhook: how long until the last has arrived, what it costs
 * in memory, and whether the reader of the feed keeps up. The service cuts off who is more than ten messages
 * behind. Two looks at that: what the feed's socket did not take at once during the burst, and, at a
 * thousand a second, how many frames were sent and not yet read (a ping among the frames, answered in its turn,
 * says how far the reader is).
 */

import { announcementFrame, nextSequence } from '../meter/frames.ts';
import { bare, bridge, webhook } from '../meter/kinds.ts';
import { type Meter, pause } from '../meter/meter.ts';
import { ofRounds } from '../meter/sample.ts';
import type { Subject, SubjectKind } from '../meter/subject.ts';
import { inTurn } from '../meter/turns.ts';
import { limitRow, ratioRow } from '../rows.ts';
import type { Scenario } from './scenario.ts';

const MOST_BEHIND = 10;
const MOST_GROWTH_MB = 100;
/** Frames handed over in one turn of the meter's own loop. */
const AT_ONCE = 20;
const SUSTAINED_PER_SECOND = 1000;

interface Burst {
  readonly tookMs: number;
  readonly growthMb: number;
  readonly unwritten: number;
}

export const burst: Scenario = {
  name: 'burst',
  async run(meter, short) {
    const [size, times] = short ? [1000, 1] : [10_000, 6];
    const kinds = {
      theirs: bare(meter.sinkUrl),
      ours: bridge({ destinations: [webhook('bot', meter.hookUrl)] }),
    } as const;
    const bursts = { theirs: [] as Burst[], ours: [] as Burst[] };
    const behind = { theirs: [] as number[], ours: [] as number[] };
    for (let time = 0; time < times; time++)
      for (const who of inTurn(['theirs', 'ours'] as const, time)) {
        bursts[who].push(await withSubject(meter, kinds[who], (subject) => burstOf(meter, subject, size)));
        behind[who].push(
          await withSubject(meter, kinds[who], (subject) => sustained(meter, subject, size / 4)),
        );
      }
    const words = size.toLocaleString('en');
    const about = (what: string, unit: 'ms' | 'MB' | 'frames') => ({ target: 4, what, unit });
    const of = (figure: keyof Burst) =>
      [
        ofRounds(bursts.ours.map((each) => each[figure])),
        { name: 'bare', sample: ofRounds(bursts.theirs.map((each) => each[figure])) },
      ] as const;
    const [growth, theirGrowth] = of('growthMb');
    const [unwritten, theirUnwritten] = of('unwritten');
    return {
      rows: [
        ratioRow(about(`${words} at once: all arrived`, 'ms'), ...of('tookMs'), { figure: 'p50', limit: 2 }),
        limitRow(
          about(`${words} at once: growth of resident memory`, 'MB'),
          growth,
          { figure: 'p50', limit: MOST_GROWTH_MB },
          theirGrowth,
        ),
        limitRow(
          about(`${words} at once: frames that the feed's socket did not take`, 'frames'),
          unwritten,
          { figure: 'max', limit: MOST_BEHIND },
          theirUnwritten,
        ),
        limitRow(
          about(
            `${SUSTAINED_PER_SECOND.toLocaleString('en')}/s: frames sent and not yet read, at worst`,
            'frames',
          ),
          ofRounds(behind.ours),
          { figure: 'p50', limit: MOST_BEHIND },
          { name: 'bare', sample: ofRounds(behind.theirs) },
        ),
      ],
    };
  },
};

async function withSubject<Value>(
  meter: Meter,
  kind: SubjectKind,
  work: (subject: Subject) => Promise<Value>,
): Promise<Value> {
  const subject = await meter.start(kind);
  await pause(1500);
  for (let n = 0; n < 3; n++) await meter.one(subject);
  const value = await work(subject);
  await meter.stop(subject);
  return value;
}

async function burstOf(meter: Meter, subject: Subject, size: number): Promise<Burst> {
  const before = subject.memory();
  const socket = meter.feed.socketOf(subject.key);
  const arrivals: Promise<number>[] = [];
  let mostBytes = 0;
  const beginMs = performance.now();
  for (let n = 0; n < size; n++) {
    const sequence = nextSequence();
    arrivals.push(meter.receiver.arrival(sequence));
    meter.feed.announce(subject.key, sequence);
    mostBytes = Math.max(mostBytes, socket.bufferedAmount);
    if (n % AT_ONCE === 0) await new Promise(setImmediate);
  }
  const tookMs = Math.max(...(await meter.inTime(Promise.all(arrivals), subject))) - beginMs;
  return {
    tookMs,
    growthMb: Math.max(0, subject.memory().peakMb - before.residentMb),
    unwritten: Math.ceil(mostBytes / announcementFrame(0).length),
  };
}

/** The most frames that were sent and not yet read. One ping at a time: `ws` cuts off who sends many. */
async function sustained(meter: Meter, subject: Subject, size: number): Promise<number> {
  const socket = meter.feed.socketOf(subject.key);
  let sent = 0;
  let read = 0;
  let mostBehind = 0;
  const ask = () => socket.ping(String(sent));
  const answered = (data: Buffer) => {
    read = Number(data.toString());
    if (sent < size) ask();
  };
  socket.on('pong', answered);
  ask();
  const arrivals: Promise<number>[] = [];
  const beginMs = performance.now();
  while (sent < size) {
    // Before the next are sent: what the meter itself hands over late, in one go, has had its time to be read.
    mostBehind = Math.max(mostBehind, sent - read);
    const due = Math.min(size, Math.ceil(((performance.now() - beginMs) * SUSTAINED_PER_SECOND) / 1000));
    for (; sent < due; sent++) {
      const sequence = nextSequence();
      arrivals.push(meter.receiver.arrival(sequence));
      meter.feed.announce(subject.key, sequence);
    }
    await pause(1);
  }
  await meter.inTime(Promise.all(arrivals), subject);
  socket.off('pong', answered);
  return mostBehind;
}
