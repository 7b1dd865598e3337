/** Alerts that come through the log, at the node that sends to their destinations. */
import { expect, test } from 'vitest';
import { Alerts, type AlertsDeps } from '../../src/cluster/alerts.ts';
import type { Beginning } from '../../src/cluster/shared.ts';
import { storedBody } from '../../src/outbox/content-rows.ts';
import { FakeClock } from '../support/fake-clock.ts';

const MINUTE_MS = 60_000;

/** `begin`: the epoch in which the partition is held after a claim, and whether it was given. */
function holding(begin: () => { readonly epoch: number; readonly isGiven: boolean }) {
  const clock = new FakeClock();
  const claimed: string[] = [];
  const sent: string[] = [];
  let epoch = 1;
  const deps = {
    ...{ clock, node: 'a', tenures: { at: () => ({ isShut: false }) }, holdings: { epochOf: () => epoch } },
    shared: {
      append: async () => [],
      begin: async (all: readonly Beginning[]) => {
        claimed.push(...all.map(({ id }) => id));
        const after = begin();
        epoch = after.epoch;
        return new Set(after.isGiven ? all.map(({ id }) => id) : []);
      },
    },
    pipeline: {
      journal: { record: () => undefined },
      intake: {
        routes: { targets: new Map([['chat', { push: ({ id }: { id: string }) => sent.push(id) }]]) },
      },
    },
  } as unknown as AlertsDeps;
  const alerts = new Alerts(deps);
  const arrive = async (id: string, ageMs: number) => {
    const raisedMs = clock.monotonicMs() - ageMs;
    const alert = { severity: 'warning', headline: id, paragraphs: [], data: {}, id, raisedMs } as const;
    alerts.arrived({
      ...{ key: id, node: 'b', ageMs, isLate: false, importance: -1 },
      body: JSON.stringify(storedBody({ kind: 'alert', alert })),
      plan: [{ id: `${id}-0`, destination: 'chat', rule: '(alerts)', partition: 1 }],
    });
    await clock.advance(0);
  };
  return { alerts, arrive, claimed, sent, clock };
}

test('one of long ago is not taken up', async () => {
  const { arrive, claimed, sent } = holding(() => ({ epoch: 1, isGiven: true }));
  await arrive('old', 11 * MINUTE_MS);
  await arrive('new', 9 * MINUTE_MS);
  expect([claimed, sent]).toEqual([['new-0'], ['new-0']]);
});

test('one that was not given is another’s, unless the partition changed hands meanwhile', async () => {
  let after = { epoch: 1, isGiven: false };
  const { alerts, arrive, claimed, sent } = holding(() => after);
  await arrive('another’s', 0);
  await alerts.look();
  expect([claimed, sent]).toEqual([['another’s-0'], []]);
  after = { epoch: 2, isGiven: false };
  await arrive('handed over', 0);
  after = { epoch: 2, isGiven: true };
  await alerts.look();
  expect(claimed.slice(1)).toEqual(['handed over-0', 'handed over-0']);
  expect(sent).toEqual(['handed over-0']);
});
