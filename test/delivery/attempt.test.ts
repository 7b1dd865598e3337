/** A sender that throws: whether it had begun to send decides. */
import { expect, test } from 'vitest';
import { LaneBench } from '../support/lane-bench.ts';

test.each([
  ['before anything was written', false, { state: 'delivered', attempts: 2 }],
  ['after it was written', true, { state: 'dead', reason: 'connection_lost' }],
] as const)('regression: under `drop`, a throw %s', async (_name, hasLeft, row) => {
  using bench = new LaneBench({ bot: { options: { maxAge: '10m', onAmbiguous: 'drop' } } });
  let calls = 0;
  const { send } = bench;
  bench.send = (destination, title, context) => {
    if (++calls > 1) return send(destination, title, context);
    if (hasLeft) context.leaving();
    throw new TypeError('a bug');
  };
  bench.announce('one');
  await bench.clock.advance(10_000);
  expect(bench.rows()).toMatchObject([row]);
});
