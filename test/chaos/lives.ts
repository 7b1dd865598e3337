/**
 * Runs of the built program one after the other, in one place: its input, the announcements that it reported as
 * read, and its records.
 */
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect } from 'vitest';
import { keyOf } from '../../src/delivery/delivery.ts';
import { intakeIn } from '../../src/outbox/intake-rows.ts';
import { systemClock, wait } from '../../src/platform/clock.ts';
import type { Random } from '../../src/platform/random.ts';
import type { FeedServer } from '../../src/simulator/feed-server.ts';
import { newsIn } from '../support/contents.ts';
import { WAIT_MS } from '../support/limits.ts';
import { type Program, Workplace } from '../support/program.ts';
import { CONCURRENCY, DESTINATIONS, type Receivers } from './receivers.ts';

export const CHAOS_MS = Number(process.env['CHAOS_MS'] ?? 2500);
export const SEED = Number(process.env['SEED'] ?? 1);

const PER_SECOND = 20;

export interface Row {
  readonly id: string;
  readonly destination: string;
  readonly state: string;
  readonly title: string;
}

export class Lives implements Disposable {
  readonly workplace: Workplace;
  readonly read = new Set<string>();
  announced = 0;
  kills = 0;
  readonly #ambiguous = new Map<string, number>();
  /** Lines of each log that were taken note of. */
  readonly #noted = new Map<Program, number>();
  readonly #env: Readonly<Record<string, string>>;
  readonly #random: Random;
  readonly #feed: FeedServer;
  readonly #store: string;

  /** `store`: its path in the workplace. */
  constructor(parts: {
    config: string;
    env: Readonly<Record<string, string>>;
    random: Random;
    feed: FeedServer;
    store?: string;
  }) {
    const { config, env, random, feed, store = 'bridge.db' } = parts;
    this.workplace = new Workplace(config.replace('./bridge.db', `./${store}`));
    this.#env = env;
    this.#random = random;
    this.#feed = feed;
    this.#store = store;
  }

  /** Of the latest announcement. */
  get lastTitle(): string {
    return `chaos${String(this.announced).padStart(6, '0')}`;
  }

  async begin(): Promise<Program> {
    const bridge = this.workplace.start(['run'], this.#env);
    await bridge.event('feed.live');
    return bridge;
  }

  /** Announces at random moments for so long; `between` is called before each. */
  async announceFor(durationMs: number, between: () => void): Promise<void> {
    const untilMs = systemClock.monotonicMs() + durationMs;
    while (systemClock.monotonicMs() < untilMs) {
      between();
      this.announced++;
      this.#feed.announce({
        publisher: 'upbit',
        listingType: 'spot_listing',
        ticker: 'ABC',
        title: this.lastTitle,
      });
      await wait(systemClock, (1000 / PER_SECOND) * 2 * this.#random());
    }
  }

  /** SIGKILL. */
  async kill(bridge: Program): Promise<void> {
    bridge.kill('SIGKILL');
    this.kills++;
    await bridge.finished;
    this.note(bridge);
  }

  /** Takes note of what its log says that it read, and of what it could not know to have arrived. */
  note(bridge: Program): void {
    const lines = bridge.log.all.slice(this.#noted.get(bridge) ?? 0);
    this.#noted.set(bridge, bridge.log.all.length);
    for (const { msg, title, test: selfTest, destination, outcome } of lines) {
      if (msg === 'announcement.received' && selfTest !== true) this.read.add(String(title));
      if (msg === 'delivery.attempted' && outcome === 'ambiguous')
        this.#ambiguous.set(String(destination), this.ambiguous(String(destination)) + 1);
    }
  }

  /** Requests without an answer: on a busy machine more than the receivers leave unanswered. */
  ambiguous(destination: string): number {
    return this.#ambiguous.get(destination) ?? 0;
  }

  /** Deliveries that wait. */
  owed(): number {
    return this.stored().filter(({ state }) => state === 'pending').length;
  }

  stored(): Row[] {
    using database = new DatabaseSync(join(this.workplace.folder, this.#store), {
      readOnly: true,
      timeout: WAIT_MS,
    });
    // One moment of the store: between two, a row may go from the intake into its tables.
    database.exec('BEGIN');
    const inTables = database
      .prepare(
        'SELECT d.id, d.destination, d.state, a.body FROM deliveries d JOIN announcements a ON a.id = d.announcement_id',
      )
      .all()
      .map((row) => ({
        id: String(row['id']),
        destination: String(row['destination']),
        state: String(row['state']),
        title: (JSON.parse(String(row['body'])) as { title: string }).title,
      }));
    const known = new Set(inTables.map(({ id }) => id));
    const inRows = tailOf(database).filter(({ id }) => !known.has(id));
    return [...inTables, ...inRows].filter(({ title }) => title.startsWith('chaos'));
  }

  /** Until nothing is pending any more, then SIGTERM. */
  async drain(bridge: Program): Promise<void> {
    await expect.poll(() => this.owed(), { interval: 250 }).toBe(0);
    bridge.kill('SIGTERM');
    expect((await bridge.finished).code).toBe(0);
    this.note(bridge);
  }

  [Symbol.dispose](): void {
    this.workplace[Symbol.dispose]();
  }
}

/** On record, and not yet in its tables. */
const tailOf = (database: DatabaseSync): Row[] =>
  database
    .prepare('SELECT body FROM intake')
    .all()
    .flatMap(({ body }) => intakeIn(body).recorded.flatMap(({ deliveries }) => deliveries))
    .map((delivery) => ({
      id: keyOf(delivery),
      destination: delivery.destination,
      state: 'pending',
      title: newsIn(delivery).title,
    }));

/** After the last life: nothing that was read is lost, and nothing is doubled without a reason. Gives the figures. */
export function reckon(lives: Lives, receivers: Receivers, excused: number): Record<string, unknown> {
  const rows = lives.stored();
  const stored = new Set(rows.map(({ title }) => title));
  const lost = DESTINATIONS.flatMap((name) => {
    const taken = receivers.taken(name);
    return [...new Set([...lives.read, ...stored])]
      .filter((title) => !taken.has(title))
      .map((title) => `${name} ${title}`);
  });
  const figures = {
    announced: lives.announced,
    read: new Set([...lives.read, ...stored]).size,
    kills: lives.kills,
    lost: lost.length,
    ...Object.fromEntries(
      DESTINATIONS.map((name) => [
        name,
        {
          taken: receivers.taken(name).size,
          repeats: receivers.repeats(name),
          ambiguous: receivers.ambiguous(name),
        },
      ]),
    ),
  };
  expect(lost, 'read, and never taken').toEqual([]);
  expect(
    rows.filter(({ state }) => state !== 'delivered'),
    'ended otherwise',
  ).toEqual([]);
  for (const name of DESTINATIONS)
    expect(receivers.repeats(name), `${name} was sent twice`).toBeLessThanOrEqual(
      // In flight, and one that had just ended.
      lives.kills * (CONCURRENCY[name] + 1) +
        Math.max(receivers.ambiguous(name), lives.ambiguous(name)) +
        excused,
    );
  return figures;
}

/** Every repeat of an announcement carries the id of its first request. */
export function sameIdEachTime(items: readonly { readonly id: string; readonly text: string }[]): void {
  const ids = new Map<string, Set<string>>();
  for (const { id, text } of items) {
    const title = /chaos\d+/.exec(text)?.[0] ?? text;
    ids.set(title, (ids.get(title) ?? new Set()).add(id));
  }
  expect([...ids].filter(([, seen]) => seen.size > 1)).toEqual([]);
}
