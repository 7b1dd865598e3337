/**
 * Target 9: three thousand webhooks, each on a port of its own. An announcement to all of them, alone and while
 * `/metrics` is read; and what so many cost when nothing happens.
 */
import { freePort } from '../meter/free-port.ts';
import { bridge, webhook } from '../meter/kinds.ts';
import { type Meter, pause } from '../meter/meter.ts';
import { Receiver } from '../meter/receiver.ts';
import { ofRounds } from '../meter/sample.ts';
import type { Subject } from '../meter/subject.ts';
import type { Findings, Row } from '../results.ts';
import { limitRow } from '../rows.ts';
import type { Scenario } from './scenario.ts';

const WEBHOOKS = 3000;
/** The spares are there by then, and the rehearsal is over. */
const SETTLE_MS = { full: 20_000, short: 8000 } as const;
const ROUNDS = { full: 10, short: 2 } as const;
const BETWEEN_MS = 1500;
/** How long handshakes are counted while nothing happens. */
const IDLE_MS = { full: 60_000, short: 5000 } as const;

export const width: Scenario = {
  name: 'width',
  async run(meter, short) {
    const scale = short ? 'short' : 'full';
    using receiver = new Receiver();
    const ports = await Promise.all(Array.from({ length: WEBHOOKS }, () => receiver.listen()));
    const port = await freePort();
    const destinations = ports.map((each, n) => webhook(`d${n}`, `http://127.0.0.1:${each}/hook`));
    const subject = await meter.start(bridge({ destinations, port }));
    await pause(SETTLE_MS[scale]);
    const before = receiver.connections;
    await pause(IDLE_MS[scale]);
    const perMinute = ((receiver.connections - before) * 60_000) / IDLE_MS[scale];
    const idleMb = subject.memory().residentMb;

    const alone = await rounds(meter, subject, receiver, ROUNDS[scale]);
    const metrics = `http://127.0.0.1:${port}/metrics`;
    const sizes: number[] = [];
    const scraped = await rounds(meter, subject, receiver, ROUNDS[scale], async () => {
      sizes.push((await (await fetch(metrics)).arrayBuffer()).byteLength);
    });
    const holds = await holdsOf(port, metrics, ROUNDS[scale]);
    const ready = (await (await fetch(`http://127.0.0.1:${port}/readyz`)).arrayBuffer()).byteLength;
    const { peakMb } = subject.memory();
    await meter.stop(subject);
    return findings([
      row('3,000 webhooks: the first request', 'ms', alone.first, 30),
      row('3,000 webhooks: the last', 'ms', alone.last, 400),
      row('3,000 webhooks: the first request, during a scrape', 'ms', scraped.first, 35),
      row('3,000 webhooks: the last, during a scrape', 'ms', scraped.last, 450),
      row('3,000 webhooks: another request to the bridge, during a scrape', 'ms', holds, 10),
      row(
        '3,000 webhooks: /metrics',
        'KB',
        sizes.map((bytes) => bytes / 1024),
        1024,
      ),
      row('3,000 webhooks: /readyz', 'KB', [ready / 1024], 8),
      row('3,000 webhooks: resident memory, idle', 'MB', [idleMb], 250),
      row('3,000 webhooks: resident memory, at most', 'MB', [peakMb], 250),
      row('3,000 webhooks: connections made in a minute in which nothing happens', '', [perMinute], 600),
    ]);
  },
};

const findings = (rows: readonly Row[]): Findings => ({ rows });

function row(what: string, unit: Row['unit'], values: readonly number[], limit: number): Row {
  return limitRow({ target: 9, what, unit }, ofRounds(values), { figure: 'p50', limit });
}

/** Announcements one by one, each while `beside` is under way. */
async function rounds(
  meter: Meter,
  subject: Subject,
  receiver: Receiver,
  count: number,
  beside: () => Promise<void> = () => Promise.resolve(),
): Promise<{ readonly first: number[]; readonly last: number[] }> {
  const first: number[] = [];
  const last: number[] = [];
  // The first one of a process's life is target 1.
  for (let round = -1; round < count; round++) {
    await pause(BETWEEN_MS);
    const reading = beside();
    const { firstMs, lastMs } = await meter.wide(subject, receiver, WEBHOOKS);
    await reading;
    if (round < 0) continue;
    first.push(firstMs);
    last.push(lastMs);
  }
  return { first, last };
}

/** The longest wait of a small request while `/metrics` is read: the loop was held for no longer. */
export async function holdsOf(port: number, metrics: string, count: number): Promise<number[]> {
  const waits: number[] = [];
  for (let round = 0; round < count; round++) {
    await pause(BETWEEN_MS);
    let isReading = true;
    const reading = fetch(metrics)
      .then((response) => response.arrayBuffer())
      .finally(() => {
        isReading = false;
      });
    let longestMs = 0;
    for (let n = 0; isReading && n < 10_000; n++) {
      const beginMs = performance.now();
      await (await fetch(`http://127.0.0.1:${port}/healthz`)).text();
      longestMs = Math.max(longestMs, performance.now() - beginMs);
    }
    await reading;
    waits.push(longestMs);
  }
  return waits;
}
