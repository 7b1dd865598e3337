/** Results are kept by kind of machine and by scenario, and the best machine's are the ones that are shown whole. */
import { expect, test } from 'vitest';
import { mainOf, withResults } from '../../bench/document.ts';
import { kindName, kindOf } from '../../bench/machine.ts';
import { ofRounds } from '../../bench/meter/sample.ts';
import { merged, type Part, peersOf, type Results, rowsOf } from '../../bench/results.ts';
import { limitRow } from '../../bench/rows.ts';
import { describeRuns } from '../../bench/table.ts';

const machine = { cpu: 'AMD EPYC', cores: 2, allCores: 2, memoryGb: 24, system: 'Linux 6', node: '24.0.0' };

const part = (scenario: string, at: string, what: string, target = 1): Part => ({
  ...{ scenario, at, commit: 'abc', load: [0.1, 0.2] },
  rows: [limitRow({ target, what, unit: 'ms' }, ofRounds([5]), { figure: 'p50', limit: 6 })],
});

test.each([
  ['AMD EPYC', 2, 2, 'amd-epyc-2', 'AMD EPYC, 2 cores'],
  ['AMD EPYC', 1, 2, 'amd-epyc-1-of-2', '1 core of the 2 of AMD EPYC (taskset)'],
  ['AMD EPYC', 1, 1, 'amd-epyc-1', 'AMD EPYC, 1 core'],
  [
    ...(['Intel(R) Xeon(R) CPU E5-2686 v4 @ 2.30GHz', 8, 8, 'intel-xeon-e5-2686-v4-8'] as const),
    'Intel(R) Xeon(R) CPU E5-2686 v4 @ 2.30GHz, 8 cores',
  ],
  ['AMD Ryzen 9 7950X 16-Core Processor', 32, 32, 'amd-ryzen-9-7950x-32', undefined],
])('%s with %d of %d cores is %s', (cpu, cores, allCores, kind, name) => {
  expect(kindOf({ ...machine, cpu, cores, allCores })).toBe(kind);
  if (name !== undefined) expect(kindName({ ...machine, cpu, cores, allCores })).toBe(name);
});

test('a scenario that is measured again takes the place of its rows, the others stay', () => {
  const before = { machine, parts: [part('silence', '1', 'first'), part('steady', '1', 'gone')] };
  const later = { machine: { ...machine, node: '24.1.0' }, parts: [part('steady', '2', 'new', 2)] };
  const all = merged(before, later);
  expect(rowsOf(all).map(({ what }) => what)).toEqual(['first', 'new']);
  expect(all.machine.node).toBe('24.1.0');
  expect(merged(undefined, later)).toEqual(later);
});

test('each run has its commit and hour; what was measured in one is one line', () => {
  const results = {
    machine,
    parts: [
      part('a', '2026-01-01T10:20', 'x'),
      { ...part('b', '2026-01-01T10:50', 'y'), load: [0.3, 0] as const },
      { ...part('c', '2026-01-01T10:55', 'z'), commit: 'def+' },
    ],
  };
  expect(describeRuns(results)).toEqual([
    'AMD EPYC, 2 cores, 24 GB, Linux 6, Node 24.0.0.',
    'Measured 2026-01-01 10 h UTC at commit abc: a, b; load average 0 to 0.3.',
    'Measured 2026-01-01 10 h UTC at commit def+: c; load average 0.1 to 0.2.',
  ]);
});

const one: Results = {
  machine: { ...machine, cores: 1 },
  parts: [part('a', '3', 'x'), part('b', '3', 'only here')],
};
const two: Results = { machine, parts: [part('a', '1', 'x')] };
const newer: Results = { machine: { ...machine, cpu: 'Other' }, parts: [part('a', '2', 'x')] };

test('shown whole: the most cores, and of several such the newest', () => {
  expect(mainOf([one, two])).toBe(two);
  expect(mainOf([one, two, newer])).toBe(newer);
  expect(() => mainOf([])).toThrow('bench/results has no results');
});

test('the others beside it, by row; and the peers where they were measured', () => {
  const summary = { count: 1, p50: 2, p99: 3, max: 3 };
  const alertmanager = { name: 'Alertmanager', afterStart: summary };
  const withPeers: Results = {
    machine,
    parts: [
      part('a', '1', 'x'),
      { ...part('peers', '1', 'y', 2), peers: [alertmanager] },
      { ...part('more', '1', 'z', 2), peers: [{ name: 'Alertmanager', steady: summary }] },
    ],
  };
  expect(peersOf(withPeers)).toEqual([{ ...alertmanager, steady: summary }]);
  const marks = ['results', 'machines', 'peers'].map(
    (name) => `<!-- ${name}: written by npm run bench -- --save --><!-- end of ${name} -->`,
  );
  const lines = withResults(marks.join('\n'), [one, withPeers]).split('\n');
  expect(lines).toContain('|  | target | AMD EPYC, 2 cores | 1 core of the 2 of AMD EPYC (taskset) |');
  const first = lines.indexOf('| 1 | x (ms) | 5 ≤ 6: met | 5 ≤ 6: met |');
  expect(lines.slice(first, first + 4)).toEqual([
    '| 1 | x (ms) | 5 ≤ 6: met | 5 ≤ 6: met |',
    '| 1 | only here (ms) |  | 5 ≤ 6: met |',
    '| 2 | y (ms) | 5 ≤ 6: met |  |',
    '| 2 | z (ms) | 5 ≤ 6: met |  |',
  ]);
  expect(lines).toContain('| Alertmanager | 2 |  | 2 | 3 |  |');
});
