/** Whether the receiver may have acted on a delivery that has ended otherwise: its answer was lost, or not its own. Pure. */
import { UNDER_WAY } from '../delivery/delivery.ts';
import { AMBIGUOUS_REASONS } from '../delivery/outcome.ts';
import type { FoundDelivery } from '../outbox/deliveries.ts';
import type { StoredAttempt } from '../outbox/rows.ts';
import { mayHaveActed } from './http-outcome.ts';

/** Sent again it may be an order twice. */
export const mayHaveArrived = ({ delivery, attempts }: FoundDelivery): boolean =>
  delivery.state !== 'pending' && (delivery.reason === 'may_have_arrived' || attempts.some(isDoubtful));

const DOUBTFUL: ReadonlySet<string> = new Set([
  UNDER_WAY,
  ...AMBIGUOUS_REASONS.map((reason) => `ambiguous ${reason}`),
]);

const isDoubtful = ({ outcome, status, detail }: StoredAttempt): boolean =>
  DOUBTFUL.has(outcome) || (status !== undefined && mayHaveActed({ status, bodyText: detail ?? '' }));
