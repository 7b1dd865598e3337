/**
 * The promises of everything that nodes may share (`src/cluster/shared.ts`), whatever keeps it. `conformance.test.ts`
 * holds the model in memory and PostgreSQL to them.
 */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  CLAIMS_OF_A_LIFE,
  type Errand,
  type Fact,
  type Hint,
  KEPT_MS,
  LEASE_MS,
  type NodeCard,
  PARTITIONS,
  type Shared,
  type SharedEnd,
  type View,
} from '../../src/cluster/shared.ts';
import { beginOf, cardOf, endOf, entryOf, plannedOf } from '../support/cluster/entries.ts';

export interface Bench {
  /** One more node's way to the same database. */
  connect(): Shared;
  /** So much time passes, for the database. */
  pass(ms: number): Promise<void>;
  /** Its clock is set. */
  jump(ms: number): Promise<void>;
  close(): Promise<void>;
}

/** How much longer a call may take than it says: no test holds anything to a time. */
const PATIENCE_MS = 60_000;

/** At least that, as of a little earlier. */
const about = (ms: number) => ({
  asymmetricMatch: (value: unknown) =>
    typeof value === 'number' && value >= ms - 1 && value < ms + PATIENCE_MS,
  toString: () => `about ${ms}`,
});

const leaseOf = ({ leases }: View, partition: number) =>
  leases[partition] ?? expect.fail('no such partition');

const ALL = Array.from({ length: PARTITIONS }, (_, partition) => partition);

const under = (epoch: number, ...partitions: readonly number[]): ReadonlyMap<number, number> =>
  new Map(partitions.map((partition) => [partition, epoch]));

/** A partition, its node and its epoch. */
const held = ({ leases }: View) =>
  leases.flatMap(({ partition, node, epoch }) => (node === undefined ? [] : [[partition, node, epoch]]));

export function describeShared(name: string, open: () => Promise<Bench>): void {
  describe(name, () => {
    let bench: Bench;
    let a: Shared;
    let b: Shared;
    const [cardA, cardB] = [cardOf('a'), cardOf('b')];
    beforeEach(async () => {
      bench = await open();
      a = bench.connect();
      b = bench.connect();
    });
    afterEach(async () => {
      await Promise.all([a.close(), b.close()]);
      await bench.close();
    });

    /** Both are there, and `card` holds these. */
    async function holding(shared: Shared, card: NodeCard, ...partitions: readonly number[]) {
      await shared.renew(card);
      return await shared.claim(card, partitions);
    }

    describe('members', () => {
      test('nobody is there, and nothing is held', async () => {
        const view = await a.renew(cardA);
        expect(view.members).toEqual([{ ...cardA, restMs: expect.any(Number) }]);
        expect(view.leases.map(({ partition }) => partition)).toEqual(ALL);
        expect(held(view)).toEqual([]);
        expect(view).toMatchObject({ seq: 0, factsVersion: 0, cluster: expect.stringMatching(/./) });
      });

      test('each sees the other, as it is now, for as long as a lease', async () => {
        await a.renew(cardA);
        const changed = cardOf('a', {
          drains: true,
          digest: 'd2',
          feeds: [],
          address: 'http://a:1',
          reads: false,
        });
        await a.renew(changed);
        const { members, cluster } = await b.renew(cardB);
        expect(members.toSorted((x, y) => (x.node < y.node ? -1 : 1))).toEqual([
          { ...changed, restMs: expect.any(Number) },
          { ...cardB, restMs: expect.any(Number) },
        ]);
        expect(members.filter(({ restMs }) => restMs > LEASE_MS)).toEqual([]);
        await bench.pass(LEASE_MS);
        const later = await b.renew(cardB);
        expect(later.cluster).toBe(cluster);
        expect(later.members.find(({ node }) => node === 'a')?.restMs).toBeLessThanOrEqual(0);
        expect(later.members.find(({ node }) => node === 'b')?.restMs).toBeGreaterThan(0);
      });

      test('two lives of one name are seen, and the earlier one only until it is over', async () => {
        const second = cardOf('a', { life: 'a-2' });
        await a.renew(cardA);
        const { members } = await b.renew(second);
        expect(members.map(({ life }) => life).toSorted()).toEqual(['a-1', 'a-2']);
        await bench.pass(LEASE_MS);
        expect((await b.renew(second)).members.map(({ life }) => life)).toEqual(['a-2']);
      });

      test('a renewal shows which one of this life was the last, also when an earlier one comes late', async () => {
        expect((await a.renew(cardA, 1)).beat).toBeUndefined();
        expect((await a.renew(cardA, 3)).beat).toBe(1);
        await a.claim(cardA, [1]);
        expect((await a.renew(cardA, 2)).beat).toBe(3);
        expect((await a.renew(cardA)).beat).toBe(3);
        expect((await b.renew(cardOf('a', { life: 'a-2' }), 9)).beat).toBeUndefined();
      });

      test('who leaves is gone, with all it held', async () => {
        await holding(a, cardA, 1, 2);
        await a.leave(cardA);
        const view = await b.renew(cardB);
        expect(view.members.map(({ node }) => node)).toEqual(['b']);
        expect(held(view)).toEqual([]);
        expect(await b.claim(cardB, [1])).toEqual(new Map([[1, 2]]));
      });
    });

    describe('leases', () => {
      test('a free partition is given once, and again to its holder, with the same epoch', async () => {
        expect(await holding(a, cardA, 3, 5)).toEqual(
          new Map([
            [3, 1],
            [5, 1],
          ]),
        );
        expect(await holding(b, cardB, 5, 7)).toEqual(new Map([[7, 1]]));
        expect(await a.claim(cardA, [3, 5, 7])).toEqual(
          new Map([
            [3, 1],
            [5, 1],
          ]),
        );
        const view = await a.renew(cardA);
        expect(held(view)).toEqual([
          [3, 'a', 1],
          [5, 'a', 1],
          [7, 'b', 1],
        ]);
        expect(leaseOf(view, 3)).toMatchObject({ life: 'a-1', restMs: expect.any(Number) });
        expect(leaseOf(view, 3).restMs).toBeGreaterThan(0);
      });

      test('of many who want everything at once, each partition has one', async () => {
        const cards = Array.from({ length: 6 }, (_, at) => cardOf(`n${at}`));
        const nodes = cards.map((card) => ({ card, shared: bench.connect() }));
        await Promise.all(nodes.map(({ shared, card }) => shared.renew(card)));
        const claims = await Promise.all(
          nodes.map(({ shared, card }, at) => shared.claim(card, at % 2 === 0 ? ALL : ALL.toReversed())),
        );
        const given = claims.flatMap((claim) => [...claim.keys()]);
        expect(given.toSorted((x, y) => x - y)).toEqual(ALL);
        const view = await a.renew(cardA);
        for (const [at, claim] of claims.entries())
          for (const [partition, epoch] of claim)
            expect(leaseOf(view, partition)).toMatchObject({ node: `n${at}`, epoch });
        await Promise.all(nodes.map(({ shared }) => shared.close()));
      });

      test('what a dead node held is free when its lease is over, and only then', async () => {
        await holding(a, cardA, 1, 2);
        await bench.pass(LEASE_MS / 2);
        expect(await holding(b, cardB, 1)).toEqual(new Map());
        await bench.pass(LEASE_MS / 2);
        expect(await holding(b, cardB, 1)).toEqual(new Map([[1, 2]]));
        const view = await a.renew(cardA);
        expect(held(view)).toEqual([
          [1, 'b', 2],
          [2, 'a', 1],
        ]);
      });

      test('a renewal extends all that the life holds', async () => {
        await holding(a, cardA, 1);
        await bench.pass(LEASE_MS / 2);
        await a.renew(cardA);
        await bench.pass(LEASE_MS / 2);
        expect(await holding(b, cardB, 1)).toEqual(new Map());
      });

      test('so does a claim', async () => {
        await holding(a, cardA, 1);
        await bench.pass(LEASE_MS / 2);
        await a.claim(cardA, [2]);
        await bench.pass(LEASE_MS / 2);
        expect(await holding(b, cardB, 1, 2)).toEqual(new Map());
      });

      test('what was over and nobody took is still its holder’s at the next renewal', async () => {
        await holding(a, cardA, 1);
        await bench.pass(2 * LEASE_MS);
        const view = await a.renew(cardA);
        expect(held(view)).toEqual([[1, 'a', 1]]);
        expect(leaseOf(view, 1).restMs).toBeGreaterThan(0);
        expect(await holding(b, cardB, 1)).toEqual(new Map());
      });

      test('another life of the same name does not extend or take what the first one holds', async () => {
        await holding(a, cardA, 1);
        const second = cardOf('a', { life: 'a-2' });
        await bench.pass(LEASE_MS / 2);
        expect(await holding(b, second, 1)).toEqual(new Map());
        await bench.pass(LEASE_MS / 2);
        expect(await holding(b, second, 1)).toEqual(new Map([[1, 2]]));
        expect(leaseOf(await a.renew(cardA), 1)).toMatchObject({ life: 'a-2', epoch: 2 });
      });

      test('what is given back is free at once, for its former holder too, and each time it counts anew', async () => {
        await holding(a, cardA, 1, 2);
        await a.release(cardA, under(1, 1));
        await a.release(cardA, under(1, 1, 9));
        expect(await holding(b, cardB, 1, 2)).toEqual(new Map([[1, 2]]));
        await b.release(cardB, under(2, 1, 2));
        expect(held(await a.renew(cardA))).toEqual([[2, 'a', 1]]);
        expect(await a.claim(cardA, [1])).toEqual(new Map([[1, 3]]));
      });

      test('what is given back late, after its holder has taken it again, stays', async () => {
        await holding(a, cardA, 1);
        await a.release(cardA, under(1, 1));
        expect(await a.claim(cardA, [1])).toEqual(new Map([[1, 2]]));
        await a.release(cardA, under(1, 1));
        expect(held(await a.renew(cardA))).toEqual([[1, 'a', 2]]);
      });

      test('who has never renewed may claim', async () => {
        expect(await a.claim(cardA, [4])).toEqual(new Map([[4, 1]]));
        expect((await b.renew(cardB)).members.map(({ node }) => node)).toContain('a');
      });
    });

    describe('the log', () => {
      test('numbers rise from 1, and rows come back as they were, with their age', async () => {
        const plan = [
          plannedOf('k1', 3, { template: 'short', ticker: 'A\u0000\ud800"\'\\한' }),
          { id: 'k1-x', destination: 'y', partition: 9, rule: 'r' },
        ];
        const rich = entryOf('k1', [], {
          plan,
          body: '{"title":"에이비씨 \\u0000 🎉"}',
          importance: 7,
          isLate: true,
        });
        expect(await a.append([{ ...rich, ageMs: 5000 }, entryOf('k2')])).toEqual([1, 2]);
        expect(await b.append([entryOf('k3', [], { ageMs: 100 })])).toEqual([3]);
        const { windowMs: _, identity: __, ...rest } = rich;
        const rows = await b.readAfter(0, 10);
        expect(rows[0]).toEqual({ ...rest, seq: 1, ageMs: about(5000) });
        expect(rows.map(({ key, plan: { length } }) => [key, length])).toEqual([
          ['k1', 2],
          ['k2', 1],
          ['k3', 0],
        ]);
        expect((await b.renew(cardB)).seq).toBe(3);
        await bench.pass(1000);
        expect((await b.readAfter(1, 1)).map(({ seq, ageMs }) => [seq, ageMs])).toEqual([[2, about(1000)]]);
        expect(await b.readAfter(3, 10)).toEqual([]);
      });

      test('a key is there once', async () => {
        await a.append([entryOf('k1'), entryOf('k2')]);
        const again = [
          entryOf('k2', [2]),
          entryOf('k3', [], { identity: 'i3' }),
          entryOf('k1', [], { identity: 'other' }),
        ];
        expect(await b.append(again)).toEqual([2, 3, 1]);
        expect(await b.append([entryOf('k4'), entryOf('k4', [5])])).toEqual([4, 4]);
        expect((await a.readAfter(0, 10)).map(({ key }) => key)).toEqual(['k1', 'k2', 'k3', 'k4']);
        expect((await a.renew(cardA)).seq).toBe(4);
        expect(await a.append([])).toEqual([]);
      });

      test('an identity is there once within its window, however long it is', async () => {
        const identity = 'x'.repeat(100_000);
        const of = (key: string, ageMs: number) =>
          entryOf(key, [1], { identity, ageMs, windowMs: 10_000_000 });
        expect(await a.append([of('k1', 0), of('k2', 3_600_000), of('k3', 10_000_000)])).toEqual([1, 1, 2]);
        await bench.pass(4_000_000);
        expect(await b.append([of('k4', 0)])).toEqual([1]);
        await bench.pass(6_000_000);
        expect(await b.append([of('k5', 0)])).toEqual([3]);
        const without = ['n1', 'n2'].map((key): ReturnType<typeof entryOf> => {
          const { identity: _, ...entry } = entryOf(key);
          return entry;
        });
        expect(await b.append(without)).toEqual([4, 5]);
      });

      test('appended by several at once, each is there once, and the numbers have no gap', async () => {
        const nodes = Array.from({ length: 4 }, () => bench.connect());
        const keys = Array.from({ length: 40 }, (_, at) => `k${at}`);
        const answers = await Promise.all(
          nodes.flatMap((shared, at) =>
            Array.from({ length: 10 }, (_, piece) =>
              shared.append(
                keys
                  .slice(piece * 4, piece * 4 + 4)
                  .map((key) => entryOf(key, [at], { key: `${key}-${at % 2}` })),
              ),
            ),
          ),
        );
        const rows = await a.readAfter(0, 1000);
        expect(rows.map(({ seq }) => seq)).toEqual(keys.map((_, at) => at + 1));
        const seqOf = new Map(rows.map(({ key, seq }) => [key.replace(/-.$/, ''), seq]));
        expect(answers.flat()).toEqual(nodes.flatMap(() => keys.map((key) => seqOf.get(key))));
        await Promise.all(nodes.map((shared) => shared.close()));
      });
    });

    describe('hints', () => {
      /** Those of `b`, until one satisfies. */
      function hintsOf(shared: Shared) {
        const hints: Hint[] = [];
        let isHearing = false;
        let look = (): void => undefined;
        const listening = shared.listen(
          (hint) => {
            hints.push(hint);
            look();
          },
          () => {
            isHearing = true;
            look();
          },
        );
        return {
          hints,
          hears: () => isHearing,
          stop: () => listening.stop(),
          until: (isDone: () => boolean) =>
            new Promise<void>((resolve) => {
              look = () => {
                if (isDone()) resolve();
              };
              look();
            }),
        };
      }

      test('news is heard before it is in the log, without a plan; what is too large for a hint is not', async () => {
        const { hints, hears, until, stop } = hintsOf(b);
        await until(hears);
        const { windowMs: _, identity: __, plan: ___, ...row } = entryOf('told', [1], { ageMs: 700 });
        a.tell([{ ...row, body: JSON.stringify('한'.repeat(3000)) }, row]);
        await until(() => hints.length > 0);
        expect(hints).toEqual([{ kind: 'news', row: { ...row, ageMs: about(700) } }]);
        expect(await a.readAfter(0, 10)).toEqual([]);
        await stop();
      });

      test('a row comes with its hint if it is small, and else without its plan, or alone', async () => {
        const { hints, hears, until, stop } = hintsOf(b);
        await until(hears);
        const seq = 0;
        const small = entryOf('small', [1, 2], { body: '{"title":"한"}', ageMs: 700 });
        const large = entryOf('large', [], { body: JSON.stringify('한'.repeat(3000)) });
        const wide = entryOf(
          'wide',
          Array.from({ length: 100 }, (_, n) => n),
        );
        await a.append([small, large, wide]);
        await until(() => hints.some((hint) => hint.kind === 'log' && hint.seq === seq + 3));
        const { windowMs: _, identity: __, ...rest } = small;
        const { windowMs: ____, identity: _____, plan: ______, ...narrow } = wide;
        expect(hints).toEqual([
          { kind: 'log', seq: seq + 1, row: { ...rest, seq: seq + 1, ageMs: about(700) } },
          { kind: 'log', seq: seq + 2 },
          { kind: 'log', seq: seq + 3, row: { ...narrow, seq: seq + 3, ageMs: about(narrow.ageMs) } },
        ]);
        const count = hints.length;
        await a.append([{ ...small, isLate: true }, entryOf('k2', [], { key: 'small', ageMs: LEASE_MS })]);
        await a.renew(cardA);
        await a.renew(cardA);
        await a.claim(cardA, [1]);
        await a.release(cardA, under(1, 1));
        await a.remember([{ kind: 'mute', key: 'x', value: '1' }]);
        await a.ask([{ key: 'e', kind: 'retry', to: 'b', body: '' }]);
        await a.leave(cardA);
        await until(() => hints.length >= count + 5);
        expect(hints.slice(count).map(({ kind }) => kind)).toEqual([
          'leases',
          'leases',
          'facts',
          'errands',
          'leases',
        ]);
        await stop();
      });
    });

    describe('ends', () => {
      const inherited = async (span = 3_600_000, ...partitions: readonly number[]) =>
        (await b.inherit(partitions, span)).ends;

      test('an end is there as it was, with its ages; the first one stays', async () => {
        const rich = endOf('k', 1, {
          ticker: 'T\u0000\ud800',
          reason: 'max_age',
          state: 'expired',
          attempts: 3,
          epoch: 4,
        });
        await a.settle([{ ...rich, ageMs: 500, writtenAgeMs: 900 }, endOf('k', 2)]);
        await b.settle([
          endOf('k', 1, { state: 'dead', node: 'b' }),
          endOf('k', 2, { state: 'dead' }),
          endOf('k', 3),
        ]);
        expect(await inherited(PATIENCE_MS, 1, 2)).toEqual([
          { ...rich, ageMs: about(500), writtenAgeMs: about(900) },
          { ...endOf('k', 2), ageMs: about(0) },
        ]);
        expect(await inherited(PATIENCE_MS, 3, 7)).toEqual([{ ...endOf('k', 3), ageMs: about(0) }]);
        await a.settle([]);
      });

      test('twice in one call, it is there once: the first end, and without one the last', async () => {
        const of = (key: string, ...states: readonly SharedEnd['state'][]) =>
          states.map((state, at) => endOf(key, 1, { state, attempts: at }));
        await a.settle([...of('k', 'delivered', 'dead'), ...of('l', 'begun', 'free', 'delivered', 'begun')]);
        await a.settle([...of('m', 'begun', 'begun'), ...of('n', 'free', 'dead', 'free')]);
        expect(
          (await inherited(PATIENCE_MS, 1)).map(({ id, state, attempts }) => [id, state, attempts]),
        ).toEqual([
          ['k-1', 'delivered', 0],
          ['l-1', 'delivered', 2],
          ['m-1', 'begun', 1],
          ['n-1', 'dead', 1],
        ]);
      });

      test('only who holds the partition in that epoch begins, and once', async () => {
        await holding(a, cardA, 1, 2, 3);
        const begun = [beginOf('k', 1), beginOf('k', 2), beginOf('k', 3, { epoch: 2 }), beginOf('k', 4)];
        expect(await a.begin(begun)).toEqual(new Set(['k-1', 'k-2']));
        expect(await a.begin(begun)).toEqual(new Set(['k-1', 'k-2']));
        expect((await inherited(PATIENCE_MS, 1, 2, 3, 4)).map(({ id, state }) => [id, state])).toEqual([
          ['k-1', 'begun'],
          ['k-2', 'begun'],
        ]);
        await a.release(cardA, under(1, 1, 2));
        await holding(b, cardB, 1, 2);
        const second = { node: 'b', epoch: 2 };
        expect(await b.begin([beginOf('k', 1, second), beginOf('l', 2, second)])).toEqual(new Set(['l-2']));
        expect(await a.begin([beginOf('k', 1)])).toEqual(new Set());
      });

      test('a claim becomes an end, and what has ended is not begun', async () => {
        await holding(a, cardA, 1);
        await a.begin([beginOf('k', 1)]);
        await a.settle([endOf('k', 1, { state: 'dead', reason: 'gone' })]);
        expect(await inherited(PATIENCE_MS, 1)).toMatchObject([{ id: 'k-1', state: 'dead', reason: 'gone' }]);
        expect(await a.begin([beginOf('k', 1)])).toEqual(new Set());
        await a.settle([endOf('k', 1)]);
        expect(await inherited(PATIENCE_MS, 1)).toMatchObject([{ state: 'dead' }]);
      });

      const statesOf = async () =>
        (await inherited(PATIENCE_MS, 1)).map(({ state, node, claim }) => [state, node, claim]);
      const free = (claim: number, change: Partial<SharedEnd> = {}) =>
        endOf('k', 1, { state: 'free', claim, attempts: 1, ...change });
      const mine = new Set(['k-1']);
      const second = { node: 'b', epoch: 2 };

      test('a claim that is taken back is the next holder’s, or once more its own', async () => {
        await holding(a, cardA, 1);
        await a.begin([beginOf('k', 1)]);
        await a.settle([free(1)]);
        expect(await statesOf()).toEqual([['free', 'a', 1]]);
        expect(await a.begin([beginOf('k', 1, { claim: 2 })])).toEqual(mine);
        await a.settle([free(2)]);
        await a.release(cardA, under(1, 1));
        await holding(b, cardB, 1);
        expect(await b.begin([beginOf('k', 1, second)])).toEqual(mine);
        expect(await statesOf()).toEqual([['begun', 'b', 1]]);
        await b.settle([free(1, second)]);
        await b.settle([endOf('k', 1, { state: 'expired', ...second })]);
        expect(await statesOf()).toEqual([['expired', 'b', undefined]]);
      });

      test('whatever comes late frees no other claim, and claims nothing again', async () => {
        await holding(a, cardA, 1);
        await a.settle([free(1)]);
        expect(await a.begin([beginOf('k', 1)])).toEqual(new Set());
        expect(await a.begin([beginOf('k', 1, { claim: 3 })])).toEqual(mine);
        await a.settle([free(1)]);
        await a.settle([free(3, { epoch: 2 })]);
        await a.settle([free(3, { node: 'b' })]);
        expect(await a.begin([beginOf('k', 1, { claim: 2 })])).toEqual(new Set());
        expect(await statesOf()).toEqual([['begun', 'a', 3]]);
        await a.settle([endOf('k', 1)]);
        await a.settle([free(3)]);
        expect(await statesOf()).toEqual([['delivered', 'a', undefined]]);
      });

      test('regression: another life of the node, to which the same epoch comes again, is another claimant', async () => {
        await holding(a, cardA, 1);
        const inLife = (life: number) => ({ claim: life * CLAIMS_OF_A_LIFE + 5 });
        await a.begin([beginOf('k', 1, inLife(2))]);
        expect(await a.begin([beginOf('k', 1, inLife(2))])).toEqual(mine);
        expect(await a.begin([beginOf('k', 1, inLife(3))])).toEqual(new Set());
        await a.settle([free(inLife(2).claim)]);
        expect(await a.begin([beginOf('k', 1, inLife(2))])).toEqual(new Set());
        expect(await a.begin([beginOf('k', 1, inLife(1))])).toEqual(mine);
        expect(await statesOf()).toEqual([['begun', 'a', inLife(1).claim]]);
      });

      test('what an earlier holder has begun is begun again only where a copy does no harm', async () => {
        await holding(a, cardA, 1, 2);
        await a.begin([beginOf('k', 1), beginOf('l', 2)]);
        await a.release(cardA, under(1, 1));
        await holding(b, cardB, 1);
        expect(await b.begin([beginOf('k', 1, second)])).toEqual(new Set());
        const other = beginOf('l', 1, { ...second, id: 'l-2', isRepeatable: true });
        expect(await b.begin([beginOf('k', 1, { ...second, isRepeatable: true }), other])).toEqual(mine);
        expect(await a.begin([beginOf('k', 1, { isRepeatable: true })])).toEqual(new Set());
      });

      test('what has ended is begun again only by hand', async () => {
        await holding(a, cardA, 1);
        await a.settle([endOf('k', 1, { state: 'dead' })]);
        expect(await a.begin([beginOf('k', 1, { isRepeatable: true })])).toEqual(new Set());
        expect(await a.begin([beginOf('k', 1, { isByHand: true })])).toEqual(mine);
        await a.settle([endOf('k', 1)]);
        expect(await statesOf()).toEqual([['delivered', 'a', undefined]]);
      });

      test('of several who begin the same at once, at most one may', async () => {
        const nodes = Array.from({ length: 4 }, (_, at) => ({
          card: cardOf(`n${at}`),
          shared: bench.connect(),
        }));
        const ids = Array.from({ length: 50 }, (_, at) => `k${at}`);
        const answers = await Promise.all(
          nodes.map(async ({ card, shared }, at) => {
            await shared.claim(card, [1]);
            const ends = ids.map((key) => beginOf(key, 1, { node: card.node, epoch: 1 }));
            return await shared.begin(at % 2 === 0 ? ends : ends.toReversed());
          }),
        );
        expect(answers.flatMap((mine) => [...mine]).toSorted()).toEqual(
          ids.map((key) => `${key}-1`).toSorted(),
        );
        await Promise.all(nodes.map(({ shared }) => shared.close()));
      });

      test('thousands go in one call', async () => {
        const many = Array.from({ length: 3000 }, (_, at) => endOf(`k${at}`, at % 4));
        await a.settle(many);
        expect((await inherited(PATIENCE_MS, 1, 3)).length).toBe(1500);
      });
    });

    describe('inheritance', () => {
      test('the rows that have deliveries in these partitions, of the plan only these, oldest first', async () => {
        await a.append([
          entryOf('k1', [1, 2, 3]),
          entryOf('k2', [2]),
          entryOf('k3', [3, 1], { ageMs: 5000 }),
          entryOf('k4', []),
        ]);
        const { log } = await b.inherit([1, 3], 3_600_000);
        expect(log.map(({ key, plan }) => [key, plan.map(({ id }) => id)])).toEqual([
          ['k3', ['k3-3', 'k3-1']],
          ['k1', ['k1-1', 'k1-3']],
        ]);
        expect(log[0]).toMatchObject({
          seq: 3,
          ageMs: about(5000),
          body: '{"title":"k3"}',
          importance: 0,
          isLate: false,
        });
        expect(await b.inherit([], 3_600_000)).toEqual({ log: [], ends: [] });
        expect(await b.inherit([200], 3_600_000)).toEqual({ log: [], ends: [] });
      });

      test('nothing that is older than the span', async () => {
        await a.append([entryOf('k1', [1])]);
        await a.settle([endOf('k1', 1)]);
        await bench.pass(1_000_000);
        await a.append([entryOf('k2', [1]), entryOf('k3', [1], { ageMs: 2_000_000 })]);
        await a.settle([endOf('k2', 1), endOf('k3', 1, { ageMs: 2_000_000 })]);
        const keys = async (spanMs: number) => {
          const { log, ends } = await b.inherit([1], spanMs);
          return [log.map(({ key }) => key), ends.map(({ key }) => key)];
        };
        expect(await keys(900_000)).toEqual([['k2'], ['k2']]);
        expect(await keys(1_900_000)).toEqual([
          ['k1', 'k2'],
          ['k1', 'k2'],
        ]);
        expect(await keys(3_000_000)).toEqual([
          ['k3', 'k1', 'k2'],
          ['k3', 'k1', 'k2'],
        ]);
      });
    });

    describe('facts', () => {
      const sorted = (facts: readonly Fact[]) => facts.toSorted((x, y) => (x.key < y.key ? -1 : 1));

      test('the last value of a key stays, until it ends or is taken back; each change is seen', async () => {
        await a.remember([
          { kind: 'pause', key: 'bot', value: '{"x":"\\u0000"}', restMs: 60_000 },
          { kind: 'learnt', key: 'bot', value: 'second' },
          { kind: 'pause', key: 'c', value: '' },
        ]);
        const before = (await a.renew(cardA)).factsVersion;
        await b.remember([
          { kind: 'learnt', key: 'bot', value: 'third' },
          { kind: 'pause', key: 'c', value: undefined },
          { kind: 'pause', key: 'd\u0000\ud800', value: 'e\u0000' },
        ]);
        expect((await a.renew(cardA)).factsVersion).toBeGreaterThan(before);
        const facts = (await a.facts()).toSorted((x, y) => (x.kind + x.key < y.kind + y.key ? -1 : 1));
        expect(facts).toEqual([
          { kind: 'learnt', key: 'bot', value: 'third' },
          { kind: 'pause', key: 'bot', value: '{"x":"\\u0000"}', restMs: expect.any(Number) },
          { kind: 'pause', key: 'd\u0000\ud800', value: 'e\u0000' },
        ]);
        expect(facts[1]?.restMs).toBeLessThanOrEqual(60_000);
        await bench.pass(60_000);
        expect(sorted(await b.facts()).map(({ key }) => key)).toEqual(['bot', 'd\u0000\ud800']);
        const { factsVersion } = await a.renew(cardA);
        await a.remember([]);
        expect((await a.renew(cardA)).factsVersion).toBe(factsVersion);
      });

      test('regression: hold for no longer than they were to, also when the clock of the database is set back', async () => {
        await a.remember([{ kind: 'pause', key: 'bot', value: '', restMs: 60_000 }]);
        await bench.jump(-7_200_000);
        const [pause] = await b.facts();
        expect(pause?.restMs).toBeGreaterThan(50_000);
        expect(pause?.restMs).toBeLessThanOrEqual(60_000);
      });

      test('of one key twice in a call, the last one counts', async () => {
        await a.remember([
          { kind: 'k', key: 'x', value: '1' },
          { kind: 'k', key: 'x', value: '2' },
          { kind: 'k', key: 'y', value: '1' },
          { kind: 'k', key: 'y', value: undefined },
        ]);
        expect(await b.facts()).toEqual([{ kind: 'k', key: 'x', value: '2' }]);
      });
    });

    describe('errands', () => {
      const errandOf = (key: string, to: string): Omit<Errand, 'ageMs'> => ({
        ...{ key, kind: 'retry', to },
        body: `b\u0000 ${key}`,
      });

      test('each is given once, to the life that it is for, in the order in which they came', async () => {
        await a.ask([errandOf('z', 'b1'), errandOf('y', 'c1'), errandOf('x', 'b1')]);
        await a.ask([errandOf('z', 'b1'), errandOf('w', 'b1')]);
        expect(await b.takeErrands('b1')).toEqual(
          ['z', 'x', 'w'].map((key) => ({ ...errandOf(key, 'b1'), ageMs: about(0) })),
        );
        expect(await b.takeErrands('b1')).toEqual([]);
        await a.ask([errandOf('z', 'b1')]);
        expect(await b.takeErrands('b1')).toEqual([]);
        expect(await b.takeErrands('c1')).toEqual([{ ...errandOf('y', 'c1'), ageMs: about(0) }]);
        await a.ask([]);
      });

      test('taken by several at once, each has one taker', async () => {
        const nodes = Array.from({ length: 4 }, () => bench.connect());
        const errands = Array.from({ length: 40 }, (_, at) => errandOf(`e${at}`, 'b1'));
        await a.ask(errands);
        const takes = await Promise.all(
          nodes.flatMap((shared) => [shared.takeErrands('b1'), shared.takeErrands('b1')]),
        );
        expect(
          takes
            .flat()
            .map(({ key }) => key)
            .toSorted(),
        ).toEqual(errands.map(({ key }) => key).toSorted());
        await Promise.all(nodes.map((shared) => shared.close()));
      });

      test('who is there can be seen by somebody who is no node', async () => {
        await a.renew(cardA);
        await b.renew(cardB);
        await bench.pass(LEASE_MS - 100);
        await a.renew(cardA);
        await bench.pass(200);
        const seen = await bench.connect().members();
        expect(seen.map(({ node, restMs }) => [node, restMs > 0])).toEqual([
          ['a', true],
          ['b', false],
        ]);
      });
    });

    describe('what is kept', () => {
      const kept = async (): Promise<readonly string[]> => [
        ...(await a.readAfter(0, 100)).map(({ key }) => key),
        ...(await a.inherit([1], 100 * KEPT_MS)).ends.map(({ id }: SharedEnd) => id),
      ];

      test('everything for a day, nothing for longer than two; numbers go on', async () => {
        const seqs: number[] = [];
        for (const key of ['k1', 'k2', 'k3']) {
          seqs.push(...(await a.append([entryOf(key, [1])])));
          await a.settle([endOf(key, 1)]);
          await bench.pass(KEPT_MS / 2);
          await a.renew(cardA);
        }
        expect(await kept()).toEqual(['k1', 'k2', 'k3', 'k1-1', 'k2-1', 'k3-1']);
        expect(await a.append([entryOf('k2', [1]), entryOf('k1')])).toEqual([2, 1]);
        await a.settle([endOf('k1', 1, { state: 'dead' })]);
        expect((await a.inherit([1], 100 * KEPT_MS)).ends.map(({ state }) => state)).toEqual(
          seqs.map(() => 'delivered'),
        );
        await bench.pass(KEPT_MS / 2);
        await a.renew(cardA);
        expect(await kept()).toEqual(['k3', 'k3-1']);
        await bench.pass(KEPT_MS);
        await a.renew(cardA);
        expect(await kept()).toEqual([]);
        expect(await b.append([entryOf('k9')])).toEqual([4]);
      });

      test('a claim of the day before becomes an end, and is not begun again', async () => {
        await holding(a, cardA, 1);
        await a.begin([beginOf('k', 1), beginOf('l', 1)]);
        await bench.pass(KEPT_MS);
        await a.renew(cardA);
        await a.settle([endOf('k', 1)]);
        expect(await a.begin([beginOf('k', 1), beginOf('l', 1)])).toEqual(new Set(['l-1']));
        const { ends } = await a.inherit([1], 2 * KEPT_MS);
        expect(ends.map(({ id, state }) => [id, state])).toEqual([
          ['k-1', 'delivered'],
          // Begun once more, so a request may leave later.
          ['l-1', 'begun'],
        ]);
      });
    });
  });
}
