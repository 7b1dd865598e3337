/** Knowledge that a new holder has of the one before: a destination that goes from node to node and back, a clock of the database that jumps. */
import { expect, test } from 'vitest';
import { CLAIMS_OF_A_LIFE, PARTITIONS } from '../../src/cluster/shared.ts';
import { LIMIT } from './simulation/config.ts';
import { DESTINATIONS, type Scene, settled } from './simulation/scene.ts';

const requestsTo = ({ taken }: Scene, destination: string) =>
  taken.filter((one) => one.destination === destination);

test('regression: a request counts for who held the destination before, and has counted the one before it', async () => {
  const scene = await settled(['a', 'b']);
  await scene.advance(2000);
  const first = scene.holderOf('limited');
  const second = scene.nodes.find((node) => node !== first);
  scene.faults.refuses = 1;
  for (const title of ['one', 'two']) scene.announce(title, [first]);
  await scene.advance(300);
  scene.faults.refuses = 0;
  void first.cluster?.node.drain();
  await scene.advance(600);
  expect(scene.holderOf('limited')).toBe(second);
  first.cluster?.node.undrain();
  await scene.advance(600);
  expect(scene.holderOf('limited')).toBe(first);
  expect(requestsTo(scene, 'limited').length).toBe(LIMIT.limit);
  await scene.advance(2300);
  expect(requestsTo(scene, 'limited').length).toBe(2 * LIMIT.limit);
  void first.cluster?.node.drain();
  await scene.advance(600);
  for (const title of ['three', 'four']) scene.announce(title);
  await scene.advance(20_000);
  const at = requestsTo(scene, 'limited').map(({ writtenAt }) => writtenAt);
  const spans = at.slice(LIMIT.limit).map((ms, n) => ms - (at[n] ?? 0));
  expect(spans.length).toBe(2 * LIMIT.limit);
  expect(Math.min(...spans)).toBeGreaterThanOrEqual(LIMIT.perMs - 1);
});

test('regression: after a jump of the clock of the database, news that was taken from the log is known when a feed brings it as well', async () => {
  const scene = await settled(['a', 'b']);
  const [a, b] = [scene.node('a'), scene.node('b')];
  b.kill();
  await scene.advance(6000);
  scene.announce('sent by a', [a]);
  await scene.advance(700);
  scene.model.aheadMs += 3_600_000;
  b.start();
  await scene.advance(6000);
  void a.cluster?.node.drain();
  await scene.advance(1000);
  scene.announce('sent by a', [b]);
  await scene.advance(3000);
  expect(scene.got('sent by a')).toEqual(DESTINATIONS.toSorted());
});

test('regression: the claims of a life are no other life’s, also where the same epoch comes again', async () => {
  const scene = await settled(['a']);
  const { model } = scene;
  const a = scene.node('a');
  const livesOfClaims = () => {
    const { ends } = model.tables.inherit([...Array(PARTITIONS).keys()], 60_000, model.nowMs());
    return ends.flatMap(({ claim = 0 }) => (claim > 0 ? [Math.floor(claim / CLAIMS_OF_A_LIFE)] : []));
  };
  scene.faults.refuses = 1;
  scene.announce('refused');
  await scene.advance(2000);
  const before = livesOfClaims();
  expect(before.length).toBe(1);
  a.kill();
  model.replace();
  a.start();
  await scene.advance(8000);
  scene.announce('refused as well');
  await scene.advance(1500);
  const after = livesOfClaims();
  expect(after.length).toBeGreaterThan(0);
  expect(after.filter((life) => before.includes(life))).toEqual([]);
});
