/** The arguments of an attempt, with only the interesting parts spelled out. */
import type { SendContext } from '../../src/delivery/sender.ts';
import { WAIT_MS } from './limits.ts';

export function sendContext(overrides: Partial<SendContext> = {}): SendContext {
  return {
    deliveryId: '01ABC-1',
    attempt: 1,
    plain: false,
    expiresAtMs: undefined,
    signal: AbortSignal.timeout(WAIT_MS),
    leaving: () => undefined,
    ...overrides,
  };
}
