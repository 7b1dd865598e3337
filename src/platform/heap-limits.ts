/**
 * V8's heap, set for a process that is idle for hours and must not be held up then. Both settings are read by V8 each time
 * that they count, so they can be set while it runs; an installed program has no place for flags.
 *
 * The space for new objects grows to twice 32 MB, in a start or a burst, and its pages stay; with twice 16 the bridge is
 * as fast and smaller. The flag for it, `--max-semi-space-size`, must be there before the process starts. So its growth
 * is switched off while it is large enough, and on again when it has shrunk (src/heap/new-spaces.cc of V8,
 * SemiSpaceNewSpace::Grow).
 *
 * A heap that was quiet may grow by a tenth before all of it is collected, so that a burst begins with a collection, and the
 * feed is read 15 to 30 ms late. A small one may double instead (src/heap/memory-controller.cc, GrowingFactor). A large
 * one is left to V8: with thousands of destinations it would cost a hundred MB.
 */
import { constants, type PerformanceEntry, PerformanceObserver } from 'node:perf_hooks';
import { getHeapSpaceStatistics, getHeapStatistics, setFlagsFromString } from 'node:v8';

/** Of one of the two halves for new objects. */
const LARGEST_HALF_MB = 16;
/** In use after a collection. */
const SMALL_MB = 40;
/** V8's own: it doubles. */
const FACTOR = 2;

export interface HeapSize {
  /** Both halves of the space for new objects, in MB. */
  readonly youngMb: number;
  /** In use after the last collection of everything, in MB. */
  readonly liveMb: number;
}

/** By name; 0 = as V8 sees fit. */
export const flagsFor = ({ youngMb, liveMb }: HeapSize, largestHalfMb = LARGEST_HALF_MB) => ({
  'semi-space-growth-factor': youngMb >= 2 * largestHalfMb ? 1 : FACTOR,
  'heap-growing-percent': liveMb < SMALL_MB ? 100 : 0,
});

/** Does nothing where the user has a wish of his own, in `options` (of Node, and `NODE_OPTIONS`). */
export function limitHeap(options: readonly string[], largestHalfMb = LARGEST_HALF_MB): void {
  const isOwn = (name: string) => options.some((option) => option.replaceAll('_', '-').includes(name));
  const set = new Map<string, number>();
  let liveMb = 0;
  const look = (): void => {
    const flags = flagsFor({ youngMb: youngMb(), liveMb }, largestHalfMb);
    for (const [name, value] of Object.entries(flags)) {
      if (set.get(name) === value || isOwn(name.startsWith('semi') ? 'semi-space' : name)) continue;
      set.set(name, value);
      setFlagsFromString(`--${name}=${value}`);
    }
  };
  look();
  // Only a collection changes anything.
  const collected = new PerformanceObserver((list) => {
    if (list.getEntries().some(isOfEverything)) liveMb = getHeapStatistics().used_heap_size / 2 ** 20;
    look();
  });
  collected.observe({ entryTypes: ['gc'] });
}

/** Node's types leave out the details of a collection. */
function isOfEverything(entry: PerformanceEntry): boolean {
  const { detail } = entry as PerformanceEntry & { readonly detail?: { readonly kind?: number } };
  return detail?.kind === constants.NODE_PERFORMANCE_GC_MAJOR;
}

export function youngMb(): number {
  const space = getHeapSpaceStatistics().find(({ space_name: name }) => name === 'new_space');
  return (space?.space_size ?? 0) / 2 ** 20;
}
