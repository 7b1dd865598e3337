/** Every condition that holds is in the status, as a sentence and as data, in the metrics, and in what alerts may say. */
import { expect, test } from 'vitest';
import {
  CONDITIONS,
  type ConditionCode,
  conditionOf,
  type Sighting,
  titleOf,
} from '../../src/conditions/registry.ts';
import { createMetrics } from '../../src/ops/metrics.ts';
import { statusOf } from '../../src/ops/status.ts';
import { NO_STATUS } from '../support/status.ts';

const CODES = Object.keys(CONDITIONS) as ConditionCode[];
const BASE = { startedMs: 0, nowMs: 5000, waiting: new Map(), feeds: [], destinations: [] };

const seen = (code: ConditionCode, more: Partial<Sighting> = {}): Sighting => ({
  ...{ code, subject: 'NAME', detail: 'what was seen', sinceMs: 1000 },
  ...more,
});

const statusWithConditions = (conditions: readonly Sighting[]) =>
  statusOf({ ...NO_STATUS, ...BASE, conditions });

test.each(CODES)('%s is a sentence of the status, and an entry with advice', (code) => {
  const { ready, problems, notes, conditions } = statusWithConditions([seen(code)]);
  const { unready, quiet, severity, advice } = conditionOf(code);
  const sentence = `${titleOf(seen(code))}: what was seen`;
  expect([problems, notes]).toEqual(quiet ? [[], [sentence]] : [[sentence], []]);
  expect(ready).toBe(unready === undefined);
  expect(conditions).toEqual([
    {
      ...{ code, subject: 'NAME', severity: quiet ? 'note' : severity, summary: titleOf(seen(code)), advice },
      ...{ detail: 'what was seen', help: `docs/troubleshooting.md#${code}`, forMs: 4000, count: undefined },
    },
  ]);
});

test('what is early is shown, what lingers is not', () => {
  const early = seen('destination_failing', { stage: 'early' });
  const lingering = seen('feed_down', { stage: 'lingering' });
  const { ready, problems } = statusWithConditions([lingering, early]);
  expect(ready).toBe(true);
  expect(problems).toEqual(['every attempt to deliver to NAME fails: what was seen']);
});

test('/metrics has every code, with the number of those for which it holds', async () => {
  const one = seen('feed_down');
  const status = statusWithConditions([one, { ...one, subject: 'OTHER' }, seen('store_broken')]);
  const { text } = await createMetrics('1', () => status).read();
  const values = new Map(
    [...text.matchAll(/^listing_bridge_conditions\{code="(\w+)"\} (\d+)$/gm)].map(([, code, value]) => [
      code,
      value,
    ]),
  );
  expect([...values.keys()].toSorted()).toEqual(CODES.toSorted());
  expect([...values].filter(([, value]) => value !== '0')).toEqual([
    ['feed_down', '2'],
    ['store_broken', '1'],
  ]);
});
