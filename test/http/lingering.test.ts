import { expect, test } from 'vitest';
import { Lingering } from '../../src/http/lingering.ts';
import { FakeClock } from '../support/fake-clock.ts';

test('the oldest answer is cut for the seventeenth, and each after half a minute', async () => {
  const clock = new FakeClock();
  const lingering = new Lingering(clock);
  const cut = new Set<number>();
  const comeUpTo = (last: number, first = 1) => {
    for (let n = first; n <= last; n++) lingering.add({ cut: () => void cut.add(n) });
  };
  comeUpTo(16);
  await clock.advance(29_000);
  expect([...cut]).toEqual([]);
  comeUpTo(17, 17);
  expect([...cut]).toEqual([1]);
  await clock.advance(1000);
  expect(cut.size).toBe(16);
  await clock.advance(29_000);
  expect(cut.size).toBe(17);
});
