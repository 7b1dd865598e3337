/** Counting of attempts under `retry.attempts`, and the number of an attempt. */
import { expect, test } from 'vitest';
import type { AttemptResult, Outcome } from '../../src/delivery/outcome.ts';
import { LaneBench } from '../support/lane-bench.ts';

const delivered: Outcome = { kind: 'delivered' };
const asPlain: Outcome = { kind: 'retry', reason: 'format_refused', plain: true };
const moved: Outcome = { kind: 'retry', reason: 'moved' };
const busy: Outcome = { kind: 'retry', reason: 'server_error' };
/** The client library's own foresight: nothing was written. */
const foreseen: AttemptResult = { outcome: { kind: 'retry', reason: 'rate_limited', afterMs: 5000 } };
const MINUTE = 60_000;

const chat = (attempts: number) => ({
  chat: { options: { maxAge: '10m', retry: { attempts, minDelay: '100ms', maxDelay: '1s' } } },
});

test.each([
  ['another form', [asPlain], [1, 2]],
  ['another address', [moved], [1, 2]],
  ['both', [moved, asPlain], [1, 2, 3]],
  ['a hold of the client library', [foreseen], [1, 1]],
  ['many of them', [foreseen, foreseen, foreseen], [1, 1, 1, 1]],
  ['all of these', [foreseen, moved, asPlain, foreseen], [1, 1, 2, 3, 3]],
] as const)('regression: `attempts: 1` is not used up by %s', async (_name, answers, numbers) => {
  using bench = new LaneBench(chat(1));
  bench.answer = () => answers[bench.sends.length - 1] ?? delivered;
  bench.announce('one');
  await bench.clock.advance(MINUTE);
  expect(bench.rows()).toMatchObject([{ state: 'delivered', attempts: numbers.at(-1) }]);
  expect(bench.sends.map(({ attempt }) => attempt)).toEqual(numbers);
});

test('the attempts that do count are counted, whatever is between them', async () => {
  using bench = new LaneBench(chat(2));
  const answers = [foreseen, asPlain, busy, foreseen, moved, busy];
  bench.answer = () => answers[bench.sends.length - 1] ?? delivered;
  bench.announce('one');
  await bench.clock.advance(MINUTE);
  expect(bench.rows()).toMatchObject([{ state: 'dead', reason: 'server_error', attempts: 4 }]);
  expect(bench.sends).toHaveLength(6);
});

test('regression: the plain form is stored, and its refusal in the next life is still the first attempt', async () => {
  using bench = new LaneBench(chat(2));
  bench.answer = ({ plain }) => (plain ? busy : asPlain);
  bench.tookMs = 50;
  bench.announce('one');
  await bench.clock.advance(60);
  bench.restart();
  await bench.clock.advance(120);
  expect(bench.sends.map(({ plain }) => plain)).toEqual([false, true, true]);
  bench.answer = () => delivered;
  await bench.clock.advance(MINUTE);
  expect(bench.rows()).toMatchObject([{ state: 'delivered', plain: true }]);
});

test('regression: the attempt that a move took is not counted in the next life either', async () => {
  using bench = new LaneBench(chat(2));
  bench.answer = () => (bench.sends.length === 1 ? moved : busy);
  bench.tookMs = 50;
  bench.announce('one');
  await bench.clock.advance(60);
  bench.restart();
  await bench.clock.advance(120);
  bench.answer = () => delivered;
  await bench.clock.advance(MINUTE);
  expect(bench.rows()).toMatchObject([{ state: 'delivered' }]);
});

test('a chat that moves for ever is not asked without a pause', async () => {
  using bench = new LaneBench({ chat: { options: { maxAge: '10m' } } });
  bench.answer = () => moved;
  bench.announce('one');
  await bench.clock.advance(MINUTE);
  expect(bench.sends.length).toBeLessThan(30);
});
