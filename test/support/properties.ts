/**
 * The values that properties are tried with are the same on each run, so a commit passes or fails, and never now and
 * then. `npm run test:properties` draws others and more: `FC_SEED` says which, `FC_TIMES` how many times as many.
 */
import fc from 'fast-check';
import { TEST_MS } from './limits.ts';

const SEED = Number(process.env['FC_SEED'] ?? 1);
const TIMES = Number(process.env['FC_TIMES'] ?? 1);

/** So many in `npm test`; of fast-check itself, 100. */
export const runs = (count: number): number => count * TIMES;

fc.configureGlobal({
  seed: SEED,
  numRuns: runs(100),
  // A failure may be shrunk for hours: it is reported as far as it was within the test's own limit.
  interruptAfterTimeLimit: TEST_MS - 5000,
  markInterruptAsFailure: true,
});
