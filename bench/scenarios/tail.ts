/**
 * Target 11: the slowest of a thousand. Sparse announcements at random moments, so that they meet whatever the bridge
 * does besides: rehearsals and heartbeats, retention with a backlog, checkpoints, garbage, `/metrics` scraped and the
 * status requested. Only the silence between announcements is shortened: everything else keeps its own pace, because a day's share
 * of moments in which the loop is held is what is asked for. The bare script gets its announcements between those
 * of the bridge: its slowest are the machine's.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { heartbeatFrame } from '../meter/frames.ts';
import { freePort } from '../meter/free-port.ts';
import { intervalOf } from '../meter/interval.ts';
import { bare, bridge, ENTRIES, webhook } from '../meter/kinds.ts';
import { type Meter, pause } from '../meter/meter.ts';
import { median, percentile, summaryOf } from '../meter/statistics.ts';
import type { Subject, SubjectKind } from '../meter/subject.ts';
import type { Row } from '../results.ts';
import type { Scenario } from './scenario.ts';
import { fillStore } from './store-filling.ts';

const VISITOR = fileURLToPath(new URL('../visitor.mjs', import.meta.url));
/** All of them older than the retention: it has work for the whole measurement. */
const OLD_ROWS = { full: 600_000, short: 30_000 } as const;
const COUNT = { full: 2000, short: 100 } as const;
/** Between two announcements to one subject. */
const GAP_MS = { least: 50, most: 150 } as const;
const HEARTBEAT_MS = 5000;
const PING_MS = 3000;
/** The first retention is 10 s after the start; before that the rehearsal of the start. */
const SETTLE_MS = 11_000;
const SEED = 12;
const MOST_OF_P50 = 3;
const LONGEST_MS = 10;

/** One announcement: when its frame was handed over (`performance.now()` of this process) and how long it took. */
export interface Sent {
  readonly atMs: number;
  readonly latencyMs: number;
}

export const tail: Scenario = {
  name: 'tail',
  async run(meter, short) {
    const scale = short ? 'short' : 'full';
    const { ours, theirs } = await sparse(meter, { count: COUNT[scale], oldRows: OLD_ROWS[scale] });
    return { rows: rowsOf(latencies(ours), latencies(theirs)) };
  },
};

const latencies = (sent: readonly Sent[]) => sent.map(({ latencyMs }) => latencyMs);

export interface Watching {
  readonly count: number;
  readonly oldRows: number;
  /** Of node, before the bridge. */
  readonly preload?: readonly string[];
  readonly entry?: string;
  /** When all is measured and both still run. */
  readonly watched?: (subject: Subject) => Promise<void>;
}

export async function sparse(
  meter: Meter,
  { count, oldRows, preload = [], entry = ENTRIES.dist, watched }: Watching,
): Promise<{ readonly ours: Sent[]; readonly theirs: Sent[] }> {
  const folder = mkdtempSync(join(tmpdir(), 'listing-bridge-bench-tail-'));
  const port = await freePort();
  let visitor: ChildProcess | undefined;
  try {
    const path = join(folder, 'bridge.db');
    fillStore(path, oldRows);
    const kind = agedBridge(meter, { port, path, entry });
    const subject = await meter.start({ ...kind, args: [...preload, ...kind.args] });
    const other = await meter.start(bare(meter.sinkUrl));
    visitor = spawn(process.execPath, [VISITOR, String(port)], { stdio: 'inherit' });
    await pause(SETTLE_MS);
    const stop = chat(meter, [subject, other]);
    const sent = await inTurn(meter, subject, other, count);
    stop();
    await watched?.(subject);
    await meter.stop(subject, other);
    return sent;
  } finally {
    visitor?.kill();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** To the bridge at random moments, and to the other in the middle between them. */
async function inTurn(meter: Meter, subject: Subject, other: Subject, count: number) {
  const ours: Sent[] = [];
  const theirs: Sent[] = [];
  const random = seeded(SEED);
  // The first of each is target 1.
  for (let n = -1; n < count; n++) {
    const gapMs = GAP_MS.least + random() * (GAP_MS.most - GAP_MS.least);
    const pair = [announced(meter, subject), pause(gapMs / 2).then(() => announced(meter, other))] as const;
    await pause(gapMs);
    const [mine, their] = await Promise.all(pair);
    if (n < 0) continue;
    ours.push(mine);
    theirs.push(their);
  }
  return { ours, theirs };
}

/** With alerts, and with a store of which everything is older than the retention. */
const agedBridge = (
  meter: Meter,
  { port, path, entry }: { readonly port: number; readonly path: string; readonly entry: string },
): SubjectKind =>
  bridge({
    entry,
    destinations: [webhook('bot', meter.hookUrl)],
    port,
    storeOptions: 'retention: 1d',
    more: 'alerts: { send: [bot] }',
    prepare: (own) => copyFileSync(path, join(own, 'bridge.db')),
  });

async function announced(meter: Meter, subject: Subject): Promise<Sent> {
  const atMs = performance.now();
  return { atMs, latencyMs: await meter.one(subject) };
}

/** More often than the service, so that a short run has some of each. */
function chat(meter: Meter, subjects: readonly Subject[]): () => void {
  const sockets = subjects.map(({ key }) => meter.feed.socketOf(key));
  const timers = [
    setInterval(() => {
      for (const socket of sockets) socket.send(heartbeatFrame());
    }, HEARTBEAT_MS),
    setInterval(() => {
      for (const socket of sockets) socket.ping();
    }, PING_MS),
  ];
  return () => timers.forEach(clearInterval);
}

function rowsOf(ours: readonly number[], theirs: readonly number[]): Row[] {
  const summary = summaryOf(ours);
  const both = { target: 11, unit: 'ms', ours: summary } as const;
  const compared = { name: 'bare', summary: summaryOf(theirs) };
  const tailOf = (values: readonly number[]) => percentile(values, 0.999) / median(values);
  const interval = intervalOf(ours.length, (places) =>
    tailOf(places.map((place) => ours[place] ?? Number.NaN)),
  );
  process.stderr.write(
    `slowest of a thousand (p99.9): ours ${percentile(ours, 0.999).toFixed(2)} ms, bare ${percentile(theirs, 0.999).toFixed(2)} ms, ${tailOf(theirs).toFixed(2)} × its p50\n`,
  );
  return [
    {
      ...both,
      what: 'sparse, with everything going on: p99.9',
      compared,
      verdict: {
        ...{ is: tailOf(ours), limit: MOST_OF_P50, how: 'p99.9 ÷ p50' },
        ...(interval !== undefined && { interval }),
      },
    },
    {
      ...both,
      what: 'sparse, with everything going on: the slowest',
      compared,
      verdict: { is: summary.max, limit: LONGEST_MS, how: 'max' },
    },
  ];
}

/** Park and Miller's generator: the same gaps in every run. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}
