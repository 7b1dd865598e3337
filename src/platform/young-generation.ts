/**
 * The size of V8's space for new objects. Left to itself it grows to twice 32 MB, in a start or a burst, and its pages
 * stay; with twice 16 the bridge is as fast and smaller (docs/performance.md). The flag for it, `--max-semi-space-size`,
 * must be there before the process starts, where a program cannot put it, and an installed one has no place for it.
 * So its growth is switched off while it is large enough, and on again when it has shrunk: V8 reads the factor each
 * time that it would grow (src/heap/new-spaces.cc, SemiSpaceNewSpace::Grow).
 */
import { PerformanceObserver } from 'node:perf_hooks';
import { getHeapSpaceStatistics, setFlagsFromString } from 'node:v8';

/** Of one of its two halves. */
const LARGEST_MB = 16;
/** V8's own. */
const FACTOR = 2;

/** Does nothing where the user has a wish of his own, in `options` (of Node, and `NODE_OPTIONS`). */
export function limitYoungGeneration(options: readonly string[], largestMb = LARGEST_MB): void {
  if (options.some((option) => /semi[-_]space/.test(option))) return;
  let isLimited = false;
  const look = (): void => {
    const isLarge = youngGenerationMb() >= 2 * largestMb;
    if (isLarge === isLimited) return;
    isLimited = isLarge;
    setFlagsFromString(`--semi-space-growth-factor=${isLarge ? 1 : FACTOR}`);
  };
  // Only a collection changes it.
  new PerformanceObserver(look).observe({ entryTypes: ['gc'] });
}

/** Both halves. */
export function youngGenerationMb(): number {
  const space = getHeapSpaceStatistics().find(({ space_name: name }) => name === 'new_space');
  return (space?.space_size ?? 0) / 2 ** 20;
}
