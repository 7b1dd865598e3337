/** The scenarios of a run, and what the curve's long silence is used for. */
import { expect, test } from 'vitest';
import { planOf, type Wanted } from '../../bench/plan.ts';

const none: Wanted = { only: [], all: false, peers: false };
const names = (wanted: Partial<Wanted>) =>
  planOf({ ...none, ...wanted }, () => Promise.resolve()).map(({ name }) => name);

test('a run has the targets, --all the curve and the guards too, --peers nothing but the peers', () => {
  expect(names({}).slice(0, 3)).toEqual(['silence', 'distance', 'steady']);
  for (const aside of ['curve', 'rules', 'peers-cold', 'causes']) expect(names({})).not.toContain(aside);
  expect(names({ all: true })[0]).toBe('curve');
  expect(names({ all: true })).toEqual(expect.arrayContaining(['steady', 'rules', 'store', 'listing']));
  expect(names({ all: true })).not.toContain('cluster');
  expect(names({ only: ['cluster-width'] })).toEqual(['cluster-width']);
  expect(names({ peers: true })).toEqual(['peers-cold', 'peers-steady']);
});

test('a scenario by its name, and a wrong name prints the right ones', () => {
  expect(names({ only: ['steady', 'peers-cold'] })).toEqual(['steady', 'peers-cold']);
  expect(names({ only: ['curve'] })).toEqual(['curve']);
  expect(() => names({ only: ['stead'] })).toThrow('--only knows curve, silence, distance, steady');
});

test('silence and distance are measured while the longest silence of the curve lasts, not again', () => {
  expect(names({ only: ['distance', 'curve', 'silence', 'start'] })).toEqual(['curve', 'start']);
  expect(names({ all: true })).not.toContain('silence');
});
