/** Troubles that have gone wrong once: an outage of the database, an end in the middle of a hand-over, another database. On a true clock that the test moves. */
import { describe, expect, test } from 'vitest';
import { holdersAmong } from '../../src/cluster/partitions.ts';
import { LEASE_MS, PARTITIONS, SharedError } from '../../src/cluster/shared.ts';
import { wait } from '../../src/platform/clock.ts';
import type { Tables } from '../support/cluster/tables.ts';
import { LIMIT, partitionFor } from './simulation/config.ts';
import { DESTINATIONS, Scene, SETTLED_MS, settled } from './simulation/scene.ts';

/** `destination state`, as the database has it. */
const endsOf = ({ model }: Scene) =>
  model.tables
    .inherit([...Array(PARTITIONS).keys()], 60_000, model.nowMs())
    .ends.map(({ destination, state, writtenAgeMs }) => ({ destination, state, writtenAgeMs }));

const timesOf = ({ taken }: Scene, title: string) =>
  Object.fromEntries(
    DESTINATIONS.map((name) => [
      name,
      taken.filter((one) => one.destination === name && one.title === title && one.acted).length,
    ]),
  );

const ONCE = Object.fromEntries(DESTINATIONS.map((name) => [name, 1]));

describe('a database that was away for longer than a lease', () => {
  test.each([0, 300, 1200])(
    'regression: nobody takes over from a node that comes back %d ms later, and nothing is sent twice',
    async (laterMs) => {
      const scene = await settled(['a', 'b']);
      const { model } = scene;
      const b = scene.node('b');
      // Until everybody has seen who holds what.
      await scene.advance(2500);
      model.isDown = true;
      b.link.fault = 'cut';
      await scene.advance(800);
      scene.announce('sent in the outage, and not told');
      await scene.advance(LEASE_MS + 2000);
      scene.announce('read while nobody may send');
      await scene.advance(500);
      model.isDown = false;
      await scene.advance(laterMs);
      b.link.fault = undefined;
      await scene.advance(15_000);
      expect(timesOf(scene, 'sent in the outage, and not told')).toEqual(ONCE);
      expect(timesOf(scene, 'read while nobody may send')).toEqual(ONCE);
      expect(scene.kinds().filter((kind) => kind.endsWith('lost'))).toEqual([]);
      expect(scene.holders()).toEqual(holdersAmong(['a', 'b']));
    },
  );

  test('regression: and before and after it for less: nobody takes over from a node that is slower', async () => {
    const scene = await settled(['a', 'b']);
    const { model } = scene;
    const a = scene.node('a');
    await scene.advance(2500);
    a.link.tripMs = 700;
    const restMs = () =>
      model.tables.view(model.nowMs()).members.find(({ node }) => node === 'a')?.restMs ?? 0;
    for (let n = 0; n < 200 && (restMs() > 3000 || restMs() < 2900); n++) await scene.advance(50);
    model.isDown = true;
    scene.announce('sent in the outage, and not told');
    await scene.advance(2200);
    // Only who is fast gets through.
    model.isDown = false;
    await scene.advance(100);
    model.isDown = true;
    await scene.advance(1000);
    model.isDown = false;
    await scene.advance(15_000);
    expect(timesOf(scene, 'sent in the outage, and not told')).toEqual(ONCE);
    expect(scene.kinds().filter((kind) => kind.endsWith('lost'))).toEqual([]);
    expect(scene.holders()).toEqual(holdersAmong(['a', 'b']));
  });

  test('and took a node with it: another one takes over, a lease after the database is back', async () => {
    const scene = await settled(['a', 'b']);
    await scene.advance(2500);
    scene.model.isDown = true;
    await scene.advance(1000);
    scene.node('b').kill();
    await scene.advance(6000);
    scene.model.isDown = false;
    await scene.advance(LEASE_MS + 1500);
    expect(scene.holders()).toEqual(Array(PARTITIONS).fill('a'));
  });
});

describe('an earlier state of the database', () => {
  test('in which a partition is free makes nobody its holder while another may still send for it', async () => {
    const scene = await settled(['a', 'b', 'c']);
    const { model } = scene;
    let free: { readonly partitions: readonly number[]; readonly tables: Tables } | undefined;
    model.released = (_, partitions) => {
      free ??= { partitions: [...partitions], tables: model.tables.copy() };
    };
    void scene.node('b').cluster?.node.drain();
    // Longer than a lease: in the earlier state nobody seems to be there.
    await scene.advance(LEASE_MS + 2000);
    const a = scene.node('a');
    const ofA = (free?.partitions ?? []).filter((partition) => scene.holders()[partition] === 'a');
    expect(ofA.length).toBeGreaterThan(0);
    a.link.fault = 'cut';
    if (free !== undefined) model.setBack(free.tables);
    const maySend = () => ofA.filter((partition) => a.maySendFor(partition));
    await scene.advance(1500);
    expect(maySend()).toEqual(ofA);
    expect(ofA.filter((partition) => scene.holders()[partition] !== undefined)).toEqual([]);
    await scene.advance(6000);
    expect(ofA.filter((partition) => scene.holders()[partition] !== 'c')).toEqual([]);
  });
});

describe('a database that is replaced while something is on the wire', () => {
  test('regression: is told how it ended, also what the bus has not brought yet', async () => {
    const scene = new Scene(['a', 'b'], undefined, { busDelayMs: 1500 });
    for (const node of scene.nodes) node.start();
    await scene.advance(SETTLED_MS + 2000);
    for (const { link } of scene.nodes) link.tripMs = 50;
    const titles = Array.from({ length: 30 }, (_, n) => `announcement ${n}`);
    for (const [n, title] of titles.entries()) {
      if (n === 15) scene.model.replace();
      scene.announce(title);
      await scene.advance(50);
    }
    await scene.advance(60_000);
    const isFree = (name: string) => name !== 'order' && name !== 'limited';
    const free = DESTINATIONS.filter(isFree).sort();
    for (const title of titles) expect(scene.got(title).filter(isFree)).toEqual(free);
  });
});

describe('an earlier state, into which others have written more than was lost', () => {
  test('regression: is recognised all the same, and told what is missing: nothing is sent again', async () => {
    const scene = await settled(['a', 'b']);
    const [a, b] = [scene.node('a'), scene.node('b')];
    scene.announce('before');
    await scene.advance(2000);
    const earlier = scene.model.tables.copy();
    scene.announce('lost');
    await scene.advance(3000);
    b.link.fault = 'cut';
    scene.model.setBack(earlier);
    await scene.advance(1500);
    const more = ['one', 'two', 'three'];
    for (const title of more) scene.announce(title, [a]);
    await scene.advance(500);
    b.link.fault = undefined;
    await scene.advance(20_000);
    const replaced = scene.events.filter(({ kind }) => kind === 'cluster.replaced');
    expect(replaced.map(({ of }) => of)).toEqual(['a', 'b']);
    void b.cluster?.node.drain();
    await scene.advance(20_000);
    for (const title of ['before', 'lost', ...more])
      expect(scene.got(title)).toEqual([...DESTINATIONS].sort());
  });

  test('regression: a node that cannot tell it at once what it knows goes on sending once it has', async () => {
    const scene = await settled(['a', 'b']);
    const { model } = scene;
    const [a, b] = [scene.node('a'), scene.node('b')];
    await scene.advance(2500);
    const earlier = model.tables.copy();
    await scene.advance(2500);
    scene.announce('told to the one that is gone');
    await scene.advance(2000);
    for (const { link } of [a, b]) {
      const append = link.append.bind(link);
      link.append = () => {
        link.append = append;
        return Promise.reject(new SharedError('unreachable', 'it has just been started', 'Wait.'));
      };
    }
    model.setBack(earlier);
    await scene.advance(12_000);
    expect(scene.kinds().filter((kind) => kind.endsWith('replaced'))).toEqual([
      'a cluster.replaced',
      'b cluster.replaced',
    ]);
    scene.announce('sent after it');
    await scene.advance(3000);
    expect(timesOf(scene, 'told to the one that is gone')).toEqual(ONCE);
    expect(timesOf(scene, 'sent after it')).toEqual(ONCE);
  });

  test('regression: without a trace of a node is seen by it, also after it stood still for longer than a lease', async () => {
    // No partition of it says so.
    const scene = new Scene(['a', 'b'], undefined, { readsOnly: 'a' });
    const { model } = scene;
    const [a, b] = [scene.node('a'), scene.node('b')];
    b.start();
    await scene.advance(SETTLED_MS);
    const earlier = model.tables.copy();
    a.start();
    await scene.advance(6000);
    b.link.fault = 'cut';
    scene.announce('only one has it', [a]);
    await scene.advance(100);
    a.process?.stop();
    model.setBack(earlier);
    b.link.fault = undefined;
    scene.announce('another', [b]);
    await scene.advance(LEASE_MS + 3000);
    a.process?.goOn();
    await scene.advance(15_000);
    expect(scene.kinds()).toContain('a cluster.replaced');
    // An order of before may have been sent.
    expect(new Set(scene.got('only one has it'))).toEqual(
      new Set(DESTINATIONS.filter((name) => name !== 'order')),
    );
  });
});

describe('a node that leaves', () => {
  test('regression: in the middle of a hand-over tells what it had to cut before it is gone', async () => {
    const scene = await settled(['a', 'b']);
    const holder = scene.holderOf('one');
    scene.faults.hangs = 1;
    scene.announce('on the wire');
    await scene.advance(700);
    expect(scene.taken.some(({ destination }) => destination === 'one')).toBe(true);
    void holder.cluster?.node.drain();
    await scene.advance(50);
    // The next holder, which sends it again, is not answered either.
    await holder.end((ms) => scene.advance(ms));
    const one = endsOf(scene).filter(({ destination }) => destination === 'one');
    expect(one).toEqual([{ destination: 'one', state: 'begun', writtenAgeMs: expect.any(Number) }]);
  });

  test('regression: while the database is away waits for it with what has ended, and is no longer there then', async () => {
    const scene = await settled(['a', 'b']);
    const holder = scene.holderOf('one');
    await scene.advance(2500);
    scene.model.isDown = true;
    scene.announce('sent, and not told');
    scene.universe.at(scene.universe.truthMs + 2000, () => {
      scene.model.isDown = false;
    });
    await holder.end((ms) => scene.advance(ms), 5000);
    await scene.advance(15_000);
    expect(scene.holderOf('one')).not.toBe(holder);
    expect(timesOf(scene, 'sent, and not told')).toEqual(ONCE);
  });

  test('and for which the database does not come back, leaves when its patience is over', async () => {
    const scene = await settled(['a']);
    scene.model.isDown = true;
    scene.announce('sent, and not told');
    await scene.advance(500);
    const endsMs = scene.universe.truthMs + 3000;
    await scene.node('a').end((ms) => scene.advance(ms), 3000);
    expect(scene.universe.truthMs).toBeLessThanOrEqual(endsMs + 300);
  });

  test('regression: in the moment in which another database comes tells it what has ended', async () => {
    const scene = await settled(['a', 'b']);
    const holder = scene.holderOf('one');
    scene.announce('told to the first');
    await scene.advance(700);
    scene.model.replace();
    await holder.end((ms) => scene.advance(ms), 5000);
    await scene.advance(15_000);
    expect(timesOf(scene, 'told to the first')).toEqual(ONCE);
  });

  test('regression: one that has drained does not say that it still holds something', async () => {
    const scene = await settled(['a', 'b']);
    const a = scene.node('a');
    let left: number | undefined;
    void a.cluster?.node.drain().then(() => {
      left = a.cluster?.node.view?.leases.filter(({ life }) => life === a.life).length;
    });
    await scene.advance(500);
    expect(left).toBe(0);
  });
});

test('regression: a node that reads, and dies before it has ever reached a database, has sent nothing of it: its next life does', async () => {
  const scene = new Scene(['a']);
  const a = scene.node('a');
  scene.model.isDown = true;
  a.start();
  await scene.advance(1000);
  scene.announce('never told');
  await scene.advance(1000);
  a.kill();
  scene.model.isDown = false;
  a.start();
  await scene.advance(SETTLED_MS + 3000);
  expect(timesOf(scene, 'never told')).toEqual(ONCE);
});

describe('another database', () => {
  test('regression: is told of requests that are to be made again, so that rates go on', async () => {
    const scene = await settled(['a', 'b']);
    const holder = scene.holderOf('limited');
    scene.faults.refuses = 1;
    scene.announce('refused');
    await scene.advance(700);
    expect(scene.taken.some(({ destination }) => destination === 'limited')).toBe(true);
    scene.model.replace();
    await scene.advance(2500);
    expect(endsOf(scene).filter(({ destination }) => destination === 'limited')).toMatchObject([
      { state: 'begun', writtenAgeMs: expect.any(Number) },
    ]);
    expect(scene.holders()[partitionFor('limited')] ?? holder.name).toBe(holder.name);
    scene.faults.refuses = 0;
    await scene.advance(20_000);
    expect(scene.got('refused')).toContain('limited');
  });
});

describe('a take-over', () => {
  test('takes up news that is read while it asks what was left', async () => {
    const scene = await settled(['a', 'b']);
    const b = scene.node('b');
    await scene.advance(2000);
    const ofA = DESTINATIONS.find((name) => name !== 'limited' && scene.holderOf(name).name === 'a') ?? '';
    scene.node('a').kill();
    b.link.tripMs = 300;
    const titles = Array.from({ length: 120 }, (_, n) => `news ${n}`);
    for (const title of titles) {
      scene.announce(title, [b]);
      await scene.advance(60);
    }
    b.link.tripMs = 1;
    await scene.advance(30_000);
    const missing = titles.filter((title) => !scene.got(title).includes(ofA));
    expect(missing).toEqual([]);
  });

  test('regression: tells another database also of the requests that the holder before has made', async () => {
    const scene = await settled(['a', 'b']);
    const { model } = scene;
    await scene.advance(2000);
    const first = scene.holderOf('limited');
    scene.faults.refuses = 1;
    for (const title of ['one', 'two']) scene.announce(title, [first]);
    await scene.advance(400);
    scene.faults.refuses = 0;
    const { cluster } = first;
    void cluster?.node.drain();
    await scene.advance(600);
    first.kill();
    model.replace();
    await scene.advance(1100);
    const limited = endsOf(scene).filter(({ destination }) => destination === 'limited');
    expect(limited.map(({ state }) => state)).toEqual(['begun', 'begun']);
  });

  test('and news that is in the log before the answer to that is there', async () => {
    const scene = await settled(['a', 'b']);
    const [a, b] = [scene.node('a'), scene.node('b')];
    await scene.advance(2000);
    const inherit = b.link.inherit.bind(b.link);
    b.link.inherit = async (...asked) => {
      const inherited = await inherit(...asked);
      await wait(scene.model.clock, 500);
      return inherited;
    };
    a.kill();
    const titles = Array.from({ length: 120 }, (_, n) => `news ${n}`);
    for (const title of titles) {
      scene.announce(title, [b]);
      await scene.advance(60);
    }
    await scene.advance(60_000);
    const fast = DESTINATIONS.filter((name) => !['limited', 'short'].includes(name));
    const missing = titles.filter((title) => fast.some((name) => !scene.got(title).includes(name)));
    expect(missing).toEqual([]);
  });

  test.each(['drain', 'kill', 'stop'] as const)(
    'in the middle of a burst (%s) sends not more than the receiver takes',
    async (what) => {
      const scene = await settled(['a', 'b']);
      await scene.advance(2000);
      const holder = scene.holderOf('limited');
      for (let n = 0; n < 10; n++) scene.announce(`burst ${n}`);
      await scene.advance(3400);
      if (what === 'drain') void holder.cluster?.node.drain();
      if (what === 'kill') holder.kill();
      if (what === 'stop') await holder.end((ms) => scene.advance(ms));
      await scene.advance(60_000);
      const of = scene.taken.filter(({ destination }) => destination === 'limited');
      expect(new Set(of.map(({ life }) => life)).size).toBe(2);
      expect(new Set(of.map(({ title }) => title)).size).toBe(10);
      const at = of.map(({ writtenAt }) => writtenAt).toSorted((one, other) => one - other);
      const spans = at.slice(LIMIT.limit).map((ms, n) => ms - (at[n] ?? 0));
      expect(Math.min(...spans)).toBeGreaterThanOrEqual(LIMIT.perMs - 1);
    },
  );
});
