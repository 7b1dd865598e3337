/** Mutes that others have made, and a store that does not take them at once. */
import { expect, test } from 'vitest';
import { MUTE, MuteRegisters } from '../../src/cluster/mute-registers.ts';
import type { MuteWish } from '../../src/mutes/mute.ts';
import { FakeClock } from '../support/fake-clock.ts';

test('a store that refuses a mute is given it again, until it takes it', async () => {
  const asked: (readonly MuteWish[])[] = [];
  let isTaken = false;
  const registers = new MuteRegisters({
    ...{ node: 'a', clock: new FakeClock(), tell: () => undefined },
    memory: { recall: () => undefined, hear: () => undefined },
    mutes: {
      now: () => [],
      change: (_, made) => {
        asked.push(made);
        return Promise.resolve(isTaken);
      },
    },
  });
  const told = { kind: 'destination', name: 'bot', number: 1, node: 'b', beyondMs: 0 };
  await registers.heard([{ kind: MUTE, key: 'bot', value: JSON.stringify(told), restMs: 60_000 }]);
  await registers.follow();
  isTaken = true;
  await registers.follow();
  await registers.follow();
  expect(asked.map((made) => made.map(({ name }) => name))).toEqual([['bot'], ['bot'], ['bot']]);
});
