/** Which partitions a node may send for, whatever answers of the database come late or come from another one. */
import { expect, test } from 'vitest';
import { Holdings } from '../../src/cluster/holdings.ts';
import { LEASE_MS, type Lease, type View } from '../../src/cluster/shared.ts';
import { Sightings } from '../../src/cluster/sightings.ts';
import { Tenures } from '../../src/cluster/tenures.ts';
import { vacanciesIn } from '../../src/cluster/vacancies.ts';
import { cardOf } from '../support/cluster/entries.ts';

const card = cardOf('a');
const PARTITION = 3;

/** In which this life holds it, under that epoch. */
const heldUnder = (epoch: number): View => {
  const lease: Lease = { partition: PARTITION, node: card.node, life: card.life, epoch, restMs: LEASE_MS };
  return { cluster: 'one', members: [], leases: [lease], seq: 0, factsVersion: 0, beat: 0 };
};

function held() {
  const clock = { nowMs: 1000, monotonicMs: () => clock.nowMs };
  const tenures = new Tenures(clock);
  const holdings = new Holdings(tenures, clock);
  expect(holdings.take(new Map([[PARTITION, 1]]), 1000)).toEqual([PARTITION]);
  const tenure = tenures.at(PARTITION);
  tenure.isOpen = true;
  return { clock, holdings, tenure };
}

test('an answer to a question of before it was given back takes it not again', () => {
  const { clock, holdings, tenure } = held();
  clock.nowMs = 2000;
  holdings.fence(PARTITION);
  holdings.drop(PARTITION);
  clock.nowMs = 2010;
  expect(holdings.see(heldUnder(1), card, 1990)).toEqual({ gained: [], lost: [], back: [] });
  expect(holdings.holds(PARTITION)).toBe(false);
  expect(tenure.isOver).toBe(true);
});

test('from the fence on nothing is started, and what was started may still leave', () => {
  const { clock, holdings, tenure } = held();
  holdings.fence(PARTITION);
  clock.nowMs = 1500;
  expect(holdings.see(heldUnder(1), card, 1500)).toEqual({ gained: [], lost: [], back: [] });
  expect([tenure.isOpen, tenure.isOver, holdings.holds(PARTITION)]).toEqual([false, false, false]);
});

test('under another epoch, or the same one in another database, it is new: somebody else may have had it', () => {
  const { holdings, tenure } = held();
  expect(holdings.see(heldUnder(2), card, 1000).gained).toEqual([PARTITION]);
  expect(tenure.isOpen).toBe(false);
  tenure.isOpen = true;
  expect(holdings.see(heldUnder(2), card, 1000).gained).toEqual([]);
  holdings.orphan();
  expect(holdings.see(heldUnder(2), card, 1000).gained).toEqual([PARTITION]);
  expect(tenure.isOpen).toBe(false);
});

test('regression: an earlier state of the database, in which it has what another holds by now, gives it nothing before that one knows', () => {
  const { clock, holdings, tenure } = held();
  holdings.fence(PARTITION);
  holdings.drop(PARTITION);
  clock.nowMs = 5000;
  expect(holdings.see(heldUnder(1), card, 4990, 5000 + LEASE_MS).gained).toEqual([]);
  expect([holdings.holds(PARTITION), tenure.isOver]).toEqual([false, true]);
  clock.nowMs = 5000 + LEASE_MS;
  expect(holdings.see(heldUnder(1), card, 8990, 5000 + LEASE_MS).gained).toEqual([PARTITION]);
});

test('regression: in another database, or an earlier state, it does not take up what it had not taken up: the past of that is not there', () => {
  const { holdings, tenure } = held();
  tenure.isOpen = false;
  holdings.orphan();
  expect([holdings.holds(PARTITION), tenure.isOver]).toEqual([false, true]);
});

test('regression: one that it is giving back is not claimed before that is done, though the database has it as free: it would be given back under the epoch of before', () => {
  const { clock, holdings } = held();
  const sightings = new Sightings();
  const free: Lease = { partition: PARTITION, node: undefined, life: undefined, epoch: 1, restMs: -1 };
  const view: View = { ...heldUnder(1), leases: [free] };
  sightings.see(view, clock.nowMs, sightings.ask(0, card));
  const looking = { card, holdings, sightings, isMine: () => true, nowMs: clock.nowMs };
  holdings.fence(PARTITION);
  expect([...vacanciesIn(view, looking).free]).toEqual([]);
  holdings.drop(PARTITION);
  expect([...vacanciesIn(view, looking).free.keys()]).toEqual([PARTITION]);
});
