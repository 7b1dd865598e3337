/** Findings of one node, and wishes of a person that one node hears, hold on all of them. */
import { describe, expect, test } from 'vitest';
import type { SimulatedNode } from './simulation/node.ts';
import { DESTINATIONS, type Scene, settled } from './simulation/scene.ts';

test('a pause that a receiver asked of one node, and what one has learned, hold for the others', async () => {
  const scene = await settled(['a', 'b']);
  const [a, b] = scene.nodes;
  const budget = (node: SimulatedNode | undefined) =>
    node?.pipeline?.lanes.report('one')?.lane.pausedUntilMs ?? 0;
  const nowMs = a?.process?.monotonicMs() ?? 0;
  const key = a?.pipeline?.lanes.prepared('one')?.limits.farEnd ?? '';
  a?.pipeline?.budgets.own('one', key, []).pause(nowMs + 60_000);
  a?.pipeline?.memory.keep('chat', '-100');
  await scene.advance(100);
  expect(budget(b)).toBeGreaterThan(nowMs + 59_000);
  expect(b?.pipeline?.memory.recall('chat')).toBe('-100');
});

describe('a mute', () => {
  const inForce = (scene: Scene) =>
    scene.nodes.map(({ isUp, pipeline, clock }) =>
      (isUp ? (pipeline?.mutes.inForce(clock?.monotonicMs() ?? 0) ?? []) : []).map(({ name, untilMs }) => [
        name,
        Math.round((untilMs - (clock?.monotonicMs() ?? 0)) / 1000),
      ]),
    );
  const bot = { kind: 'destination', name: 'one', reason: 'a scam' } as const;
  const make = (node: SimulatedNode, forMs: number) => {
    node.mute([], [{ ...bot, untilMs: node.nowMs() + forMs }]);
    node.cluster?.hear({ ...{ kind: 'mute.started', mute: 1, muted: '', reason: undefined }, leftMs: forMs });
  };
  const lift = (node: SimulatedNode) => {
    node.mute(
      [...(node.pipeline?.mutes.inForce(node.nowMs()) ?? [])].map(({ id }) => id),
      [],
    );
    node.cluster?.hear({ kind: 'mute.lifted', mute: 1, muted: '', reason: undefined });
  };

  test('that is made, prolonged, shortened or lifted on one node is so on all, within a second, and ends by itself', async () => {
    const scene = await settled(['a', 'b']);
    const [a, b] = [scene.node('a'), scene.node('b')];
    make(a, 3_600_000);
    await scene.advance(100);
    expect(inForce(scene)).toEqual([[['one', 3600]], [['one', 3600]]]);
    make(b, 7_200_000);
    await scene.advance(1000);
    expect(inForce(scene)).toEqual([[['one', 7199]], [['one', 7199]]]);
    const earlier = scene.model.tables.facts(scene.model.nowMs());
    lift(a);
    await scene.advance(1000);
    expect(inForce(scene)).toEqual([[], []]);
    // A database that was set back.
    await scene.model.connect().remember(earlier);
    await scene.advance(1000);
    expect(inForce(scene)).toEqual([[], []]);
    make(b, 20_000);
    await scene.advance(1000);
    expect(inForce(scene)).toEqual([[['one', 19]], [['one', 19]]]);
    const { factsVersion } = scene.model.tables.view(scene.model.nowMs());
    await scene.advance(19_100);
    expect(inForce(scene)).toEqual([[], []]);
    // Nobody goes on telling what all of them know.
    expect(scene.model.tables.view(scene.model.nowMs()).factsVersion).toBe(factsVersion);
  });

  test('holds on a node that comes later, and where it was lifted meanwhile it does not come back', async () => {
    const scene = await settled(['a', 'b', 'c']);
    const [a, b, c] = [scene.node('a'), scene.node('b'), scene.node('c')];
    c.kill();
    make(a, 3_600_000);
    await scene.advance(1000);
    b.kill();
    c.start();
    await scene.advance(2000);
    expect(inForce(scene).map(({ length }) => length)).toEqual([1, 0, 1]);
    lift(c);
    make(c, 60_000);
    await scene.advance(1000);
    expect(inForce(scene)[0]).toEqual([['one', 59]]);
    await scene.advance(70_000);
    b.start();
    // It has been muted for an hour, as far as it knows.
    expect(inForce(scene).map(({ length }) => length)).toEqual([0, 1, 0]);
    await scene.advance(1000);
    expect(inForce(scene)).toEqual([[], [], []]);
  });

  test('made while the database is away reaches the others when it is back; an empty database forgets nothing', async () => {
    const scene = await settled(['a', 'b']);
    const [a, b] = [scene.node('a'), scene.node('b')];
    scene.model.isDown = true;
    await scene.advance(1000);
    make(a, 3_600_000);
    a.kill();
    await scene.advance(1000);
    a.start();
    scene.model.isDown = false;
    await scene.advance(3000);
    expect(inForce(scene).map(({ length }) => length)).toEqual([1, 1]);
    b.kill();
    lift(a);
    await scene.advance(1000);
    scene.model.replace();
    await scene.advance(6000);
    b.start();
    await scene.advance(3000);
    expect(inForce(scene)).toEqual([[], []]);
    make(b, 3_600_000);
    await scene.advance(1000);
    scene.model.replace();
    await scene.advance(6000);
    expect(scene.model.tables.facts(scene.model.nowMs()).filter(({ kind }) => kind === 'mute')).toHaveLength(
      1,
    );
    expect(inForce(scene).map(({ length }) => length)).toEqual([1, 1]);
  });
});

describe('an alert of a node', () => {
  const alertTo = (node: SimulatedNode, id: string, names: readonly string[]) => {
    const raisedMs = node.nowMs();
    const alert = { severity: 'warning', headline: id, paragraphs: [], data: {}, id, raisedMs } as const;
    const content = { kind: 'alert', alert } as const;
    const deliveries = names.map((destination, n) => ({
      ...{ id: `${id}-${n}`, content, destination, rule: '(alerts)', template: undefined, ticker: undefined },
      ...{ importance: -1, expiresAtMs: raisedMs + 3_600_000 },
    }));
    return { content, deliveries };
  };
  const gotAlerts = (scene: Scene) =>
    scene.taken.filter(({ id, acted }) => acted && id.startsWith('alert')).map(({ id }) => id);

  test('reaches the destinations that others hold, each once, also in the middle of a hand-over', async () => {
    const scene = await settled(['a', 'b']);
    const [a, b] = [scene.node('a'), scene.node('b')];
    const ofB = DESTINATIONS.filter((name) => scene.holderOf(name) === b);
    expect(ofB.length).toBeGreaterThan(1);
    const { content, deliveries } = alertTo(a, 'alert1', ofB);
    a.cluster?.alert(content, deliveries);
    await scene.advance(3000);
    expect(gotAlerts(scene).sort()).toEqual(deliveries.map(({ id }) => id).sort());
    const next = alertTo(a, 'alert2', ofB);
    void b.cluster?.node.drain();
    a.cluster?.alert(next.content, next.deliveries);
    await scene.advance(3000);
    expect(gotAlerts(scene).slice(ofB.length).sort()).toEqual(next.deliveries.map(({ id }) => id).sort());
  });

  test('about what all of them see is one, whoever holds the destination', async () => {
    const scene = await settled(['a', 'b', 'c']);
    for (const node of scene.nodes) {
      const { content, deliveries } = alertTo(node, `alert${node.name}`, DESTINATIONS);
      node.cluster?.alert(content, deliveries, 'starts cluster_differs');
      await scene.advance(500);
    }
    await scene.advance(5000);
    expect(gotAlerts(scene).sort()).toEqual(DESTINATIONS.map((_, n) => `alerta-${n}`).sort());
  });
});
