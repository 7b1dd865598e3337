/**
 * A fresh delivery with which none competes goes past the lists of its lane. A lane that puts each of them into its
 * order first does the same, in the same moments.
 */
import fc from 'fast-check';
import { expect, test, vi } from 'vitest';
import { Head } from '../../src/delivery/head.ts';
import { Lane } from '../../src/delivery/lane.ts';
import type { Outcome } from '../../src/delivery/outcome.ts';
import { PriorityList } from '../../src/delivery/priority-list.ts';
import { LaneBench, type LanePlan } from '../support/lane-bench.ts';
import { runs } from '../support/properties.ts';

const ANSWERS: readonly (Outcome | undefined)[] = [
  { kind: 'delivered' },
  { kind: 'delivered' },
  { kind: 'retry', reason: 'rate_limited', afterMs: 700, budget: 'account' },
  { kind: 'retry', reason: 'unreachable' },
  { kind: 'retry', reason: 'format_refused' },
  { kind: 'reject', reason: 'gone', scope: 'destination' },
  { kind: 'reject', reason: 'message_refused', scope: 'message' },
  { kind: 'ambiguous', reason: 'connection_lost' },
  undefined,
];

const OPTIONS: readonly object[] = [
  {},
  { concurrency: 1 },
  { maxAge: '300ms' },
  { maxAge: false },
  { dryRun: true },
  { onAmbiguous: 'drop' },
];

type Step =
  | { readonly kind: 'announce'; readonly importance: number; readonly to: readonly string[] }
  | { readonly kind: 'pass'; readonly ms: number }
  | { readonly kind: 'answer'; readonly answer: number }
  | { readonly kind: 'receiver'; readonly tookMs: number; readonly connectMs: number }
  | { readonly kind: 'render' | 'wake' | 'reconcile' | 'move' | 'readd' | 'kill'; readonly name: string }
  | { readonly kind: 'reload'; readonly name: string; readonly options: number };

const names = ['one', 'two'];
const name = fc.constantFrom(...names);
const ms = fc.constantFrom(0, 1, 50, 400, 2000);
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      kind: fc.constant('announce' as const),
      importance: fc.nat(2),
      to: fc.subarray(names, { minLength: 1 }),
    }),
  },
  { weight: 5, arbitrary: fc.record({ kind: fc.constant('pass' as const), ms }) },
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant('answer' as const), answer: fc.nat(ANSWERS.length - 1) }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('receiver' as const), tookMs: ms, connectMs: ms }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('reload' as const),
      name,
      options: fc.nat(OPTIONS.length - 1),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constantFrom(...(['render', 'wake', 'reconcile', 'move', 'readd', 'kill'] as const)),
      name,
    }),
  },
);

const planOf = (options: object): LanePlan => ({
  options: { maxAge: '3s', retry: { minDelay: '100ms', maxDelay: '1s' }, timeout: '1500ms', ...options },
  own: [{ limit: 4, perMs: 1000 }],
  shared: [{ key: 'account', limits: [{ limit: 5, perMs: 1000 }] }],
});

async function take(step: Step, bench: LaneBench, n: number): Promise<void> {
  const { kind } = step;
  if (kind === 'announce') bench.announce(`${n}`, step.importance, step.to);
  else if (kind === 'pass') await bench.clock.advance(step.ms);
  else if (kind === 'answer') bench.answer = () => ANSWERS[step.answer];
  else if (kind === 'receiver') Object.assign(bench, { tookMs: step.tookMs, connectMs: step.connectMs });
  else if (kind === 'reload') bench.reload(step.name, planOf(OPTIONS[step.options] ?? {}));
  else if (kind === 'move') await bench.move(step.name, `${n}`);
  else if (kind === 'readd') await bench.readd(step.name);
  else if (kind === 'wake') bench.lane(step.name).wake();
  else if (kind === 'reconcile') bench.lane(step.name).reconcile();
  else if (kind === 'render') breakRendering(bench);
  else bench.kill();
}

/** Of every third announcement from now on. */
function breakRendering(bench: LaneBench): void {
  const { render } = bench;
  bench.render = (delivery) => {
    const title = String(render(delivery));
    if (Number(title) % 3 === 0) throw new Error('a fault of the template');
    return title;
  };
}

/** Everything that can be seen of it. */
async function lifeOf(steps: readonly Step[]): Promise<object> {
  using bench = new LaneBench({ one: planOf({}), two: planOf({}) });
  await bench.opened();
  const seen: object[] = [];
  for (const [n, each] of steps.entries()) {
    await take(each, bench, n);
    seen.push(bench.lanes.map(({ status }) => status));
  }
  bench.answer = () => ({ kind: 'delivered' });
  bench.tookMs = 0;
  await bench.clock.advance(10_000);
  const rows = bench
    .rows()
    .map(({ delivery, state, attempts, reason }) => [delivery.id, state, attempts, reason]);
  return { sends: bench.sends, said: bench.said, seen, rows };
}

/** Lanes without the straight way: the first look of a `Lane.push` at the count of what is ready finds one. */
async function withListsOnly<Result>(work: () => Promise<Result>): Promise<Result> {
  let isFirstLook = false;
  const { push } = Lane.prototype;
  const count = Object.getOwnPropertyDescriptor(Head.prototype, 'readyCount')?.get;
  const pushes = vi.spyOn(Lane.prototype, 'push').mockImplementation(function (this: Lane, delivery) {
    isFirstLook = true;
    push.call(this, delivery);
    isFirstLook = false;
  });
  const looks = vi.spyOn(Head.prototype, 'readyCount', 'get').mockImplementation(function (this: Head) {
    const isPretended = isFirstLook;
    isFirstLook = false;
    return isPretended ? 1 : Number(count?.call(this));
  });
  try {
    return await work();
  } finally {
    pushes.mockRestore();
    looks.mockRestore();
  }
}

test('the same attempts in the same moments and order, the same states, whatever happens', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 40 }), async (steps) => {
      const listed = await withListsOnly(() => lifeOf(steps));
      expect(await lifeOf(steps)).toEqual(listed);
    }),
    { numRuns: runs(150) },
  );
});

test('one alone is in no list, one behind another is', async () => {
  using bench = new LaneBench({ bot: { options: { concurrency: 1 } } });
  await bench.opened();
  const adds = vi.spyOn(PriorityList.prototype, 'add');
  try {
    bench.tookMs = 100;
    bench.announce('one');
    expect(bench.titles()).toEqual(['one']);
    expect(adds).not.toHaveBeenCalled();
    bench.announce('two');
    expect(bench.titles()).toEqual(['one']);
    expect(adds).toHaveBeenCalled();
  } finally {
    adds.mockRestore();
  }
});

test('one that is too old when it comes to its lane, after a slow write, is not sent', async () => {
  using bench = new LaneBench({ bot: { options: { maxAge: '5s' } } });
  await bench.opened();
  const { record } = bench.journal;
  vi.spyOn(bench.journal, 'record').mockImplementation((content, deliveries) => {
    record.call(bench.journal, content, deliveries);
    bench.clock.stall(5000);
  });
  bench.announce('one');
  expect(bench.sends).toEqual([]);
  expect(bench.said).toEqual(['expired bot one']);
});

test('none is sent at once after the stop', async () => {
  using bench = new LaneBench({ bot: {} });
  await bench.opened();
  await bench.lane('bot').stop(AbortSignal.abort());
  bench.lane('bot').wake();
  bench.announce('one');
  expect(bench.sends).toEqual([]);
  expect(bench.rows()).toMatchObject([{ state: 'pending' }]);
});
