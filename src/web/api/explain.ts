/** `POST /api/explain`: the effect of an announcement that is made up. Nothing is sent, nothing is written. */
import { z } from 'zod';
import { rejections } from '../../routing/rule-reasons.ts';
import type { Tried } from '../ops.ts';
import { givenBody } from './announcements.ts';
import { type Endpoint, endpoint, ok, refused } from './endpoint.ts';
import { announcementSchema, refusalSchema, spanMs, texts, withheldSchema } from './schemas.ts';
import { shownAnnouncement } from './shown.ts';

const explainedSchema = z
  .object({
    announcement: announcementSchema,
    rules: z.array(
      z.object({
        ...{ rule: z.string(), matched: z.boolean(), sends: texts() },
        reasons: texts().describe('why it does not match'),
      }),
    ),
    deliveries: z.array(
      z.object({
        ...{ destination: z.string(), rule: z.string(), ticker: z.string().optional() },
        dryRun: z.boolean().describe('the destination has `dryRun`: no request is made'),
        delayMs: spanMs().optional().describe('not before, after the receipt'),
        request: z.object({
          ...{ method: z.string(), url: z.string().describe('without secrets') },
          headers: z.record(z.string(), z.string()).optional(),
          body: z.unknown(),
        }),
        templateFault: z.string().optional().describe('why it is in the default form'),
      }),
    ),
    withheld: z.array(withheldSchema).describe('destinations that a rule names and that get nothing'),
    leftOut: z
      .object({
        rules: z.int(),
        matching: z.int().describe('of these rules, those that match'),
        requests: z.int(),
      })
      .optional()
      .describe('how many more there are than are shown: of thousands, the first hundreds; absent: none'),
  })
  .meta({ id: 'Explained' });

/** In an answer that takes milliseconds; `listing-bridge explain` has all of them. */
const MOST_TRIED = { rules: 500, requests: 50 } as const;

const shownTry = ({ announcement, rules, deliveries, withheld, leftOut }: Tried) => ({
  announcement: shownAnnouncement(announcement),
  rules: rules.map((one) => ({
    ...{ rule: one.rule, matched: one.matched && one.stoppedBy === undefined, reasons: rejections(one) },
    sends: one.sends.map(({ destination }) => destination),
  })),
  deliveries,
  withheld: withheld.map(({ destination, rule, reason }) => ({ destination, rule, reason })),
  leftOut,
});

export const explainEndpoints: readonly Endpoint[] = [
  endpoint({
    ...{ method: 'post', path: '/api/explain', name: 'explain', needs: 'read' },
    summary:
      'The effect of an announcement that is made up: each rule with its reasons, and the exact request of each delivery; of thousands the first hundreds, and how many more there are (`leftOut`). Sends nothing.',
    body: givenBody(),
    answers: {
      200: { says: 'the effect', schema: explainedSchema },
      422: { says: 'it is no announcement', schema: refusalSchema },
    },
    example: {
      path: '/api/explain',
      body: { publisher: 'upbit', listingType: 'spot_listing', ticker: 'ABC', title: 'ABC KRW' },
    },
    async answer({ body }, ops) {
      const tried = await ops.dryRun(body, MOST_TRIED);
      return tried === undefined
        ? refused(
            422,
            'this is not an announcement: it needs at least a title or a ticker',
            'not_an_announcement',
          )
        : ok(shownTry(tried));
    },
  }),
];
