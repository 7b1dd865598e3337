/** Whether work grows in proportion to its size: doubling three times must not take a quarter of what a square would. */

const SMALL = 10_000;
const LARGE = SMALL * 8;

/**
 * `linear`, or how many times longer eight times as much took, when that is nearer to the square (64). The best of
 * three, by the processor's time of this thread: other work on the machine hardly adds to that.
 */
export function growthOf(work: (size: number) => unknown): 'linear' | number {
  const best = (size: number) =>
    Math.min(
      ...Array.from({ length: 3 }, () => {
        const start = process.threadCpuUsage();
        work(size);
        const { user, system } = process.threadCpuUsage(start);
        return (user + system) / 1000;
      }),
    );
  best(SMALL);
  const ratio = best(LARGE) / Math.max(1, best(SMALL));
  return ratio < 32 ? 'linear' : ratio;
}
