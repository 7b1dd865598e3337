/** The mutes of the running bridge: taken from the store, ended at their time, reported. */
import { DatabaseSync } from 'node:sqlite';
import { expect, onTestFinished, test } from 'vitest';
import { Muting } from '../../src/daemon/muting.ts';
import type { BridgeEvent } from '../../src/events/bridge-event.ts';
import type { Listener } from '../../src/events/bus.ts';
import type { Muted } from '../../src/mutes/mute.ts';
import { Mutes } from '../../src/mutes/mutes.ts';
import { migrate } from '../../src/outbox/migrations.ts';
import { keepMutes, liftMutes, mutesIn } from '../../src/outbox/mute-rows.ts';
import { Timeline } from '../../src/platform/timeline.ts';
import { FakeClock } from '../support/fake-clock.ts';

const MINUTE = 60_000;
const ABC: Muted = { kind: 'ticker', name: 'ABC' };
const BOT: Muted = { kind: 'destination', name: 'bot' };

class Bench {
  readonly clock = new FakeClock();
  readonly database = new DatabaseSync(':memory:');
  readonly said: string[] = [];
  mutes = new Mutes();
  isBroken = false;
  reviews = 0;
  tell: Listener = () => undefined;
  #muting: Muting | undefined;

  constructor() {
    migrate(this.database);
    this.start();
    onTestFinished(() => {
      this.clock.forget();
      this.database.close();
    });
  }

  start(): void {
    const clock = new Timeline(this.clock);
    this.mutes = new Mutes();
    this.#muting = new Muting({
      clock,
      bus: {
        publish: (event) => void this.said.push(inWords(event)),
        listen: (listener) => {
          this.tell = listener;
          return () => undefined;
        },
      },
      deliveries: {
        mute: async (wishes, nowMs) => ({ ok: true, value: keepMutes(this.database, wishes, nowMs) }),
      },
      pipeline: {
        mutes: this.mutes,
        journal: { mutes: () => (this.isBroken ? undefined : mutesIn(this.database)) },
      },
    });
  }

  restart(): void {
    this.#muting?.[Symbol.dispose]();
    this.clock.restart();
    this.start();
  }

  follow(): void {
    if (this.#muting?.follow()) this.reviews++;
  }

  mute(muted: Muted, forMs: number): number {
    const nowMs = this.clock.monotonicMs();
    const [change] = keepMutes(
      this.database,
      [{ ...muted, untilMs: nowMs + forMs, reason: undefined }],
      nowMs,
    );
    this.follow();
    return change?.mute.id ?? 0;
  }

  get isBehind(): boolean {
    return this.#muting?.isBehind === true;
  }

  get names(): readonly string[] {
    return this.mutes.inForce(this.clock.monotonicMs()).map(({ name }) => name);
  }
}

const inWords = (event: BridgeEvent) => ('muted' in event ? `${event.kind} ${event.muted}` : event.kind);

test('made, extended, lifted, over: each is in force at once and reported once', async () => {
  const bench = new Bench();
  const id = bench.mute(ABC, MINUTE);
  bench.mute(BOT, 2 * MINUTE);
  expect(bench.names).toEqual(['ABC', 'bot']);
  bench.follow();
  bench.mute(ABC, 3 * MINUTE);
  bench.mute(ABC, 1000);
  expect(bench.reviews, 'whatever is new, and nothing else').toBe(2);
  await bench.clock.advance(2 * MINUTE - 1);
  expect(bench.names).toEqual(['ABC', 'bot']);
  await bench.clock.advance(1);
  expect([bench.names, bench.mutes.areOn]).toEqual([['ABC'], true]);
  liftMutes(bench.database, [id]);
  bench.follow();
  expect([bench.names, bench.mutes.areOn]).toEqual([[], false]);
  expect(bench.said).toEqual([
    'mute.started ticker ABC',
    'mute.started destination bot',
    'mute.extended ticker ABC',
    'mute.ended destination bot',
    'mute.lifted ticker ABC',
  ]);
});

test('one that is made anew after its end is a new one', async () => {
  const bench = new Bench();
  const first = bench.mute(ABC, MINUTE);
  await bench.clock.advance(MINUTE);
  const second = bench.mute(ABC, MINUTE);
  expect(second).toBeGreaterThan(first);
  expect(bench.said).toEqual(['mute.started ticker ABC', 'mute.ended ticker ABC', 'mute.started ticker ABC']);
});

test.each([
  ['forwards', 5 * 60 * MINUTE],
  ['back', -5 * 60 * MINUTE],
])('a wall clock that is set %s neither ends it nor makes it longer', async (_, byMs) => {
  const bench = new Bench();
  bench.mute(ABC, 10 * MINUTE);
  bench.clock.stepWall(byMs);
  bench.follow();
  await bench.clock.advance(10 * MINUTE - 1);
  expect(bench.names).toEqual(['ABC']);
  await bench.clock.advance(1);
  expect(bench.names).toEqual([]);
  expect(bench.said).toEqual(['mute.started ticker ABC', 'mute.ended ticker ABC']);
});

test('over a restart the wall clock counts; what ended meanwhile is not in force', async () => {
  const bench = new Bench();
  bench.mute(ABC, MINUTE);
  bench.mute(BOT, 10 * MINUTE);
  await bench.clock.advance(5000);
  bench.restart();
  expect(bench.names).toEqual(['ABC', 'bot']);
  bench.said.length = 0;
  await bench.clock.advance(MINUTE);
  expect(bench.said).toEqual(['mute.ended ticker ABC']);
  bench.restart();
  expect(bench.names).toEqual(['bot']);
});

test('while the store cannot be read, those that are known stay, and end at their time', async () => {
  const bench = new Bench();
  bench.mute(ABC, MINUTE);
  bench.isBroken = true;
  bench.follow();
  expect([bench.names, bench.isBehind]).toEqual([['ABC'], true]);
  await bench.clock.advance(MINUTE);
  expect([bench.names, bench.said.at(-1)]).toEqual([[], 'mute.ended ticker ABC']);
  bench.isBroken = false;
  bench.mute(BOT, MINUTE);
  expect([bench.names, bench.isBehind]).toEqual([['bot'], false]);
});

test('a store that is replaced gets those that could not be read in the old one', async () => {
  const bench = new Bench();
  bench.mute(ABC, MINUTE);
  bench.mute(BOT, MINUTE);
  bench.database.exec(`DELETE FROM mutes WHERE name = 'ABC'`);
  const replaced = { kind: 'store.replaced', reason: 'it is damaged', setAside: undefined } as const;
  bench.tell({ ...replaced, announcements: 0, deliveries: 0, owed: 0, unreadable: undefined } as never);
  await bench.clock.advance(0);
  expect(mutesIn(bench.database).map(({ name }) => name)).toEqual(['bot', 'ABC']);
  bench.follow();
  expect(bench.names).toEqual(['bot', 'ABC']);
});
