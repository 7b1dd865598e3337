/** `/api/deliveries`: what was sent, what waits, what failed; one again, or no more. */
import { z } from 'zod';
import { LARGEST_PAGE } from '../../outbox/deliveries.ts';
import type { OneChange } from '../ops.ts';
import { type Answer, type Endpoint, endpoint, noStore, ok, refused } from './endpoint.ts';
import { deliveryQuery, filterIn, hintOf, hintSchema } from './filters.ts';
import {
  cursorIn,
  cursorOf,
  deliverySchema,
  deliveryWithAttempts,
  missingSchema,
  nextSchema,
  pageQuery,
  refusalSchema,
} from './schemas.ts';
import { shownDelivery, shownFound } from './shown.ts';

const changeSchema = z
  .object({
    ok: z.literal(true),
    id: z.string(),
    mayHaveArrived: z.boolean().describe('an answer was lost: the receiver may get it twice'),
  })
  .meta({ id: 'DeliveryChanged' });

const UNKNOWN = { says: 'nothing has that id', schema: refusalSchema } as const;
const UNCHANGED = { says: 'it stays as it is; `code` and `problem` say why', schema: refusalSchema } as const;

const noDelivery = () => refused(404, 'the store has no delivery with that id', 'unknown');

function changed(id: string, change: OneChange): Answer {
  if (change.ok) return ok({ ok: true, id, mayHaveArrived: change.mayHaveArrived });
  return refused(change.code === 'unknown' ? 404 : 409, change.problem, change.code);
}

export const deliveryEndpoints: readonly Endpoint[] = [
  endpoint({
    ...{ method: 'get', path: '/api/deliveries', name: 'listDeliveries', needs: 'read' },
    summary:
      'Deliveries in the store, newest first. With a filter a page may have fewer than `limit`, even none, and a `next` all the same: each is one bounded look.',
    query: z.strictObject({ ...deliveryQuery, ...pageQuery(LARGEST_PAGE) }),
    answers: {
      200: {
        says: 'a page',
        schema: z
          .object({
            deliveries: z.array(deliverySchema),
            ...{ next: nextSchema, hint: hintSchema, missing: missingSchema },
          })
          .meta({ id: 'DeliveryPage' }),
      },
    },
    example: { path: '/api/deliveries?state=dead&limit=20' },
    async answer({ query: { before, limit = LARGEST_PAGE, ...query } }, ops) {
      const filter = filterIn(query, ops.clock);
      const stored = await ops.page({ ...filter, before: cursorIn(before), limit });
      if (!stored.ok) return noStore(stored.message);
      const { deliveries, next } = stored.value;
      const hint = await hintOf(deliveries, filter, ops);
      const { missing } = stored;
      return ok({ deliveries: deliveries.map(shownDelivery), next: cursorOf(next), hint, missing });
    },
  }),
  endpoint({
    ...{ method: 'get', path: '/api/deliveries/{id}', name: 'showDelivery', needs: 'read' },
    summary: 'One delivery with all its attempts.',
    answers: { 200: { says: 'the delivery', schema: deliveryWithAttempts }, 404: UNKNOWN },
    example: { path: '/api/deliveries/ID' },
    async answer({ id }, ops) {
      const stored = await ops.find(id);
      if (!stored.ok) return noStore(stored.message);
      const found = stored.value.find(({ delivery }) => delivery.delivery.id === id);
      return found === undefined ? noDelivery() : ok(shownFound(found));
    },
  }),
  endpoint({
    ...{ method: 'post', path: '/api/deliveries/{id}/retry', name: 'retryDelivery', needs: 'change' },
    summary:
      'Queues a delivery to be sent again at once. One that was delivered, or is on the wire, never is; one past its `maxAge` only with `late=true`.',
    query: z.strictObject({
      late: z.enum(['true', 'false']).optional().describe('also past its `maxAge`, which then counts again'),
    }),
    answers: { 200: { says: 'it is queued', schema: changeSchema }, 404: UNKNOWN, 409: UNCHANGED },
    example: { path: '/api/deliveries/ID/retry' },
    async answer({ id, query: { late } }, ops) {
      const stored = await ops.retry(id, late === 'true');
      return stored.ok ? changed(id, stored.value) : noStore(stored.message);
    },
  }),
  endpoint({
    ...{ method: 'post', path: '/api/deliveries/{id}/discard', name: 'discardDelivery', needs: 'change' },
    summary: 'Cancels a delivery that waits: it is not sent any more, and ends as `skipped` (`discarded`).',
    answers: { 200: { says: 'it is cancelled', schema: changeSchema }, 404: UNKNOWN, 409: UNCHANGED },
    example: { path: '/api/deliveries/ID/discard' },
    async answer({ id }, ops) {
      const stored = await ops.discard(id);
      return stored.ok ? changed(id, stored.value) : noStore(stored.message);
    },
  }),
];
