/** A replay at the node that sends there: nothing of which something has happened since, and nothing that it has handed over. */
import { describe, expect, test } from 'vitest';
import { completeIn } from '../../src/cli/replay-plans.ts';
import type { Changing } from '../../src/cluster/changing.ts';
import { replayIn } from '../../src/cluster/replaying.ts';
import { newsOf, originOf } from '../../src/delivery/content.ts';
import { keyOf } from '../../src/delivery/delivery.ts';
import type { Deliveries, FoundDelivery, ReplayWish, StoredDecision } from '../../src/outbox/deliveries.ts';
import { seenAs } from '../../src/outbox/replay-rows.ts';
import type { StoredDelivery } from '../../src/outbox/rows.ts';
import { keptRules, someRulesIn } from '../../src/routing/kept-rules.ts';
import { compileRules } from '../../src/routing/router.ts';
import { createTracer } from '../../src/routing/tracer.ts';
import { announcementAt, deliveriesOf } from '../support/outbox.ts';

/** As another node has read it, and as this one has. */
const THERE = announcementAt(1, 1000);
const HERE = { ...THERE, id: `${THERE.id.slice(0, -1)}x`, receivedMs: THERE.receivedMs + 3 };

const [WANTED] = deliveriesOf(THERE, 'bot');
if (WANTED === undefined) throw new Error('there is one');
const KEY = `${HERE.id}-7`;
const ROW: StoredDelivery = {
  ...{ delivery: { ...WANTED, content: newsOf(HERE), key: KEY }, attempts: 1, notBeforeMs: 0, plain: false },
  ...{ begunMs: undefined, byHandMs: undefined, state: 'dead', reason: 'rejected', settledMs: 2000 },
};

function nodeWith(rows: readonly StoredDelivery[], held: readonly (readonly string[])[]) {
  const [now = [], ...later] = held;
  const rounds = [now, ...later];
  const queued: ReplayWish[] = [];
  const learnt: string[] = [];
  const passedOn: string[] = [];
  const deliveries = rows.map((delivery): FoundDelivery => ({ delivery, attempts: [] }));
  const store: Pick<Deliveries, 'announcements' | 'decision' | 'replay'> = {
    announcements: async () => ({
      ok: true,
      value: { announcements: rows.length === 0 ? [] : [HERE], next: undefined },
    }),
    decision: async () => ({
      ok: true,
      value: { content: newsOf(HERE), deliveries, isComplete: true },
    }),
    replay: async (wishes) => {
      queued.push(...wishes);
      return { ok: true, value: wishes.map(({ delivery }) => delivery.id) };
    },
  };
  const changing = {
    deliveries: store,
    nowMs: () => 5000,
    holds: (names: readonly string[]) => {
      const names1 = rounds.length > 1 ? rounds.shift() : rounds[0];
      return names.filter((name) => names1?.includes(name));
    },
    learn: ({ announcement }: { readonly announcement: { readonly id: string } }) =>
      learnt.push(announcement.id),
    passOn: (names: readonly string[]) => passedOn.push(...names),
  } as unknown as Changing;
  const ask = (seen: readonly string[]) => replayIn(changing, [{ delivery: WANTED as never, seen }]);
  return { ask, queued, learnt, passedOn };
}

describe('at the node that sends there', () => {
  test('as its own store has the news, in the row that is there', async () => {
    const { ask, queued, learnt } = nodeWith([ROW], [['bot']]);
    expect(await ask([seenAs(ROW)])).toEqual({ ok: true, value: [WANTED?.id] });
    const [{ delivery, seen } = { delivery: WANTED as never, seen: [] }] = queued;
    expect([originOf(delivery.content).id, keyOf(delivery), seen]).toEqual([HERE.id, KEY, [seenAs(ROW)]]);
    expect(learnt).toEqual([]);
  });

  test('nothing that has changed since it was looked at', async () => {
    for (const seen of [[], [seenAs({ ...ROW, attempts: 2 })], [seenAs(ROW), seenAs(ROW)]]) {
      const { ask, queued } = nodeWith([ROW], [['bot']]);
      expect(await ask(seen)).toEqual({ ok: true, value: [] });
      expect(queued).toEqual([]);
    }
  });

  test('news that it does not have comes into its store first', async () => {
    const { ask, queued, learnt } = nodeWith([], [['bot']]);
    await ask([]);
    expect(learnt).toEqual([THERE.id]);
    expect(queued.map(({ delivery }) => delivery.key)).toEqual([undefined]);
  });

  test('what it does not hold is left; what it has handed over meanwhile is not counted as queued', async () => {
    const without = nodeWith([ROW], [[]]);
    expect(await without.ask([seenAs(ROW)])).toEqual({ ok: true, value: [] });
    expect(without.queued).toEqual([]);
    const between = nodeWith([ROW], [['bot'], []]);
    expect(await between.ask([seenAs(ROW)])).toEqual({ ok: true, value: [] });
    expect(between.passedOn).toEqual(['bot']);
  });
});

describe('whether all deliveries are there', () => {
  const rules = [{ name: 'all', match: {}, send: [{ to: 'bot' }, { to: 'team' }], stop: false }];
  const router = compileRules(rules);
  const kept = keptRules({ rules, extract: {} });
  const decided = (change: Partial<StoredDecision> = {}): StoredDecision => {
    const routing = router.route(THERE);
    const trace = createTracer({ rules, extract: {} }, router, 0, kept).textOf({
      ...{ announcement: THERE, routing, destinations: ['bot'], targets: new Set(['bot']) },
    });
    const some = someRulesIn(kept.body, [0]);
    return {
      ...{ content: newsOf(THERE), deliveries: [{ delivery: ROW, attempts: [] }], isComplete: true, trace },
      ...(some && { rules: some }),
      ...change,
    };
  };

  test('a node that is forgotten may have sent where the rules of then did, and nobody has a row', () => {
    const of = (decision: StoredDecision, isCluster = true) => completeIn([decision], isCluster);
    const all = ['bot', 'team', 'another'];
    expect(all.map(of(decided()))).toEqual([true, false, true]);
    expect(all.map(of(decided(), false))).toEqual([true, true, true]);
    expect(all.map(of(decided({ isComplete: false })))).toEqual([false, false, false]);
    // Rules that are not kept may have sent anywhere.
    const { rules: _, ...unknown } = decided();
    expect(all.map(of(unknown))).toEqual([true, false, false]);
  });
});
