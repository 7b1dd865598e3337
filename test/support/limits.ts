/**
 * Guards against hanging, in ms. Nothing is held to a time: a test waits for events and counts, and on a busy
 * machine both take as long as they take.
 */

/** One wait for one event. */
export { WAIT_MS } from '../../src/simulator/arrivals.ts';

/** One test, which waits several times, or tries a property `FC_TIMES` as often (`properties.ts`). */
export const TEST_MS = 180_000 * Number(process.env['FC_TIMES'] ?? 1);
