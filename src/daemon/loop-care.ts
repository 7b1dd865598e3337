/** Care for the event loop: how long it was held up is known, and garbage is collected while nothing happens. */
import type { Bus } from '../events/bus.ts';
import type { Clock } from '../platform/clock.ts';
import { LoopDelay } from '../platform/loop-delay.ts';
import { minorCollection } from '../platform/minor-collection.ts';
import { QuietCollector } from '../platform/quiet-collector.ts';

/** `turn`: when there is time for what takes a moment. Ends with `shutDown`. */
export function careForLoop(
  turn: Promise<void>,
  bus: Bus,
  clock: Clock,
  shutDown: AsyncDisposableStack,
): LoopDelay {
  const loop = new LoopDelay(clock);
  loop.start();
  shutDown.defer(() => loop.stop());
  const collector = new QuietCollector(clock, minorCollection);
  bus.listen(collector.busy);
  void turn.then(() => collector.start());
  shutDown.defer(() => collector.stop());
  return loop;
}
