/** A node whose database cannot carry a cluster sends from its own store where nobody else can; and whatever it has sent is known before anybody else sends. */
import { describe, expect, test } from 'vitest';
import { Alone } from '../../src/cluster/alone.ts';
import { LEASE_MS, PARTITIONS } from '../../src/cluster/shared.ts';
import { Tenures } from '../../src/cluster/tenures.ts';
import type { Pools } from '../../src/destinations/destination.ts';
import { HttpPool, type Needs } from '../../src/http/pool.ts';
import { DIRECT } from '../../src/platform/way.ts';
import { ModelServer, ModelSolitude } from '../support/cluster/solitude.ts';
import { FakeClock } from '../support/fake-clock.ts';
import type { SimulatedNode } from './simulation/node.ts';
import { DESTINATIONS, Scene } from './simulation/scene.ts';
import { trueClock } from './simulation/universe.ts';

class Solo {
  readonly server = new ModelServer();
  readonly ways = new Map<SimulatedNode, ModelSolitude>();
  readonly scene: Scene;

  constructor(...names: readonly string[]) {
    const { server, ways } = this;
    this.scene = new Scene(names, undefined, {
      solitude: (process) => {
        const way = new ModelSolitude(server, trueClock(this.scene.universe), (work) => process.answer(work));
        const node = this.scene.nodes.find((one) => one.process === process);
        if (node !== undefined) ways.set(node, way);
        return way;
      },
    });
    // Nobody can join.
    this.scene.model.isDown = true;
  }

  /** The database can carry a cluster, from now on. */
  becomesFit(): void {
    this.server.hasSchema = true;
    this.scene.model.isDown = false;
  }

  /** Who may send, by what each knows. */
  senders(): readonly string[] {
    return this.scene.nodes.filter((node) => node.isUp && node.maySendFor(0)).map(({ name }) => name);
  }

  /** At each moment at most one of them may send; those that did. */
  async watch(forMs: number): Promise<ReadonlySet<string>> {
    const seen = new Set<string>();
    for (let ms = 0; ms < forMs; ms += 50) {
      await this.scene.advance(50);
      const senders = this.senders();
      expect(senders.length).toBeLessThan(2);
      for (const name of senders) seen.add(name);
    }
    return seen;
  }
}

const ALL = [...DESTINATIONS].sort();

/** `of`: titles. */
function timesOf({ scene }: Solo, title: string): readonly string[] {
  return scene.taken
    .filter((one) => one.title === title && one.acted)
    .map(({ destination }) => destination)
    .sort();
}

async function alone(...names: readonly string[]): Promise<Solo> {
  const solo = new Solo(...names);
  solo.scene.node(names[0] ?? '').start();
  await solo.scene.advance(LEASE_MS + 2500);
  expect(solo.senders()).toEqual([names[0]]);
  return solo;
}

describe('a node that provably is the only one', () => {
  test('sends after a lease, orders too, without a claim; and says so', async () => {
    const solo = new Solo('a');
    const { scene } = solo;
    scene.node('a').start();
    await scene.advance(LEASE_MS - 200);
    scene.announce('early');
    await scene.advance(100);
    expect(timesOf(solo, 'early')).toEqual([]);
    await scene.advance(3000);
    expect(timesOf(solo, 'early')).toEqual(ALL);
    scene.announce('later');
    await scene.advance(1000);
    expect(timesOf(solo, 'later')).toEqual(ALL);
    expect(scene.kinds()).toContain('a cluster.alone');
    expect(scene.node('a').standings?.of(undefined, PARTITIONS)).toMatchObject({ is: 'alone' });
  });

  test('stops within a tenure when the proof hangs, and goes on with it', async () => {
    const solo = await alone('a');
    const { scene } = solo;
    const way = solo.ways.get(scene.node('a'));
    if (way === undefined) return expect.fail('it has no way');
    way.isCut = true;
    await scene.advance(LEASE_MS);
    expect(solo.senders()).toEqual([]);
    scene.announce('meanwhile');
    await scene.advance(3000);
    expect(timesOf(solo, 'meanwhile')).toEqual([]);
    expect(scene.kinds()).toContain('a cluster.not_alone');
    way.isCut = false;
    await scene.advance(8000);
    expect(timesOf(solo, 'meanwhile')).toEqual(ALL);
  });

  test('that stood still for longer writes nothing when it goes on, while another is alone', async () => {
    const solo = await alone('a', 'b');
    const { scene } = solo;
    const [a, b] = [scene.node('a'), scene.node('b')];
    b.start();
    await scene.advance(3000);
    expect(solo.senders()).toEqual(['a']);
    scene.announce('on the way', [a]);
    a.process?.stop();
    // Its session dies, for the server.
    solo.server.restart();
    expect([...(await solo.watch(12_000))]).toContain('b');
    const before = scene.taken.length;
    a.process?.goOn();
    await scene.advance(500);
    expect(scene.taken.slice(before).filter(({ life }) => life === a.life)).toEqual([]);
    expect([...(await solo.watch(8000))]).toEqual(['b']);
  });

  test('that stood still while an answer was on its way does not believe it', async () => {
    const solo = await alone('a', 'b');
    const { scene } = solo;
    const [a, b] = [scene.node('a'), scene.node('b')];
    b.start();
    await scene.advance(2000);
    const way = solo.ways.get(a);
    if (way === undefined) return expect.fail('it has no way');
    way.tripMs = 200;
    for (let n = 0; n < 200 && !way.isAsked; n++) await scene.advance(20);
    a.process?.stop();
    await scene.advance(500);
    solo.server.restart();
    await solo.watch(10_000);
    expect(solo.senders()).toEqual(['b']);
    a.process?.goOn();
    await scene.advance(20);
    expect([...(await solo.watch(3000))]).toEqual(['b']);
  });

  test('is one at any time, when the server restarts again and again', async () => {
    const solo = await alone('a', 'b');
    solo.scene.node('b').start();
    for (let n = 0; n < 12; n++) {
      await solo.watch(1500 + 700 * n);
      solo.server.restart();
    }
  });
});

describe('when a cluster can be', () => {
  test('what was sent alone is sent by nobody once more, whoever sends then', async () => {
    const solo = await alone('a', 'b');
    const { scene } = solo;
    const [a, b] = [scene.node('a'), scene.node('b')];
    for (let n = 0; n < 5; n++) {
      scene.announce(`alone ${n}`, [a]);
      await scene.advance(300);
    }
    solo.becomesFit();
    b.start();
    scene.announce('in between', [a, b]);
    await scene.advance(200);
    scene.announce('a moment later', [a, b]);
    await scene.advance(15_000);
    for (let n = 0; n < 5; n++) expect(timesOf(solo, `alone ${n}`)).toEqual(ALL);
    expect(timesOf(solo, 'in between')).toEqual(ALL);
    expect(timesOf(solo, 'a moment later')).toEqual(ALL);
    expect(new Set(scene.holders())).toEqual(new Set(['a', 'b']));
    expect(scene.node('a').standings?.of(a.cluster?.node, 1)).toEqual({ is: 'joined' });
    scene.announce('together');
    await scene.advance(2000);
    expect(timesOf(solo, 'together')).toEqual(ALL);
  });

  test('whatever waits is sent once by whoever holds it, an order too', async () => {
    const solo = await alone('a', 'b');
    const { scene } = solo;
    scene.faults.refuses = 1;
    scene.announce('refused', [scene.node('a')]);
    await scene.advance(1500);
    solo.becomesFit();
    scene.node('b').start();
    await scene.advance(500);
    scene.faults.refuses = 0;
    await scene.advance(20_000);
    expect(timesOf(solo, 'refused')).toEqual(ALL);
  });

  test('a node that joins one that is long there: the others send none of its past', async () => {
    const solo = await alone('a', 'b');
    const { scene } = solo;
    const [a, b] = [scene.node('a'), scene.node('b')];
    scene.announce('alone', [a]);
    await scene.advance(1000);
    a.kill();
    solo.becomesFit();
    b.start();
    await scene.advance(8000);
    a.start();
    await scene.advance(10_000);
    expect(timesOf(solo, 'alone')).toEqual(ALL);
  });
});

describe('by the word of whoever starts it', () => {
  test('it sends everything and asks nobody; started without it, it joins, and nothing is repeated', async () => {
    const solo = new Solo('a', 'b');
    const { scene } = solo;
    const [a, b] = [scene.node('a'), scene.node('b')];
    solo.becomesFit();
    for (const node of scene.nodes) node.start();
    await scene.advance(6000);
    scene.announce('together');
    await scene.advance(2000);
    for (const node of scene.nodes) await node.end((ms) => scene.advance(ms), 5000);
    scene.model.isDown = true;
    a.isAlone = true;
    a.start();
    scene.announce('alone', [a]);
    await scene.advance(1000);
    expect(timesOf(solo, 'alone')).toEqual(ALL);
    expect(a.standings?.of(undefined, PARTITIONS)).toMatchObject({ is: 'alone' });
    await a.end((ms) => scene.advance(ms), 5000);
    a.isAlone = false;
    scene.model.isDown = false;
    // The other is there first, and holds everything.
    b.start();
    await scene.advance(6000);
    a.start();
    await scene.advance(10_000);
    expect(timesOf(solo, 'alone')).toEqual(ALL);
    expect(timesOf(solo, 'together')).toEqual(ALL);
    scene.announce('together again');
    await scene.advance(2000);
    expect(timesOf(solo, 'together again')).toEqual(ALL);
  });

  test('an order that waits since it was one of several is not sent: another may have', async () => {
    const solo = new Solo('a');
    const { scene } = solo;
    const a = scene.node('a');
    solo.becomesFit();
    a.start();
    await scene.advance(6000);
    scene.faults.refuses = 1;
    scene.announce('refused');
    await scene.advance(500);
    a.kill();
    scene.faults.refuses = 0;
    scene.model.isDown = true;
    a.isAlone = true;
    a.start();
    await scene.advance(5000);
    expect(timesOf(solo, 'refused')).toEqual(ALL.filter((name) => name !== 'order'));
    expect(a.rows()).toContainEqual(
      expect.objectContaining({ destination: 'order', state: 'dead', reason: 'may_have_arrived' }),
    );
  });

  test('a node that was one of several never is alone by itself', async () => {
    const solo = new Solo('a');
    const { scene } = solo;
    const a = scene.node('a');
    solo.becomesFit();
    a.start();
    await scene.advance(6000);
    await a.end((ms) => scene.advance(ms), 5000);
    // Another database now.
    solo.server.hasSchema = false;
    scene.model.isDown = true;
    a.start();
    await scene.advance(15_000);
    expect(solo.senders()).toEqual([]);
  });
});

test('has connections to all destinations before it sends', async () => {
  const clock = new FakeClock();
  const tenures = new Tenures(clock);
  const quiet = () => undefined;
  const joined: Needs[] = [];
  const join = ((...[, , , needs]: Parameters<Pools['join']>) => {
    joined.push(needs);
    return { pool: { adjust: quiet }, leave: async () => undefined };
  }) as unknown as Pools['join'];
  const limits = { farEnd: 'x', broadest: 'x', own: [], shared: [] };
  tenures
    .pools({ join }, limits)
    .join('http://x.invalid', 1, DIRECT, { connections: 1, spares: 2 }, HttpPool);
  const one = new Alone({
    ...{ clock, random: () => 0, tenures, begins: quiet, route: quiet, changed: quiet },
    lanes: { running: () => [].values(), refill: quiet },
    solitude: () => ({ prove: async () => 7, close: async () => undefined }),
  });
  await clock.advance(100);
  expect(joined.map(({ spares }) => spares)).toEqual([0]);
  one.start();
  // Shares move in turns of their own.
  for (let n = 0; n < 3; n++) await clock.advance(100);
  expect([one.isOn, ...joined.map(({ spares }) => spares)]).toEqual([false, 2]);
  await clock.advance(LEASE_MS + 2000);
  expect(one.isOn).toBe(true);
  await one.end();
});
