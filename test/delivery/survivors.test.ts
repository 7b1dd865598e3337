/** Small promises that a mutation once survived. */
import { expect, test } from 'vitest';
import { BudgetBook } from '../../src/delivery/budget-book.ts';
import { decide } from '../../src/delivery/retry-policy.ts';
import { Room } from '../../src/delivery/room.ts';
import { quote } from '../../src/destinations/http-outcome.ts';
import { HttpExchange } from '../../src/http/exchange.ts';
import { FakeClock } from '../support/fake-clock.ts';

test.each([
  ['within it', 20_000, 8000],
  ['beyond it: half of what is left', 6000, 3000],
  ['while half is worth it', 150, 8000],
])('a wait that the delivery would not outlive: %s', (_, leftMs, delayMs) => {
  const decision = decide(
    { kind: 'retry', reason: 'unreachable' },
    {
      ...{ attempt: 10, isFree: false, unreadable: 0, blame: 'unclear', refusedBesideOthers: 0, leftMs },
      ...{ onAmbiguous: 'resend', retry: { minDelay: 100, maxDelay: 8000 }, random: () => 0.9999999 },
    },
  );
  expect(decision).toMatchObject({ kind: 'again', delayMs: expect.closeTo(delayMs, -1) });
});

test('a lane waits where it takes longest', () => {
  const clock = new FakeClock();
  const budgets = new BudgetBook(clock);
  const own = budgets.own('a', '', [{ limit: 1, perMs: 1000 }]);
  const shared = budgets.shared({ key: 'account', limits: [{ limit: 1, perMs: 9000 }] }, 'a');
  const room = new Room(own, new Map([['account', shared]]));
  expect(room.fullest(clock.monotonicMs())).toBeUndefined();
  room.settle(room.take(), clock.monotonicMs());
  expect(room.fullest(clock.monotonicMs())).toBe(shared);
});

test('the rest of an answer that is too long is not waited for', async () => {
  const { signal } = new AbortController();
  const exchange = new HttpExchange(
    new FakeClock(),
    { isHandingOverNew: false },
    { signal, expiresAtMs: undefined, leaving: undefined },
  );
  let isAborted = false;
  const abort = () => {
    isAborted = true;
  };
  const controller = { abort } as unknown as Parameters<HttpExchange['onRequestStart']>[0];
  exchange.onRequestStart(controller);
  exchange.onResponseStart(controller, 200, {});
  for (let chunk = 0; chunk < 65 && !exchange.isOver; chunk++)
    exchange.onResponseData(controller, Buffer.alloc(1024, 'x'));
  expect([exchange.isOver, isAborted]).toEqual([true, true]);
  expect(await exchange.result).toMatchObject({ kind: 'answer', bodyText: 'x'.repeat(64 * 1024) });
});

test('what is cut has been redacted before: no half of a secret at the end', () => {
  const secret = 'dsk_0123456789abcdef0123456789abcdef';
  const said = quote(`${'x'.repeat(280)}${secret}`, (text) => text.replaceAll(secret, '<redacted>'));
  expect(said).toBe(`${'x'.repeat(280)}<redacted>`);
});
