import { hash, timingSafeEqual } from 'node:crypto';

/** Whether two texts are equal, in a time that depends on neither, their lengths included. */
export const isSameText = (given: string, wanted: string): boolean =>
  timingSafeEqual(hash('sha256', given, 'buffer'), hash('sha256', wanted, 'buffer'));
