/** A claim that is taken back: the next holder knows how often it was tried. */
import { expect, test } from 'vitest';
import { Claiming, type ClaimingDeps } from '../../src/cluster/claiming.ts';
import type { Settled } from '../../src/cluster/settling.ts';
import type { Beginning } from '../../src/cluster/shared.ts';
import type { AttemptResult } from '../../src/delivery/outcome.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { announcementAt, deliveriesOf } from '../support/outbox.ts';

const REFUSED: AttemptResult = { outcome: { kind: 'retry', reason: 'server_error' }, writtenMs: 5 };
const HELD: AttemptResult = { outcome: { kind: 'retry', reason: 'rate_limited' } };

test.each([
  ['after a request that did not arrive', REFUSED, 3],
  ['after one that the rate of the receiver forbade', HELD, 2],
  ['without a request', undefined, 2],
])('%s', async (_, result, attempts) => {
  const [delivery] = deliveriesOf(announcementAt(1, 1000), 'bot');
  const settled: Settled[] = [];
  const claiming = new Claiming({
    ...{ clock: new FakeClock(), differs: () => false, partitionOf: () => 1 },
    holdings: { epochOf: () => 7 },
    writer: { isNamed: () => true },
    settling: { endOf: (end: Settled) => end, add: (end: Settled) => settled.push(end) },
    shared: { begin: async (all: readonly Beginning[]) => new Set(all.map(({ id }) => id)) },
  } as unknown as ClaimingDeps);
  const pending = {
    ...{ delivery: delivery ?? expect.fail('there is one'), attempts: 2, plain: false, notBeforeMs: 0 },
    ...{ begunMs: undefined, byHandMs: undefined, reason: undefined },
  };
  const claimed = await claiming.claim(pending, { onAmbiguous: 'drop' });
  if (typeof claimed === 'string') expect.fail(claimed);
  claimed.takeBack(result);
  expect(settled).toMatchObject([{ state: 'free', attempts, epoch: 7 }]);
});
