/**
 * The forms that answers share. Times are RFC 3339 in UTC, spans are in ms and end in `Ms`; what is absent is left out.
 * Fields may be added, never renamed.
 */
import { z } from 'zod';
import { DELIVERY_STATES } from '../../delivery/delivery.ts';

export const time = () => z.iso.datetime();
export const spanMs = () => z.number();
export const texts = () => z.array(z.string());

export const refusalSchema = z
  .looseObject({
    ok: z.literal(false),
    problem: z.string().describe('a sentence for people'),
    code: z.string().describe('a word for programs'),
  })
  .meta({ id: 'Refusal' });

export const announcementSchema = z
  .object({
    id: z.string().describe('rises with time'),
    receivedAt: time(),
    feed: z.string(),
    publisher: z.string(),
    listingType: z.string(),
    tickers: texts(),
    title: z.string().describe("the exchange's own words: untrusted text"),
    publishedAt: time().optional().describe('by the exchange'),
    detectedAt: time().optional().describe('by the service'),
    dispatchedAt: time().optional().describe('by the service'),
    ageAtReceiptMs: spanMs().describe('how old the news was when it was read'),
    redacted: z.boolean(),
    abnormal: z.boolean(),
    test: z.boolean(),
    update: z.boolean().describe('an edit or a follow-up of earlier news'),
    node: z
      .string()
      .optional()
      .describe('of a cluster: the one in whose store it is, if not the one that answers'),
  })
  .meta({ id: 'Announcement' });

const heldBySchema = z.object({
  by: z.enum(['mute', 'cooldown']),
  mute: z.int().optional().describe('id of the mute; it may have ended since'),
  kind: z
    .string()
    .describe('of a mute: `ticker`, `rule` or `destination`; of a cooldown: a ticker, or words'),
  name: z.string().optional().describe('of what is muted'),
  rule: z.string().optional().describe('whose cooldown it is'),
  announcement: z.string().optional().describe('id of the announcement that started the cooldown'),
  since: time(),
  until: time().describe('as it stood when the delivery was held back'),
  reason: z.string().optional().describe('why it was muted, in the words of whoever did'),
});

export const deliverySchema = z
  .object({
    id: z.string().describe('the `webhook-id` of its requests'),
    announcement: z.string().describe('id of the announcement, or of an alert of the bridge'),
    title: z.string(),
    tickers: texts(),
    destination: z.string(),
    ticker: z.string().optional().describe('under `forEach: ticker`'),
    rule: z.string(),
    template: z.string().optional(),
    state: z.enum(DELIVERY_STATES),
    reason: z.string().optional().describe('a code: docs/troubleshooting.md'),
    advice: z.string().optional().describe('the reason in words'),
    heldBy: heldBySchema.optional().describe('the mute or cooldown that held it back'),
    attempts: z.int(),
    receivedAt: time(),
    expiresAt: time().optional().describe('it is not sent after that; absent: never too old'),
    byHandAt: time().optional().describe('a person requested it then: `deliveries retry`, a replay'),
    settledAt: time().optional(),
    node: z.string().optional().describe('of a cluster: the one in whose store it is'),
    tookMs: spanMs().optional().describe('from the receipt, or from `byHandAt`, to the end'),
  })
  .meta({ id: 'Delivery' });

const attemptSchema = z
  .object({
    attempt: z.int(),
    startedAt: time(),
    tookMs: spanMs(),
    outcome: z.string().describe('`delivered`, or the kind of failure and its reason'),
    status: z.int().optional().describe('of the HTTP answer'),
    detail: z.string().optional().describe('the words of the receiver, without secrets'),
  })
  .meta({ id: 'Attempt' });

export const deliveryWithAttempts = z
  .object({ delivery: deliverySchema, attempts: z.array(attemptSchema) })
  .meta({ id: 'DeliveryWithAttempts' });

export const withheldSchema = z.object({
  destination: z.string(),
  rule: z.string().optional(),
  reason: z.string(),
});

/** A page of a list: `before` of the next one is its `next`. */
export const pageQuery = (largest: number) => ({
  before: z
    .string()
    .regex(/^[\w-]{1,4000}$/, 'must be `next` of the page before')
    .optional()
    .describe('`next` of the page before; absent: from the newest'),
  limit: z
    .stringFormat('limit', /^[1-9]\d{0,5}$/, { error: 'must be a number from 1' })
    .transform((text) => Math.min(Number(text), largest))
    .optional()
    .describe(`at most so many, and at most ${largest}`),
});

/** Of a cluster: sentences. */
export const missingSchema = z
  .array(z.string())
  .optional()
  .describe('of a cluster: nodes that gave no answer, and whose rows are missing');

export const nextSchema = z
  .string()
  .optional()
  .describe('`before` of the next page; absent: this is the last one');

/** `next` of the store is the key of a row, which is nobody's business. */
export const cursorOf = (next: string | undefined): string | undefined =>
  next === undefined ? undefined : Buffer.from(next).toString('base64url');

export const cursorIn = (before: string | undefined): string | undefined =>
  before === undefined ? undefined : Buffer.from(before, 'base64url').toString();
