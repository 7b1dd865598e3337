/** A message that is not to be made (`NoSymbol`): the end of its delivery, and nothing else. */
import { expect, test } from 'vitest';
import { NoSymbol } from '../../src/delivery/message.ts';
import { newsIn } from '../support/contents.ts';
import { LaneBench } from '../support/lane-bench.ts';

test('no request, no default form, no attempt, no place in the limit: skipped as no_symbol', async () => {
  using bench = new LaneBench({
    bot: {
      options: { maxAge: false },
      own: [{ limit: 1, perMs: 60_000 }],
      renderDefault: () => 'another form',
    },
  });
  bench.render = (delivery) => {
    const { title } = newsIn(delivery);
    if (title.startsWith('none')) throw new NoSymbol('XYZ is not in perps');
    return title;
  };
  await bench.opened();
  for (const title of ['none 1', 'none 2', 'some']) bench.announce(title);
  await bench.opened();
  expect(bench.sends.map(({ title }) => title)).toEqual(['some']);
  bench.journal.flush();
  expect(bench.rows().map(({ state, reason, attempts }) => [state, reason, attempts])).toEqual(
    expect.arrayContaining([
      ['skipped', 'no_symbol', 0],
      ['skipped', 'no_symbol', 0],
    ]),
  );
  expect(bench.said.filter((line) => line.includes('render'))).toEqual([]);
});
