/** `/api/announcements`: what was read, why each went where it went, and `inject`. */
import { z } from 'zod';
import { LARGEST_FRAME_BYTES } from '../../feeds/frame-data.ts';
import { LARGEST_PAGE } from '../../outbox/deliveries.ts';
import { decisionSchema, shownDecision } from './decision.ts';
import { type Endpoint, endpoint, noStore, ok, refused } from './endpoint.ts';
import { filterIn, hintOf, hintSchema, newsQuery } from './filters.ts';
import {
  announcementSchema,
  cursorIn,
  cursorOf,
  missingSchema,
  nextSchema,
  pageQuery,
  refusalSchema,
  spanMs,
  texts,
} from './schemas.ts';
import { shownAnnouncement } from './shown.ts';

/** Fields of an announcement, as a person or a program gives them. */
const givenSchema = z
  .looseObject({
    title: z.unknown().describe('text; this or a ticker is needed'),
    ticker: z.unknown().describe('one, or several with commas'),
    publisher: z.unknown(),
    listingType: z.unknown(),
  })
  .partial()
  .meta({ id: 'GivenAnnouncement' });

export const givenBody = (code = 'not_json') => ({
  schema: givenSchema,
  largestBytes: LARGEST_FRAME_BYTES,
  tooLarge: 'an announcement has at most 256 KiB',
  wrong: { problem: 'the body must be one JSON object with an announcement', code },
});

const injectedSchema = z.union([
  z.object({
    ok: z.literal(true),
    announcement: z
      .object({
        ...{ id: z.string(), publisher: z.string(), listingType: z.string(), tickers: texts() },
        ...{ title: z.string(), test: z.boolean(), ageMs: spanMs() },
      })
      .describe('as it was understood'),
    rules: texts().describe('every rule that matched'),
    deliveries: z.array(
      z.object({
        ...{ id: z.string(), destination: z.string(), ticker: z.string().optional() },
        skipped: z.string().optional().describe('held back at once: why'),
        detail: z.string().optional(),
        elsewhere: z.literal(true).optional().describe('of a cluster: another node sends it'),
        node: z.string().optional().describe('whichever sends it now; absent: nobody does'),
      }),
    ),
  }),
  z.object({
    ok: z.literal(true),
    duplicateOf: z.object({ feed: z.string().optional(), agoMs: spanMs() }),
  }),
]);

export const announcementEndpoints: readonly Endpoint[] = [
  endpoint({
    ...{ method: 'get', path: '/api/announcements', name: 'listAnnouncements', needs: 'read' },
    summary:
      'Announcements in the store, newest first, without self-tests. With a filter a page may have fewer than `limit`, even none, and a `next` all the same: each is one bounded look.',
    query: z.strictObject({
      ...newsQuery,
      matched: z.enum(['true', 'false']).optional().describe('whether a rule matched it'),
      ...pageQuery(LARGEST_PAGE),
    }),
    answers: {
      200: {
        says: 'a page',
        schema: z
          .object({
            announcements: z.array(announcementSchema),
            ...{ next: nextSchema, hint: hintSchema, missing: missingSchema },
          })
          .meta({ id: 'AnnouncementPage' }),
      },
    },
    example: { path: '/api/announcements?limit=20' },
    async answer({ query: { before, limit = LARGEST_PAGE, matched, ...query } }, ops) {
      const filter = filterIn(query, ops.clock);
      const isMatched = matched === undefined ? undefined : matched === 'true';
      const stored = await ops.announcements(cursorIn(before), { ...filter, matched: isMatched, limit });
      if (!stored.ok) return noStore(stored.message);
      const { announcements, next, nodes } = stored.value;
      const hint = await hintOf(announcements, filter, ops);
      const { missing } = stored;
      const shown = announcements.map((one) => ({ ...shownAnnouncement(one), node: nodes?.get(one.id) }));
      return ok({ announcements: shown, next: cursorOf(next), hint, missing });
    },
  }),
  endpoint({
    ...{ method: 'post', path: '/api/announcements', name: 'injectAnnouncement', needs: 'change' },
    summary:
      'Puts an announcement into the running bridge, as if a feed named `inject` had brought it. Only rules with `test: true` match it, unless `real=true`.',
    query: z.strictObject({ real: z.enum(['true', 'false']).optional() }),
    body: givenBody(),
    answers: {
      200: { says: 'it was taken', schema: injectedSchema },
      422: { says: 'it is no announcement', schema: refusalSchema },
      503: { says: 'the bridge is stopping', schema: refusalSchema },
    },
    example: {
      path: '/api/announcements',
      body: { publisher: 'upbit', listingType: 'spot_listing', ticker: 'ABC', title: 'ABC KRW' },
    },
    answer({ query: { real }, body }, ops) {
      const injected = ops.inject(body, real === 'true');
      return { status: injected.ok ? 200 : injected.code === 'stopping' ? 503 : 422, value: injected };
    },
  }),
  endpoint({
    ...{ method: 'get', path: '/api/announcements/{id}', name: 'showAnnouncement', needs: 'read' },
    summary:
      'One announcement with the decision on it: each rule then and now, and its deliveries with their attempts. Also by the id of one of its deliveries.',
    answers: {
      200: { says: 'the decision', schema: decisionSchema },
      404: { says: 'nothing has that id', schema: refusalSchema },
    },
    example: { path: '/api/announcements/ID' },
    async answer({ id }, ops) {
      const stored = await ops.decision(id);
      if (!stored.ok) return noStore(stored.message);
      return stored.value === undefined
        ? refused(
            404,
            'the store has no announcement with that id; old ones are deleted (store.retention)',
            'unknown',
          )
        : ok(shownDecision(stored.value));
    },
  }),
];
