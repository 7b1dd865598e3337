/** Of a replay in a cluster: each delivery goes to the node that sends there, and whatever did not go is named, with its number. */
import { expect, test } from 'vitest';
import type { ClusterStore } from '../../src/cli/cluster-store.ts';
import type { Plans } from '../../src/cli/replay-plans.ts';
import { leftText, queue, queuedText } from '../../src/cli/replay-send.ts';
import type { OpenedStore } from '../../src/cli/store-file.ts';
import type { ReplayWish } from '../../src/outbox/deliveries.ts';
import { announcementAt, deliveriesOf } from '../support/outbox.ts';

const NEWS = announcementAt(1, 1000);

const GOING = { signal: new AbortController().signal };

/** To one destination on each of these; `bot` and so on. */
function plansFor(destinations: readonly string[]): Plans {
  const deliveries = deliveriesOf(NEWS, ...destinations).map((delivery) => ({
    ...{ delivery, related: [], fate: { sends: delivery } },
  }));
  const plan = { announcement: NEWS, deliveries, noLonger: [], capped: [], goesElsewhere: true };
  return { all: [plan], rows: new Map() };
}

function clusterOf(
  holders: Readonly<Record<string, string>>,
  replay: (node: string, wishes: readonly ReplayWish[]) => readonly string[] | string,
): OpenedStore {
  const cluster: Pick<ClusterStore, 'holdersOf' | 'replay'> = {
    holdersOf: async () => new Map(Object.entries(holders)),
    replay: async (node, wishes) => {
      const answer = replay(node, wishes);
      return typeof answer === 'string' ? { ok: false, message: answer } : { ok: true, value: answer };
    },
  };
  return { cluster } as unknown as OpenedStore;
}

const idsIn = (wishes: readonly ReplayWish[]) => wishes.map(({ delivery }) => delivery.id);

test('each to its holder; without one, without an answer, and changed meanwhile: said, with how many', async () => {
  const plans = plansFor(['one', 'two', 'three', 'four', 'five']);
  const ids = plans.all.flatMap(({ deliveries }) => deliveries.map(({ delivery }) => delivery.id));
  const asked: string[] = [];
  const opened = clusterOf({ one: 'a', two: 'b', three: 'c', four: 'a' }, (node, wishes) => {
    asked.push(`${node}: ${wishes.map(({ delivery }) => delivery.destination).join(', ')}`);
    // Node a has sent `four` meanwhile; b does not answer.
    return node === 'b'
      ? 'node b, which sends there, gave no answer (no answer within 3 s)'
      : idsIn(wishes.slice(0, 1));
  });
  const queued = await queue(plans, new Set(ids), opened, GOING);
  expect(asked.toSorted()).toEqual(['a: one, four', 'b: two', 'c: three']);
  expect(queuedText(queued, opened)).toBe(
    '2 deliveries queued: a 1, c 1; the nodes will send them within a second',
  );
  expect(queued.left.map(leftText)).toEqual([
    '1 not queued, or not for certain: node b, which sends there, gave no answer (no answer within 3 s). [no_answer]',
    '1 not queued: no node that answers sends to five at the moment; the same command tries again, and `listing-bridge cluster status` shows the nodes. [no_holder]',
    '1 not queued: something happened to them meanwhile; the same command looks again. [changed]',
  ]);
});

test('only what was confirmed; an interruption is said', async () => {
  const plans = plansFor(['one', 'two']);
  const [first = ''] = plans.all.flatMap(({ deliveries }) => deliveries.map(({ delivery }) => delivery.id));
  const opened = clusterOf({ one: 'a', two: 'a' }, (_, wishes) => idsIn(wishes));
  expect((await queue(plans, new Set([first]), opened, GOING)).queued).toEqual([first]);
  const stopped = await queue(plans, new Set([first]), opened, { signal: AbortSignal.abort() });
  expect(stopped.left.map(leftText)).toEqual([
    'Interrupted: 1 not queued; the same command queues the rest. [interrupted]',
  ]);
});
