/** The first thing that a new user runs. */
import { expect, test } from 'vitest';
import { Workplace } from '../support/program.ts';

test('regression: each line of a delivery shows the times of its announcement', async () => {
  using workplace = new Workplace('');
  await using demo = workplace.start(['demo', '--for', '2s', '--rate', '120'], {});
  expect((await demo.finished).code).toBe(0);
  const lines = demo.stdout.split('\n').filter((line) => line.includes('└'));
  expect(lines.length).toBeGreaterThan(0);
  for (const line of lines) expect(line).toMatch(/ service [\d.]+ \+ network [\d.]+ \+ bridge [\d.]+ \+ /);
});
