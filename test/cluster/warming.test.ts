/** For which partitions a node keeps connections ready: its own, those that it is about to take, and a few for the rest. */
import { expect, test } from 'vitest';
import { holdersAmong, rankedAmong } from '../../src/cluster/partitions.ts';
import { LEASE_MS, type Member, PARTITIONS, type View } from '../../src/cluster/shared.ts';
import { Warming } from '../../src/cluster/warming.ts';
import type { Warmth } from '../../src/http/spare-shares.ts';
import { cardOf } from '../support/cluster/entries.ts';

const ALL = [...Array(PARTITIONS).keys()];

/** Of `a`. `held`: what it holds. */
function scene(held: (partition: number) => boolean) {
  let now: (partition: number) => Warmth = () => 'none';
  let moves = 0;
  const warming = new Warming({
    holds: held,
    follow: (warmth) => {
      if (warmth !== now) moves++;
      now = warmth;
    },
  });
  const look = (members: readonly Member[], nowMs: number, more: Partial<Member> = {}) => {
    const card = { ...cardOf('a'), life: 'life 5', ...more };
    const view: View = {
      ...{
        cluster: 'one',
        members: [{ ...card, restMs: LEASE_MS }, ...members],
        seq: 0,
        factsVersion: 0,
        beat: 0,
      },
      leases: ALL.map((partition) => ({
        ...{ partition, node: undefined, life: undefined, epoch: 0, restMs: 0 },
      })),
    };
    warming.look(view, card, nowMs);
    return ALL.map((partition) => now(partition));
  };
  return { look, moves: () => moves };
}

const other = (node: string, restMs = LEASE_MS, more: Partial<Member> = {}): Member => ({
  ...cardOf(node),
  ...{ life: 'life 9', restMs, ...more },
});

const isOwn = (...nodes: readonly string[]) => {
  const holders = holdersAmong(nodes);
  return (partition: number) => holders[partition] === 'a';
};

test('of two nodes each keeps those of its own, and is next for the rest', () => {
  const mine = isOwn('a', 'b');
  const { look, moves } = scene(mine);
  const expected = ALL.map((partition) => (mine(partition) ? 'kept' : 'next'));
  expect(look([other('b')], 0)).toEqual(expected);
  expect(look([other('b')], 1000)).toEqual(expected);
  expect(moves()).toBe(1);
});

test('of several nodes one is next for each, and that is the one which takes it when its holder is gone', () => {
  const names = ['a', 'b', 'c', 'd'];
  const { look } = scene(isOwn(...names));
  const found = look(
    names.slice(1).map((name) => other(name)),
    0,
  );
  for (const [partition, [holder, heir]] of rankedAmong(names).entries()) {
    expect(found[partition]).toBe(holder === 'a' ? 'kept' : heir === 'a' ? 'next' : 'none');
    expect(heir).toBe(holdersAmong(names.filter((name) => name !== holder))[partition]);
  }
});

test('it is ready for what it will hold before it does: a node that comes, and for a silent one before its lease is over', () => {
  const { look } = scene(() => false);
  const two = isOwn('a', 'b');
  expect(look([other('b')], 0).filter((warmth) => warmth === 'kept')).toHaveLength(ALL.filter(two).length);
  // One renewal is late.
  expect(look([other('b', LEASE_MS - 1500)], 1000)).toContain('next');
  expect(new Set(look([other('b', LEASE_MS - 2100)], 2000))).toEqual(new Set(['kept']));
});

test('nothing cools down before it has not been needed for ten seconds', () => {
  const mine = isOwn('a', 'b');
  const { look, moves } = scene(mine);
  look([other('b', 1000)], 0);
  expect(new Set(look([other('b')], 1000))).toEqual(new Set(['kept']));
  expect(new Set(look([other('b')], 9999))).toEqual(new Set(['kept']));
  // Silent again: the ten seconds begin again.
  look([other('b', 1000)], 9999);
  expect(new Set(look([other('b')], 19_000))).toEqual(new Set(['kept']));
  expect(moves()).toBe(1);
  expect(look([other('b')], 20_000).filter((warmth) => warmth === 'next').length).toBe(
    ALL.length - ALL.filter(mine).length,
  );
});

test.each([
  ['does not deliver', { delivers: false }, []],
  ['drains', { drains: true }, []],
  ['stands by for another process of its name', {}, [other('a', LEASE_MS, { life: 'life 1' })]],
])('one that %s keeps only what it still holds', (_, card, more) => {
  const { look } = scene((partition) => partition === 7);
  const found = look([other('b'), ...more], 0, card);
  expect(found[7]).toBe('kept');
  expect(new Set(found.toSpliced(7, 1))).toEqual(new Set(['none']));
});

test('nodes that only read, or drain, take nothing, and are nobody’s heirs', () => {
  const { look } = scene(() => true);
  const found = look([other('b', LEASE_MS, { delivers: false }), other('c', LEASE_MS, { drains: true })], 0);
  expect(new Set(found)).toEqual(new Set(['kept']));
});
