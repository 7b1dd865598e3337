/** Cooldowns, pauses and what one has learned go on with the next holder: after a hand-over, and after the death of the one before. */
import { describe, expect, test } from 'vitest';
import type { AttemptResult } from '../../src/delivery/outcome.ts';
import { COOLDOWN_MS, COOLING } from './simulation/config.ts';
import type { SimulatedNode } from './simulation/node.ts';
import { type Scene, settled } from './simulation/scene.ts';

const ENDS = ['drain', 'end', 'kill'] as const;

/** The holder of `one` is another node when it resolves; 10 s later. */
async function changeHolder(scene: Scene, what: (typeof ENDS)[number]): Promise<SimulatedNode> {
  const holder = scene.holderOf('one');
  const fromMs = scene.universe.truthMs;
  if (what === 'drain') void holder.cluster?.node.drain();
  if (what === 'end') await holder.end((ms) => scene.advance(ms), 5000);
  if (what === 'kill') holder.kill();
  await scene.advance(fromMs + 10_000 - scene.universe.truthMs);
  const next = scene.holderOf('one');
  expect(next).not.toBe(holder);
  return next;
}

const cooling = () => settled(['a', 'b'], undefined, { config: COOLING });

describe.each(ENDS)('after a %s the next holder', (what) => {
  test('does not send again what is cooled down, and does when that is over', async () => {
    const scene = await cooling();
    scene.announce('first');
    await scene.advance(1000);
    expect(scene.got('first')).toContain('one');
    const next = await changeHolder(scene, what);
    scene.announce('of the same ticker', [next]);
    await scene.advance(2000);
    expect(scene.got('of the same ticker')).toEqual([]);
    expect(scene.ended.filter((end) => end === 'one skipped cooldown')).toHaveLength(1);
    await scene.advance(COOLDOWN_MS - 12_000);
    scene.announce('after it', [next]);
    await scene.advance(2000);
    expect(scene.got('after it')).toContain('one');
  });

  test('sends the first of a kind that was not sent yet, and what waited behind it never', async () => {
    const scene = await cooling();
    scene.faults.refuses = 1;
    scene.announce('first');
    await scene.advance(300);
    scene.announce('behind it');
    await scene.advance(700);
    expect(scene.got('first')).toEqual([]);
    const next = await changeHolder(scene, what);
    scene.faults.refuses = 0;
    await scene.advance(5000);
    expect(scene.got('first')).toContain('one');
    expect(scene.got('behind it')).not.toContain('one');
    expect(next.pending()).toBe(0);
  });

  test('sends another of the kind, where the first has provably not arrived', async () => {
    const scene = await cooling();
    scene.faults.answers.set('one', {
      outcome: { kind: 'reject', scope: 'message', reason: 'message_refused' },
    });
    scene.announce('refused');
    await scene.advance(1000);
    expect(scene.ended).toContain('one dead message_refused');
    scene.faults.answers.clear();
    const next = await changeHolder(scene, what);
    scene.announce('another', [next]);
    await scene.advance(2000);
    expect(scene.got('another')).toContain('one');
  });

  test('keeps to the silence that a receiver asked for, and no longer', async () => {
    const scene = await settled(['a', 'b']);
    const silenceMs = 60_000;
    const wanted: AttemptResult = {
      outcome: { kind: 'retry', reason: 'rate_limited', afterMs: silenceMs },
    };
    scene.faults.answers.set('one', wanted);
    scene.announce('too fast');
    await scene.advance(1000);
    const requests = () => scene.taken.filter(({ destination }) => destination === 'one');
    const [askedAt = 0] = requests().map(({ answeredAt }) => answeredAt);
    expect(requests()).toHaveLength(1);
    scene.faults.answers.clear();
    const next = await changeHolder(scene, what);
    scene.announce('meanwhile', [next]);
    await scene.advance(askedAt + silenceMs - 100 - scene.universe.truthMs);
    expect(requests()).toHaveLength(1);
    await scene.advance(3000);
    expect([...scene.got('too fast'), ...scene.got('meanwhile')].filter((name) => name === 'one')).toEqual([
      'one',
      'one',
    ]);
  });

  test('knows what the one before has learned, also if it starts only then', async () => {
    const scene = await settled(['a', 'b', 'c']);
    const holder = scene.holderOf('one');
    const [second, third] = scene.nodes.filter((node) => node !== holder);
    third?.kill();
    await scene.advance(6000);
    holder.pipeline?.memory.keep('chat of bot', '-100');
    await scene.advance(100);
    await changeHolder(scene, what);
    third?.start();
    await scene.advance(6000);
    const known = [second, third].map((node) => node?.pipeline?.memory.recall('chat of bot'));
    expect(known).toEqual(['-100', '-100']);
  });
});
