/** A destination that refuses everything: the next holder knows it, waits as the one before would, and lifts it as that one would. */
import { describe, expect, test } from 'vitest';
import { Findings, type FindingsDeps } from '../../src/cluster/findings.ts';
import type { Fact } from '../../src/cluster/shared.ts';
import type { AttemptResult } from '../../src/delivery/outcome.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { SHORT_MS } from './simulation/config.ts';
import type { SimulatedNode } from './simulation/node.ts';
import { type Scene, settled } from './simulation/scene.ts';

const GONE: AttemptResult = {
  outcome: { kind: 'reject', scope: 'destination', reason: 'gone' },
  advice: 'The address is gone.',
};

const requests = (scene: Scene) => scene.taken.filter(({ destination }) => destination === 'one').length;

const suspension = ({ pipeline }: SimulatedNode) => pipeline?.lanes.report('one')?.lane.suspended;

/** Destination `one` is suspended at its holder, after one request; the next look is a minute after that. */
async function suspended(names: readonly string[] = ['a', 'b']) {
  const scene = await settled(names);
  scene.faults.answers.set('one', GONE);
  scene.announce('first');
  await scene.advance(1000);
  const holder = scene.holderOf('one');
  expect(suspension(holder)).toMatchObject({ reason: 'gone', isGone: true, steps: 1 });
  expect(requests(scene)).toBe(1);
  const other = scene.nodes.find((node) => node !== holder) ?? holder;
  return { scene, holder, other };
}

/** Since and until when, by the true clock to which all clocks keep. */
const spans = (node: SimulatedNode) => {
  const { sinceMs = 0, nextMs = 0 } = suspension(node) ?? {};
  return { forMs: node.nowMs() - sinceMs, inMs: nextMs - node.nowMs() };
};

const within = (ms: number) => (value: number, other: number) => Math.abs(value - other) <= ms;

describe('the next holder of a suspended destination', () => {
  test.each(['drain', 'end', 'kill'] as const)(
    'after a %s knows why and since when, and sends nothing before the one before would have',
    async (what) => {
      const { scene, holder, other } = await suspended();
      // As soon as it is known.
      expect(suspension(other)).toMatchObject({ reason: 'gone', isElsewhere: true });
      const before = spans(holder);
      const atMs = scene.universe.truthMs;
      if (what === 'drain') void holder.cluster?.node.drain();
      if (what === 'end') await holder.end((ms) => scene.advance(ms), 5000);
      if (what === 'kill') holder.kill();
      await scene.advance(10_000);
      expect(scene.holderOf('one')).toBe(other);
      const passedMs = scene.universe.truthMs - atMs;
      const after = spans(other);
      expect(suspension(other)).toMatchObject({ reason: 'gone', isGone: true, steps: 1 });
      expect(suspension(other)?.isElsewhere).toBeUndefined();
      expect(within(50)(after.forMs, before.forMs + passedMs)).toBe(true);
      expect(within(50)(after.inMs, before.inMs - passedMs)).toBe(true);
      scene.announce('second', [other]);
      // Nothing before its time, and then one message alone.
      await scene.advance(Math.floor(after.inMs) - 100);
      expect(requests(scene)).toBe(1);
      await scene.advance(1000);
      expect(requests(scene)).toBe(2);
      expect(other.pending()).toBe(2);
      // The waits go on growing: two minutes now.
      const { inMs } = spans(other);
      expect(inMs).toBeGreaterThan(100_000);
      scene.faults.answers.clear();
      await scene.advance(inMs + 1000);
      expect(scene.got('first')).toContain('one');
      expect(scene.got('second')).toContain('one');
      expect(suspension(other)).toBeUndefined();
    },
  );

  test('after a death, when the last word of the dead may be missing, looks after a minute at the latest', async () => {
    const { scene, holder, other } = await suspended();
    await scene.advance(61_000);
    expect(requests(scene)).toBe(2);
    expect(spans(holder).inMs).toBeGreaterThan(100_000);
    holder.kill();
    await scene.advance(10_000);
    scene.faults.answers.clear();
    expect(spans(other).inMs).toBeLessThan(60_000);
    await scene.advance(60_000);
    expect(scene.got('first')).toContain('one');
  });

  test('knows that it works again', async () => {
    const { scene, holder, other } = await suspended();
    scene.faults.answers.clear();
    await scene.advance(61_000);
    expect(scene.got('first')).toContain('one');
    expect([suspension(holder), suspension(other)]).toEqual([undefined, undefined]);
    void holder.cluster?.node.drain();
    await scene.advance(3000);
    scene.announce('second', [other]);
    await scene.advance(1000);
    expect(scene.got('second')).toContain('one');
  });

  test('also if it was the holder before, and has it as suspended', async () => {
    const { scene, holder, other } = await suspended();
    void holder.cluster?.node.drain();
    await scene.advance(3000);
    scene.faults.answers.clear();
    await scene.advance(61_000);
    expect([suspension(holder), suspension(other)]).toEqual([undefined, undefined]);
    holder.cluster?.node.undrain();
    await scene.advance(3000);
    expect(scene.holderOf('one')).toBe(holder);
    scene.announce('second', [holder]);
    await scene.advance(1000);
    expect(scene.got('second')).toContain('one');
  });
});

describe('a person who wants it to be tried', () => {
  test.each(['the holder', 'another node'] as const)('says so on %s: it is tried at once', async (where) => {
    const { scene, holder, other } = await suspended();
    scene.faults.answers.clear();
    (where === 'the holder' ? holder : other).reload();
    await scene.advance(1500);
    expect(scene.got('first')).toContain('one');
    expect([suspension(holder), suspension(other)]).toEqual([undefined, undefined]);
  });

  test('says so where nothing waits: the next holder tries the next message at once', async () => {
    const scene = await settled(['a', 'b']);
    const holder = scene.holderOf('short');
    scene.faults.answers.set('short', GONE);
    scene.announce('first');
    await scene.advance(SHORT_MS + 1000);
    expect(scene.ended).toEqual(['short expired max_age']);
    // In the moment before its end.
    holder.reload();
    scene.faults.answers.clear();
    await holder.end((ms) => scene.advance(ms), 5000);
    await scene.advance(3000);
    expect(scene.holderOf('short')).not.toBe(holder);
    scene.announce('second');
    await scene.advance(1000);
    expect(scene.got('second')).toContain('short');
  });

  test('says so while the holder is dead: the next one tries it at once', async () => {
    const { scene, holder, other } = await suspended();
    holder.kill();
    await scene.advance(1000);
    scene.faults.answers.clear();
    other.reload();
    await scene.advance(10_000);
    expect(scene.got('first')).toContain('one');
  });

  test('restarts the only node: it is tried at once, and only once if it is still gone', async () => {
    const { scene, holder } = await suspended(['a']);
    await holder.end((ms) => scene.advance(ms), 5000);
    holder.start();
    await scene.advance(10_000);
    expect(requests(scene)).toBe(2);
    expect(suspension(holder)).toMatchObject({ reason: 'gone' });
    await scene.advance(40_000);
    expect(requests(scene)).toBe(2);
  });
});

test('an empty database in the place of the one: the holder tells it again', async () => {
  const { scene, holder, other } = await suspended();
  scene.model.replace();
  await scene.advance(7000);
  expect(suspension(other)).toMatchObject({ reason: 'gone', isElsewhere: true });
  void holder.cluster?.node.drain();
  await scene.advance(3000);
  expect(scene.holderOf('one')).toBe(other);
  expect(requests(scene)).toBe(1);
});

test('nobody goes on telling what all of them know', async () => {
  const { scene } = await suspended();
  const version = () => scene.model.tables.view(scene.model.nowMs()).factsVersion;
  await scene.advance(1000);
  const before = version();
  await scene.advance(20_000);
  expect(version()).toBe(before);
});

test('a hand-over says what is so in its own moment: nobody has looked since', async () => {
  const clock = new FakeClock();
  const told: Fact[] = [];
  const nowMs = clock.monotonicMs();
  const status = {
    suspended: { reason: 'gone', words: '', isGone: true, steps: 1, sinceMs: nowMs, nextMs: nowMs + 60_000 },
  };
  const prepared = { name: 'bot', options: {}, limits: { farEnd: 'there' } };
  const findings = new Findings({
    ...{ clock, card: () => ({ node: 'a', life: 'a1' }), redact: (text: string) => text },
    ...{ hasDied: () => false, mutes: { now: () => [], change: async () => true } },
    shared: { facts: async () => [], remember: async (facts: readonly Fact[]) => told.push(...facts) },
    tenures: { partition: () => 1, at: () => ({ isOver: false }) },
    pipeline: {
      ...{ budgets: {}, memory: { recall: () => undefined, hear: () => undefined } },
      lanes: { lane: () => ({ status }), prepared: () => prepared },
    },
  } as unknown as FindingsDeps);
  findings.opened(new Set([1]));
  findings.hear({ kind: 'destination.suspended', destination: 'bot', reason: 'gone' } as never);
  await findings.flush();
  // A person has it tried, which no event speaks of.
  status.suspended = { ...status.suspended, nextMs: nowMs };
  await findings.flush();
  const spans = told.map(({ value = '' }) => (JSON.parse(value) as { lastsMs: number }).lastsMs);
  expect(spans).toEqual([60_000, 0]);
});
