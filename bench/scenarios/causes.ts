/**
 * The causes behind the slowest of `tail`, on standard error: which work held the loop, how often and for how long, and
 * what went on during the slowest announcements. The bridge runs from the checkout under V8's profiler, which slows it
 * down by a third: for its causes, not for its figures, so it is not part of the whole run.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { causesWithin, type Piece, type Profile, piecesOf } from '../meter/causes.ts';
import { ENTRIES } from '../meter/kinds.ts';
import { pause } from '../meter/meter.ts';
import type { Subject } from '../meter/subject.ts';
import type { Scenario } from './scenario.ts';
import { type Sent, sparse } from './tail.ts';

const PRELOADED = fileURLToPath(new URL('../holds.mjs', import.meta.url));
const COUNT = { full: 1000, short: 100 } as const;
const OLD_ROWS = { full: 300_000, short: 30_000 } as const;
const SLOWEST = 10;

export const causes: Scenario = {
  name: 'causes',
  async run(meter, short) {
    const scale = short ? 'short' : 'full';
    // Of this process's `performance.now()`, in µs of the clock that the profile counts by.
    const originUs = Number(process.hrtime.bigint() / 1000n) - performance.now() * 1000;
    let pieces: Piece[] = [];
    const { ours } = await sparse(meter, {
      ...{
        count: COUNT[scale],
        oldRows: OLD_ROWS[scale],
        preload: ['--import', PRELOADED],
        entry: ENTRIES.src,
      },
      watched: async (subject) => {
        pieces = await piecesIn(subject);
      },
    });
    const firstUs = originUs + (ours[0]?.atMs ?? 0) * 1000;
    // Loading and compiling at the start is another target.
    const meanwhile = pieces.filter(({ beginUs }) => beginUs >= firstUs);
    process.stderr.write([...table(meanwhile), ...slowest(meanwhile, ours, originUs), ''].join('\n'));
    return { rows: [] };
  },
};

async function piecesIn(subject: Subject): Promise<Piece[]> {
  subject.signal('SIGUSR2');
  while (!existsSync(join(subject.folder, 'holds.done'))) await pause(100);
  const text = readFileSync(join(subject.folder, 'holds.json'), 'utf8');
  const { profile, turns } = JSON.parse(text) as {
    readonly profile: Profile;
    readonly turns: readonly number[];
  };
  return piecesOf(profile, turns);
}

const inMs = (us: number) => (us / 1000).toFixed(1);

function table(pieces: readonly Piece[]): string[] {
  const byCause = new Map<string, number[]>();
  for (const piece of pieces)
    for (const [cause, us] of piece.causes) byCause.set(cause, [...(byCause.get(cause) ?? []), us]);
  return [...byCause].map(([cause, spans]) => {
    const long = spans.filter((us) => us > 1000).length;
    const total = spans.reduce((sum, us) => sum + us, 0);
    return `${cause}: ${spans.length} times, ${long} over 1 ms, the longest ${inMs(Math.max(...spans))} ms, together ${inMs(total)}`;
  });
}

function slowest(pieces: readonly Piece[], sent: readonly Sent[], originUs: number): string[] {
  const ordered = sent.toSorted((a, b) => b.latencyMs - a.latencyMs).slice(0, SLOWEST);
  return ordered.map(({ atMs, latencyMs }) => {
    const beginUs = originUs + atMs * 1000;
    const within = [...causesWithin(pieces, beginUs, beginUs + latencyMs * 1000)].sort(
      ([, a], [, b]) => b - a,
    );
    return `${latencyMs.toFixed(1)} ms: ${within.map(([cause, us]) => `${cause} ${inMs(us)}`).join(', ')}`;
  });
}
