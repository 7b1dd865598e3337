/** Any order of renewals, claims, returns and time: PostgreSQL gives every partition to whom the model gives it. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Shared, View } from '../../src/cluster/shared.ts';
import { LEASE_MS } from '../../src/cluster/shared.ts';
import { cardOf } from '../support/cluster/entries.ts';
import { SharedModel } from '../support/cluster/model.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { describeWithPostgres } from '../support/postgres/installed.ts';
import { runs } from '../support/properties.ts';
import { postgresBench } from './postgres-bench.ts';

const CARDS = [cardOf('a'), cardOf('b'), cardOf('a', { life: 'a-2' }), cardOf('c')];

const node = fc.integer({ min: 0, max: CARDS.length - 1 });
const partitions = fc.uniqueArray(fc.integer({ min: 0, max: 5 }), { minLength: 1, maxLength: 4 });
const step = fc.oneof(
  fc.record({ kind: fc.constant('renew' as const), node }),
  fc.record({ kind: fc.constant('claim' as const), node, partitions }),
  fc.record({
    ...{ kind: fc.constant('release' as const), node, partitions },
    epoch: fc.integer({ min: 1, max: 3 }),
  }),
  fc.record({ kind: fc.constant('leave' as const), node }),
  // Far from the end of a lease: time goes on by itself in a database.
  fc.record({
    kind: fc.constant('pass' as const),
    ms: fc.constantFrom(LEASE_MS * 0.4, LEASE_MS * 1.4, LEASE_MS * 3),
  }),
);

const holders = ({ leases, members }: View) => ({
  leases: leases
    .slice(0, 6)
    .map(({ node: name, life, epoch, restMs }) => [name, life, epoch, name !== undefined && restMs > 0]),
  members: members.map(({ life, restMs }) => [life, restMs > 0]).toSorted(),
});

type Step = typeof step extends fc.Arbitrary<infer Value> ? Value : never;
type NodeStep = Exclude<Step, { readonly kind: 'pass' }>;

/** Everything that a node learns from it. */
async function outcome(shared: Shared, one: NodeStep): Promise<unknown> {
  const card = CARDS[one.node] ?? expect.fail('no such node');
  switch (one.kind) {
    case 'renew':
      return holders(await shared.renew(card));
    case 'claim':
      return [...(await shared.claim(card, one.partitions))].toSorted();
    case 'release':
      return await shared.release(card, new Map(one.partitions.map((partition) => [partition, one.epoch])));
    case 'leave':
      return await shared.leave(card);
  }
}

describeWithPostgres('leases', () => {
  test('as in the model, whatever the order', async () => {
    const database = (await postgresBench()).connect();
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 14 }), async (steps) => {
        const clock = new FakeClock();
        const model = new SharedModel(clock).connect();
        const bench = await postgresBench();
        for (const one of steps)
          if (one.kind === 'pass') {
            await clock.advance(one.ms);
            await bench.pass(one.ms);
          } else expect(await outcome(database, one)).toEqual(await outcome(model, one));
      }),
      { numRuns: runs(15) },
    );
    await database.close();
  });
});
