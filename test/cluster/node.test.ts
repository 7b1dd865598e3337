/** A node among others, on the model of the database and a true clock that the test moves: what happens when one dies, hangs, comes or goes. */
import { describe, expect, test } from 'vitest';
import { identityOf } from '../../src/announcement.ts';
import { holdersAmong } from '../../src/cluster/partitions.ts';
import { PARTITIONS } from '../../src/cluster/shared.ts';
import { contentIn } from '../../src/outbox/content-rows.ts';
import { occurrenceOf } from '../../src/outbox/delivery-ids.ts';
import { DESTINATIONS, Scene, SETTLED_MS, settled } from './simulation/scene.ts';

describe('ownership', () => {
  test('each partition has the holder that everybody works out', async () => {
    const scene = await settled(['a', 'b', 'c']);
    expect(scene.holders()).toEqual(holdersAmong(['a', 'b', 'c']));
  });

  test('a node that comes is given its share, and nothing else moves', async () => {
    const scene = await settled(['a', 'b']);
    const before = scene.holders();
    const third = new Scene(['c']).nodes;
    expect(third).toHaveLength(1);
    scene.node('b').kill();
    await scene.advance(6000);
    expect(scene.holders()).toEqual(Array(PARTITIONS).fill('a'));
    scene.node('b').start();
    await scene.advance(3000);
    expect(scene.holders()).toEqual(before);
  });

  test('nobody sends for a partition that another has, whatever its clock says', async () => {
    const scene = new Scene(['a', 'b']);
    scene.node('b').wallAheadMs = 5 * 3_600_000;
    for (const node of scene.nodes) node.start();
    await scene.advance(SETTLED_MS);
    scene.announce('one');
    await scene.advance(2000);
    expect(scene.got('one')).toEqual([...DESTINATIONS].sort());
  });

  test('of two processes of one name the later stands by, and takes over when the first is gone', async () => {
    const scene = await settled(['a', 'a']);
    const [first, second] = scene.nodes;
    expect(scene.kinds()).toContain('a cluster.name_taken');
    const standing = scene.events.filter(({ kind }) => kind === 'cluster.name_taken');
    expect(standing.map((event) => 'standsBy' in event && event.standsBy).sort()).toEqual([false, true]);
    const lives = () => new Set(scene.model.tables.view(scene.model.nowMs()).leases.map(({ life }) => life));
    expect([...lives()]).toEqual([first?.life]);
    first?.kill();
    await scene.advance(6000);
    expect([...lives()]).toEqual([second?.life]);
    expect(scene.kinds()).toContain('a cluster.name_free');
  });
});

describe('a holder', () => {
  test('that is killed is replaced within 5 s; nothing is lost, and nothing repeated that had ended', async () => {
    const scene = await settled(['a', 'b']);
    scene.announce('before');
    await scene.advance(2000);
    scene.node('a').kill();
    const diedAt = scene.universe.truthMs;
    scene.announce('meanwhile', [scene.node('b')]);
    await scene.advance(5000);
    expect(scene.holders()).toEqual(Array(PARTITIONS).fill('b'));
    scene.announce('after');
    await scene.advance(10_000);
    expect(scene.got('before')).toEqual([...DESTINATIONS].sort());
    expect(scene.got('after')).toEqual([...DESTINATIONS].sort());
    const late = scene.taken.filter(({ title }) => title === 'meanwhile');
    expect(new Set(late.map(({ destination }) => destination)).size).toBe(late.length);
    expect(Math.max(...late.map(({ writtenAt }) => writtenAt - diedAt))).toBeLessThan(6000);
    // Also an order: nobody has claimed it.
    expect(scene.ended).toEqual([]);
    expect(late.length).toBe(DESTINATIONS.length);
  });

  test('that is stopped for longer than its lease sends nothing when it goes on', async () => {
    const scene = await settled(['a', 'b']);
    const a = scene.node('a');
    const { life } = a;
    scene.announce('on the way');
    a.process?.stop();
    await scene.advance(10_000);
    const before = scene.taken.length;
    a.process?.goOn();
    await scene.advance(100);
    expect(scene.taken.slice(before).filter((one) => one.life === life)).toEqual([]);
    await scene.advance(20_000);
    const got = scene.got('on the way').filter((destination) => destination !== 'order');
    expect(got).toEqual(DESTINATIONS.filter((destination) => destination !== 'order').sort());
    expect(scene.got('on the way').filter((destination) => destination === 'order').length).toBeLessThan(2);
  });

  test('that drains gives everything away at once: no gap, no repeat, not even of an order', async () => {
    const scene = await settled(['a', 'b']);
    for (let n = 0; n < 20; n++) {
      scene.announce(`announcement ${n}`);
      if (n === 5) void scene.node('a').cluster?.node.drain();
      await scene.advance(400);
    }
    await scene.advance(60_000);
    expect(scene.holders()).toEqual(Array(PARTITIONS).fill('b'));
    for (let n = 0; n < 20; n++) expect(scene.got(`announcement ${n}`)).toEqual([...DESTINATIONS].sort());
    const slowest = scene.taken
      .filter(({ destination }) => destination === 'one')
      .map(({ writtenAt }, n) => writtenAt - SETTLED_MS - n * 400);
    expect(Math.max(...slowest)).toBeLessThan(1500);
  });

  test('regression: tells what has ended before it hands over, also what its bus has not brought yet', async () => {
    const scene = new Scene(['a', 'b'], undefined, { busDelayMs: 5000 });
    for (const node of scene.nodes) node.start();
    await scene.advance(SETTLED_MS);
    scene.announce('one');
    await scene.advance(3000);
    expect(scene.got('one')).toEqual([...DESTINATIONS].sort());
    void scene.node('a').cluster?.node.drain();
    await scene.advance(20_000);
    expect(scene.holders()).toEqual(Array(PARTITIONS).fill('b'));
    expect(scene.got('one')).toEqual([...DESTINATIONS].sort());
  });

  test('regression: news that is heard of late opens nothing of which the past is not known yet', async () => {
    const scene = new Scene(['a', 'b', 'd'], undefined, { busDelayMs: 200 });
    for (const name of ['a', 'b']) scene.node(name).start();
    await scene.advance(SETTLED_MS);
    const titles = Array.from({ length: 60 }, (_, n) => `announcement ${n}`);
    for (const [n, title] of titles.entries()) {
      if (n === 10) scene.node('d').start();
      if (n === 10) scene.node('d').link.tripMs = 100;
      scene.announce(title);
      await scene.advance(50);
    }
    await scene.advance(60_000);
    // It takes two in three seconds.
    const fast = DESTINATIONS.filter((name) => name !== 'limited').sort();
    for (const title of titles) expect(scene.got(title).filter((name) => name !== 'limited')).toEqual(fast);
    expect(new Set(scene.taken.map(({ life }) => life)).size).toBe(3);
  });

  test('keeps what has waited for longer than the next holder looks back, and sends it when it holds it again', async () => {
    const scene = new Scene(['a', 'b'], undefined, { spanMs: 2000 });
    for (const node of scene.nodes) node.start();
    await scene.advance(SETTLED_MS);
    scene.faults.refuses = 1;
    scene.announce('old', [scene.node('a')]);
    await scene.advance(3000);
    const { node } = scene.node('a').cluster ?? {};
    const ofA = DESTINATIONS.filter((name) => scene.holderOf(name).name === 'a' && name !== 'short').sort();
    expect(ofA).not.toEqual([]);
    void node?.drain();
    await scene.advance(4000);
    scene.faults.refuses = 0;
    await scene.advance(4000);
    expect(scene.got('old').filter((name) => ofA.includes(name))).toEqual([]);
    node?.undrain();
    await scene.advance(10_000);
    expect(scene.got('old').filter((name) => name !== 'short')).toEqual(
      DESTINATIONS.filter((name) => name !== 'short').sort(),
    );
  });

  test('that is cut off from the database goes on until its lease ends, and what it did meanwhile is told', async () => {
    const scene = await settled(['a']);
    scene.node('a').link.fault = 'cut';
    scene.announce('cut off');
    await scene.advance(1500);
    // An order does not leave without a claim.
    expect(scene.got('cut off')).toEqual(DESTINATIONS.filter((name) => name !== 'order').sort());
    await scene.advance(4000);
    scene.announce('beyond');
    await scene.advance(3000);
    expect(scene.got('beyond')).toEqual([]);
    scene.node('a').link.fault = undefined;
    await scene.advance(9000);
    for (const title of ['cut off', 'beyond']) expect(scene.got(title)).toEqual([...DESTINATIONS].sort());
    expect(
      scene.model.tables.inherit([...Array(PARTITIONS).keys()], 60_000, scene.model.nowMs()).ends,
    ).toHaveLength(12);
    expect(scene.kinds()).toEqual(expect.arrayContaining(['a cluster.unreachable', 'a cluster.reached']));
  });
});

describe('the database', () => {
  test('that is replaced by an empty one is told everything, and nothing is sent again', async () => {
    const scene = await settled(['a', 'b']);
    scene.announce('before');
    await scene.advance(5000);
    scene.model.replace();
    await scene.advance(8000);
    scene.announce('after');
    await scene.advance(8000);
    expect(scene.got('before')).toEqual([...DESTINATIONS].sort());
    expect(scene.got('after')).toEqual([...DESTINATIONS].sort());
    expect(scene.events.filter(({ kind }) => kind === 'cluster.replaced')).toHaveLength(2);
    expect(scene.holders()).toEqual(holdersAmong(['a', 'b']));
  });

  test('regression: whose answer comes when another one is in its place has not brought news into the log of that', async () => {
    const scene = new Scene(['a']);
    const a = scene.node('a');
    a.start();
    await scene.advance(2500);
    a.link.tripMs = 300;
    scene.announce('one');
    await scene.advance(301);
    a.link.tripMs = 1;
    scene.model.replace();
    await scene.advance(30_000);
    const log = scene.model.tables.readAfter(0, 10, scene.model.nowMs());
    expect(log.map(({ body }) => body)).toEqual([expect.stringContaining('"one"')]);
    // An order that this database does not know may have been sent.
    expect(scene.got('one')).toEqual(DESTINATIONS.filter((name) => name !== 'order').sort());
  });

  test('regression: that was set back is recognised also by a node that is leaving when the answer comes', async () => {
    const scene = await settled(['a', 'b']);
    const before = scene.model.tables.copy();
    await scene.advance(2000);
    scene.announce('one');
    await scene.advance(6000);
    expect(scene.got('one')).toEqual([...DESTINATIONS].sort());
    const a = scene.node('a');
    a.link.tripMs = 800;
    scene.model.setBack(before);
    a.cluster?.node.soon();
    // Its renewal has been there; the answer comes after those of all that it asks from now on.
    await scene.advance(850);
    a.link.tripMs = 1;
    void a.leave(5000);
    await scene.advance(20_000);
    expect(scene.kinds()).toContain('a cluster.replaced');
    expect(scene.got('one')).toEqual([...DESTINATIONS].sort());
  });

  test('whose clock jumps by hours makes no second holder', async () => {
    const scene = await settled(['a', 'b']);
    for (const byMs of [3_600_000, -7_200_000]) {
      scene.model.aheadMs += byMs;
      scene.announce(`jump ${byMs}`);
      await scene.advance(6000);
      expect(scene.got(`jump ${byMs}`)).toEqual([...DESTINATIONS].sort());
      expect(scene.holders()).toEqual(holdersAmong(['a', 'b']));
    }
  });
});

describe('news', () => {
  test('that one node reads goes to the receivers of all, once', async () => {
    const scene = await settled(['a', 'b', 'c']);
    scene.announce('one', [scene.node('b')]);
    await scene.advance(2000);
    expect(scene.got('one')).toEqual([...DESTINATIONS].sort());
    expect(new Set(scene.taken.map(({ life }) => life)).size).toBeGreaterThan(1);
  });

  test('goes to the others as soon as it is read, whatever its reader still has to do', async () => {
    const scene = new Scene(['a', 'b'], undefined, { busDelayMs: 5000 });
    for (const node of scene.nodes) node.start();
    await scene.advance(SETTLED_MS);
    scene.announce('one', [scene.node('b')]);
    // The slowest receiver takes 600 ms to connect.
    await scene.advance(700);
    expect(scene.got('one')).toEqual([...DESTINATIONS].sort());
    expect(scene.model.tables.readAfter(0, 10, scene.model.nowMs())).toEqual([]);
  });

  test('that a node tells, and dies before it is in the log, is sent at once, and comes into the log', async () => {
    const scene = await settled(['a', 'b', 'c']);
    const [a, b, c] = ['a', 'b', 'c'].map((name) => scene.node(name));
    scene.announce('one', [scene.node('a')]);
    await scene.advance(1000);
    const [row] = scene.model.tables.readAfter(0, 1, scene.model.nowMs());
    const body = row?.body.replaceAll('one', 'told') ?? '';
    const { seq: _, ...news } = {
      ...row,
      seq: 0,
      key: 'told',
      body,
      node: 'a',
      importance: 1,
      isLate: false,
    };
    scene.model.tell({ kind: 'news', row: { ...news, ageMs: 0 } });
    a?.kill();
    // The slowest receiver takes 600 ms to connect.
    await scene.advance(700);
    const own = DESTINATIONS.filter((name) => scene.holderOf(name).name !== 'a').sort();
    expect(own.length).toBeLessThan(DESTINATIONS.length);
    expect(scene.got('told')).toEqual(own);
    await scene.advance(20_000);
    expect(scene.got('told')).toEqual([...DESTINATIONS].sort());
    expect(scene.model.tables.readAfter(0, 10, scene.model.nowMs())).toHaveLength(2);
    expect([b?.pending(), c?.pending()]).toEqual([0, 0]);
  });

  test('regression: that has no name yet that all give it is in the log before anything of it has ended', async () => {
    const scene = await settled(['a', 'b']);
    scene.announce('one', [scene.node('a')], false);
    await scene.advance(1000);
    const rows = () => scene.model.tables.readAfter(0, 10, scene.model.nowMs());
    const body = rows()[0]?.body.replaceAll('one', 'told') ?? '';
    const content = contentIn(JSON.parse(body));
    if (content.kind !== 'news') throw new Error('it is no news');
    const key = occurrenceOf(content.announcement, identityOf(content.announcement), 600_000);
    scene.model.tell({ kind: 'news', row: { key, body, node: 'a', importance: 1, isLate: false, ageMs: 0 } });
    for (let n = 0; n < 50 && scene.got('told').length === 0; n++) await scene.advance(10);
    await scene.advance(100);
    // Whoever has told it would bring it there, and after a second whoever has heard it.
    expect(rows().map(({ key }) => key)).toContain(key);
  });

  test('that is read by all of them is in the log once, under one id', async () => {
    const scene = await settled(['a', 'b', 'c']);
    scene.announce('one');
    await scene.advance(2000);
    expect(scene.got('one')).toEqual([...DESTINATIONS].sort());
    expect(scene.model.tables.readAfter(0, 10, scene.model.nowMs())).toHaveLength(1);
  });
});

test('regression: news that a new node reads before it has seen the database is like any other, also for orders', async () => {
  const scene = new Scene(['a', 'b', 'c']);
  for (const name of ['a', 'b']) scene.node(name).start();
  await scene.advance(SETTLED_MS);
  const third = scene.node('c');
  third.link.fault = 'cut';
  third.start();
  scene.announce('early', [third]);
  await scene.advance(1000);
  third.link.fault = undefined;
  await scene.advance(10_000);
  expect(scene.got('early')).toEqual([...DESTINATIONS].sort());
  expect(scene.ended).toEqual([]);
});

describe('news without a stamp of the service', () => {
  test('regression: that both read at once, and a bus brings late, is one while partitions come and go', async () => {
    const scene = new Scene(['a', 'b'], undefined, { busDelayMs: 200 });
    scene.node('b').wallAheadMs = 5 * 3_600_000;
    for (const node of scene.nodes) node.start();
    await scene.advance(SETTLED_MS);
    const titles = Array.from({ length: 40 }, (_, n) => `announcement ${n}`);
    for (const [n, title] of titles.entries()) {
      if (n === 10) void scene.node('a').cluster?.node.drain();
      if (n === 25) scene.node('a').cluster?.node.undrain();
      scene.announce(title, scene.nodes, false);
      await scene.advance(50);
    }
    await scene.advance(60_000);
    // It takes two in three seconds.
    const fast = DESTINATIONS.filter((name) => name !== 'limited').sort();
    for (const title of titles) expect(scene.got(title).filter((name) => name !== 'limited')).toEqual(fast);
  });

  test.each(['a', 'b'])(
    'that two nodes read seconds apart, by clocks hours apart, is one: nothing is sent again when %s goes',
    async (goes) => {
      const scene = new Scene(['a', 'b']);
      scene.node('b').wallAheadMs = 5 * 3_600_000;
      for (const node of scene.nodes) node.start();
      await scene.advance(SETTLED_MS);
      scene.announce('one', [scene.node('a')], false);
      await scene.advance(3000);
      scene.announce('one', [scene.node('b')], false);
      scene.announce('two', [scene.node('a')], false);
      // Before the row of the other is there.
      scene.announce('two', [scene.node('b')], false);
      await scene.advance(3000);
      expect(scene.model.tables.readAfter(0, 10, scene.model.nowMs())).toHaveLength(2);
      const { ends } = scene.model.tables.inherit([...Array(PARTITIONS).keys()], 60_000, scene.model.nowMs());
      expect(new Set(ends.map(({ key }) => key)).size).toBe(2);
      void scene.node(goes).cluster?.node.drain();
      await scene.advance(20_000);
      for (const title of ['one', 'two']) expect(scene.got(title)).toEqual([...DESTINATIONS].sort());
      expect(scene.ended).toEqual([]);
    },
  );
});

test('the same words after the window are news also for a node that has them only from the log', async () => {
  const scene = await settled(['a', 'b']);
  scene.announce('one', [scene.node('a')]);
  await scene.advance(11 * 60_000);
  scene.announce('one', [scene.node('a')]);
  await scene.advance(5000);
  expect(scene.got('one')).toEqual([...DESTINATIONS, ...DESTINATIONS].sort());
});

describe('a claim', () => {
  const statesOf = (scene: Scene) =>
    scene.model.tables
      .inherit([...Array(PARTITIONS).keys()], 60_000, scene.model.nowMs())
      .ends.map(({ destination, state }) => `${destination} ${state}`);

  test('is there before the bytes of an order leave; its holder dies, and nobody sends it again', async () => {
    const scene = await settled(['a', 'b']);
    scene.faults.hangs = 1;
    scene.announce('one');
    await scene.advance(800);
    expect(statesOf(scene)).toEqual(['order begun']);
    scene.holderOf('order').kill();
    scene.faults.hangs = 0;
    await scene.advance(30_000);
    expect(scene.taken.filter(({ destination }) => destination === 'order')).toHaveLength(1);
    expect(scene.ended).toContain('order dead may_have_arrived');
  });

  test('of an order that was refused is taken back: whoever holds it next tries it again, and once', async () => {
    const scene = await settled(['a', 'b']);
    scene.faults.refuses = 1;
    for (const title of ['one', 'two']) scene.announce(title);
    await scene.advance(800);
    // Between two tries: the one before is answered, and known to all.
    const orders = () => statesOf(scene).filter((state) => state.startsWith('order'));
    for (let n = 0; n < 500 && orders().includes('order begun'); n++) await scene.advance(10);
    expect(orders()).toEqual(['order free', 'order free']);
    const holder = scene.holderOf('order');
    void holder.cluster?.node.drain();
    scene.faults.refuses = 0;
    await scene.advance(10_000);
    expect(scene.holderOf('order').name).not.toBe(holder.name);
    for (const title of ['one', 'two']) expect(scene.got(title)).toEqual([...DESTINATIONS].sort());
    expect(scene.ended).toEqual([]);
  });

  test('whose answer is lost is taken back when it is handed over: nothing left under it', async () => {
    const scene = await settled(['a', 'b']);
    const holder = scene.holderOf('order');
    holder.link.fault = 'mute';
    scene.announce('one');
    await scene.advance(2500);
    holder.link.fault = undefined;
    void holder.cluster?.node.drain();
    await scene.advance(15_000);
    expect(scene.holderOf('order').name).not.toBe(holder.name);
    expect(scene.got('one')).toEqual([...DESTINATIONS].sort());
    expect(scene.ended).toEqual([]);
  });

  test.each(['cut', 'silent'] as const)(
    'is not to be had (%s): the order waits, and whoever takes over sends it, once',
    async (fault) => {
      const scene = await settled(['a', 'b']);
      const holder = scene.holderOf('order');
      holder.link.fault = fault;
      scene.announce('one');
      await scene.advance(3500);
      expect(scene.taken.filter(({ destination }) => destination === 'order')).toEqual([]);
      await scene.advance(8000);
      holder.link.fault = undefined;
      await scene.advance(20_000);
      const orders = scene.taken.filter(({ destination }) => destination === 'order');
      expect(orders.map(({ life }) => life === holder.life)).toEqual([false]);
    },
  );

  test('comes before every send while configs differ, and everything is sent once', async () => {
    const scene = await settled(['a', 'b'], (name) => name);
    scene.faults.hangs = 1;
    scene.announce('one');
    await scene.advance(800);
    expect(statesOf(scene).sort()).toEqual(DESTINATIONS.map((destination) => `${destination} begun`).sort());
    expect(scene.kinds()).toEqual(expect.arrayContaining(['a cluster.differs', 'b cluster.differs']));
  });
});
