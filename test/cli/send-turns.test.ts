/** Samples wait for a budget, and go when it opens. */
import { expect, test } from 'vitest';
import { plainSample } from '../../src/cli/announcement-input.ts';
import { sampleFor } from '../../src/cli/sample.ts';
import { SampleTurns } from '../../src/cli/send-turns.ts';
import { destinationTypes } from '../../src/destinations/index.ts';
import { prepareDestinations } from '../../src/destinations/prepared.ts';
import { typeOf } from '../../src/destinations/registry.ts';
import { FakeClock } from '../support/fake-clock.ts';

const written = (index: number) => ({
  type: 'discord',
  webhookUrl: 'http://127.0.0.1:1/api/webhooks/123456789012345678/aVerySecretWebhookToken0123456789',
  threadId: `22345678901234567${index}`,
});

test('five in two seconds through one webhook, in the order of the config', async () => {
  const clock = new FakeClock();
  const options = Array.from({ length: 8 }, (_, index) => [
    `room-${index}`,
    typeOf({ type: 'discord' }, destinationTypes).schema.parse(written(index)),
  ]);
  const prepared = prepareDestinations({
    destinations: Object.fromEntries(options),
    templates: {},
    rules: [],
  });
  const announcement = plainSample({ clock, random: () => 0.5 });
  const turns = new SampleTurns(prepared, clock, {
    pauseMs: () => 0,
    muteOf: () => undefined,
    attemptsSince: () => new Map(),
  });
  const began: [name: string, atMs: number][] = [];
  const all = prepared.map((destination, ordinal) =>
    turns.run(sampleFor(destination, announcement, { ordinal }), new AbortController().signal, async () => {
      began.push([destination.name, clock.truthMs]);
      const result = { outcome: { kind: 'delivered' }, writtenMs: clock.monotonicMs() } as const;
      return { mark: 'good', text: 'delivered', json: {}, result };
    }),
  );
  await clock.advance(10_000);
  await Promise.all(all);
  expect(began.map(([name]) => name)).toEqual(prepared.map(({ name }) => name));
  const times = began.map(([, atMs]) => atMs);
  expect(times.slice(0, 5)).toEqual([0, 0, 0, 0, 0]);
  for (const atMs of times.slice(5)) expect(atMs).toBeGreaterThan(2000);
  expect(clock.pending).toBe(0);
});
