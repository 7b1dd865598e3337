/** When a delivery stops being useful. */
import type { Announcement } from '../announcement.ts';

/**
 * Monotonic ms; `undefined` = never. The age counts from the service's own stamps on, so what it had at receipt
 * is taken off; or from `byHandMs` on, when a person has asked for it.
 */
export function expiryWith(
  maxAgeMs: number | false,
  { receivedMs, ageAtReceiptMs }: Pick<Announcement, 'receivedMs' | 'ageAtReceiptMs'>,
  byHandMs?: number,
): number | undefined {
  if (maxAgeMs === false) return undefined;
  return (byHandMs ?? receivedMs - ageAtReceiptMs) + maxAgeMs;
}
