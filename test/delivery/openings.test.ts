/** Who waits where, at the level of the budgets: the bench of `priority.test.ts` has no lane that waits in two. */
import { expect, test } from 'vitest';
import type { Announcement } from '../../src/announcement.ts';
import { BudgetBook } from '../../src/delivery/budget-book.ts';
import { newsOf } from '../../src/delivery/content.ts';
import type { Delivery } from '../../src/delivery/delivery.ts';
import { LaneQueue } from '../../src/delivery/lane-queue.ts';
import type { Queued } from '../../src/delivery/priority-list.ts';
import { FakeClock } from '../support/fake-clock.ts';

const delivery = (id: string) => ({ id, importance: 1, content: newsOf({ id } as Announcement) }) as Delivery;

/** A loop without end would not even let the test fail. */
function endsAfter(most: number, waiting: LaneQueue): void {
  let asked = 0;
  Object.defineProperty(waiting, 'size', {
    get: () => {
      if (++asked > most) throw new Error('it spins');
      return Reflect.get(LaneQueue.prototype, 'size', waiting);
    },
  });
}

test('regression: a lane that waits in two budgets with the same delivery does not make the bridge spin', async () => {
  const clock = new FakeClock();
  const budgets = new BudgetBook(clock);
  const limits = [{ limit: 1, perMs: 1000 }];
  const [own, shared] = [budgets.own('a', '', limits), budgets.shared({ key: 'account', limits }, 'a')];
  const waiting: Queued = { delivery: delivery('1') };
  let woken = 0;
  const waiter = { next: () => waiting, wake: () => void woken++ };
  for (const budget of [own, shared]) endsAfter(1000, budget.waiting);
  for (const budget of [own, shared]) budget.settle(budget.take(), clock.monotonicMs());
  for (const budget of [own, shared]) budget.park(waiter, waiting);
  await clock.advance(1100);
  expect(woken).toBe(2);
  // Nothing of it is left: another one finds its way.
  for (const budget of [own, shared]) budget.settle(budget.take(), clock.monotonicMs());
  own.park(waiter, waiting);
  await clock.advance(1100);
  expect(woken).toBe(3);
});
