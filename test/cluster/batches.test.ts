/** When a batch leaves. */
import { expect, test } from 'vitest';
import { Batches } from '../../src/cluster/batches.ts';
import { Known } from '../../src/cluster/known.ts';
import { LogWriter, type LogWriterDeps } from '../../src/cluster/log-writer.ts';
import { SharedError } from '../../src/cluster/shared.ts';
import { newsOf } from '../../src/delivery/content.ts';
import type { Delivery } from '../../src/delivery/delivery.ts';
import { FakeClock } from '../support/fake-clock.ts';

function scene() {
  const clock = new FakeClock();
  const sent: string[] = [];
  const state = { isDown: false };
  const batches = new Batches<string>({
    clock,
    delayMs: 5,
    send: async (items) => {
      if (state.isDown) throw new SharedError('unreachable', 'it is down', 'Wait.');
      sent.push(`${clock.truthMs}: ${items.join(' ')}`);
    },
  });
  return { clock, sent, batches, state };
}

test('one that may wait leaves alone when its time has come, and sooner with another, or when it is flushed', async () => {
  const { clock, sent, batches } = scene();
  batches.add('wide', 300);
  await clock.advance(299);
  expect(sent).toEqual([]);
  await clock.advance(1);
  expect(sent).toEqual(['300: wide']);
  batches.add('wide', 300);
  await clock.advance(100);
  batches.add('small');
  // One that may wait longer changes nothing.
  batches.add('wide', 300);
  await clock.advance(5);
  expect(sent.slice(1)).toEqual(['405: wide small wide']);
  batches.add('wide', 300);
  await batches.flush();
  expect(sent.slice(2)).toEqual(['405: wide']);
  await clock.advance(1000);
  expect(sent).toHaveLength(3);
});

test('while the database cannot be reached, what comes waits for the next try', async () => {
  const { clock, sent, batches, state } = scene();
  state.isDown = true;
  batches.add('one', 300);
  await clock.advance(300);
  state.isDown = false;
  batches.add('two');
  await clock.advance(99);
  expect(sent).toEqual([]);
  await clock.advance(1);
  expect(sent).toEqual(['400: one two']);
});

test('news for very many goes into the log when it has left, other news at once', async () => {
  const clock = new FakeClock();
  const appended: number[] = [];
  const writer = new LogWriter({
    ...{ clock, node: 'a', known: new Known(), dedupe: { windowMs: 1000 } },
    shared: {
      append: async (entries: readonly unknown[]) => {
        appended.push(clock.truthMs);
        return entries.map((_, n) => n + 1);
      },
      readAfter: async () => [],
    },
    intake: { routes: { router: { route: () => ({ rules: [], matches: [] }) } } },
  } as unknown as LogWriterDeps);
  const news = (deliveries: number) => {
    const announcement = { id: 'x', title: 'x', tickers: [], receivedMs: 0 };
    return new Known().add(
      `k${deliveries}`,
      newsOf(announcement as unknown as Parameters<typeof newsOf>[0]),
      Array.from({ length: deliveries }, (_, n) => ({ id: `k-${n}` }) as Delivery),
    );
  };
  writer.add(news(10));
  await clock.advance(0);
  writer.add(news(2500));
  await clock.advance(199);
  expect(appended).toEqual([0]);
  await clock.advance(1);
  writer.add(news(10_000));
  await clock.advance(300);
  expect(appended).toEqual([0, 200, 500]);
});
