/** The bus: who hears what, in which order, and who does not any more. */
import { beforeEach, describe, expect, test } from 'vitest';
import type { BridgeEvent } from '../../src/events/bridge-event.ts';
import { Bus } from '../../src/events/bus.ts';
import { FakeClock } from '../support/fake-clock.ts';

const resumed = (destination: string): BridgeEvent => ({ kind: 'destination.resumed', destination });

let clock: FakeClock;
let bus: Bus;
let failures: unknown[];
let heard: string[];
/** A listener that writes down its name and the destination. */
const hear = (name: string) => (event: BridgeEvent) => {
  if (event.kind === 'destination.resumed') heard.push(`${name} ${event.destination}`);
};

beforeEach(() => {
  clock = new FakeClock();
  failures = [];
  heard = [];
  bus = new Bus(clock, (error) => failures.push(error));
});

test('publishing calls nobody: that comes in a later turn, in order, to each listener', async () => {
  bus.listen(hear('a'));
  bus.listen(hear('b'));
  bus.publish(resumed('one'));
  bus.publish(resumed('two'));
  expect(heard).toEqual([]);
  await clock.advance(0);
  expect(heard).toEqual(['a one', 'b one', 'a two', 'b two']);
});

test('a listener that throws is reported, and the others are called', () => {
  bus.listen(() => {
    throw new Error('bug');
  });
  bus.listen(hear('b'));
  bus.publish(resumed('one'));
  bus.drain();
  expect(heard).toEqual(['b one']);
  expect(failures).toEqual([new Error('bug')]);
});

describe('off', () => {
  test('ends one listener, also for what was published before', async () => {
    const off = bus.listen(hear('a'));
    bus.listen(hear('b'));
    bus.publish(resumed('one'));
    off();
    await clock.advance(0);
    expect(heard).toEqual(['b one']);
  });

  test('may be called again: it ends only its own, also where the same function listens twice', () => {
    const same = hear('a');
    const off = bus.listen(same);
    bus.listen(same);
    off();
    off();
    bus.publish(resumed('one'));
    bus.drain();
    expect(heard).toEqual(['a one']);
  });

  test('by the listener itself, in the middle of an event: nobody is left out', () => {
    const off = bus.listen((event) => {
      hear('once')(event);
      off();
    });
    bus.listen(hear('b'));
    bus.publish(resumed('one'));
    bus.publish(resumed('two'));
    bus.drain();
    expect(heard).toEqual(['once one', 'b one', 'b two']);
  });

  test('by one listener of another that comes after it: it does not hear this event any more', () => {
    bus.listen(() => off());
    const off = bus.listen(hear('b'));
    bus.publish(resumed('one'));
    bus.drain();
    expect(heard).toEqual([]);
  });

  test('a listener that is added in the middle of an event hears the next', () => {
    const offFirst = bus.listen(() => {
      offFirst();
      bus.listen(hear('new'));
    });
    bus.publish(resumed('one'));
    bus.publish(resumed('two'));
    bus.drain();
    expect(heard).toEqual(['new two']);
  });
});

test('in bites: after a millisecond of listening the loop has its turn, and nothing is lost or doubled', async () => {
  let sinceTurn = 0;
  let most = 0;
  bus.listen(hear('a'));
  bus.listen(() => {
    clock.stall(0.2);
    most = Math.max(most, ++sinceTurn);
  });
  clock.onStep = () => {
    sinceTurn = 0;
  };
  for (let n = 0; n < 5000; n++) bus.publish(resumed(String(n)));
  await clock.advance(3000);
  expect(heard).toEqual(Array.from({ length: 5000 }, (_, n) => `a ${n}`));
  expect(most).toBeLessThanOrEqual(10);
});
