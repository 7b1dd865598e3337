/** `GET /api/status`: the bridge as a whole, now. Spans are in ms from now. */
import { z } from 'zod';
import { DELIVERY_STATES } from '../../delivery/delivery.ts';
import { statusInTurns } from '../whole-status.ts';
import { clusterSchema } from './cluster.ts';
import { tablesSchema } from './config.ts';
import { type Endpoint, endpoint, ok } from './endpoint.ts';
import { spanMs, texts } from './schemas.ts';

const counts = () => z.record(z.string(), z.number());

const feedSchema = z
  .object({
    name: z.string(),
    url: z.string(),
    healthy: z.boolean().describe('every proof that its type needs is given'),
    trouble: z.string().optional(),
    state: z.enum(['waiting', 'connecting', 'live', 'fatal', 'stopped']),
    proofs: z.array(
      z.object({ kind: z.string(), ok: z.boolean(), agoMs: spanMs().optional(), words: z.string() }),
    ),
    connectedMs: spanMs().optional(),
    welcome: z.looseObject({}).optional().describe('the rights that the source grants'),
    silentMs: spanMs().optional().describe('since the last frame, ping or pong'),
    lastFrameMs: spanMs().optional(),
    selfTest: z.looseObject({ state: z.string() }).optional(),
    keyExpiresInMs: spanMs().optional(),
    clockOffsetMs: spanMs().optional(),
    frames: counts(),
    connects: z.int(),
    losses: counts(),
    lastLoss: z.looseObject({ reason: z.string(), agoMs: spanMs() }).optional(),
    change: z.string().optional(),
    retryInMs: spanMs().optional(),
  })
  .meta({ id: 'Feed' });

const recentSchema = z.object({
  id: z.string(),
  receivedMs: z.number().describe('ms since 1970'),
  feed: z.string(),
  publisher: z.string(),
  listingType: z.string(),
  tickers: texts(),
  title: z.string(),
  redacted: z.boolean(),
  test: z.boolean(),
  update: z.boolean(),
  serviceMs: spanMs().nullable(),
  networkMs: spanMs().nullable(),
  stalledMs: spanMs(),
  rules: texts(),
  deliveries: z.array(
    z.object({
      id: z.string(),
      destination: z.string(),
      ticker: z.string().optional(),
      state: z.enum(DELIVERY_STATES),
      reason: z.string().optional(),
      advice: z.string().optional(),
      attempts: z.int(),
      dispatchMs: spanMs().optional(),
      tookMs: spanMs().optional(),
    }),
  ),
});

const statusSchema = z
  .looseObject({
    version: z.string(),
    uptimeMs: spanMs(),
    ready: z.boolean(),
    problems: texts(),
    notes: texts(),
    conditions: z.array(
      z.object({
        code: z.string(),
        subject: z.string(),
        severity: z.enum(['critical', 'warning', 'note']),
        summary: z.string(),
        detail: z.string(),
        advice: z.string(),
        help: z.string(),
        forMs: spanMs(),
        count: z.int().optional(),
      }),
    ),
    config: z.looseObject({
      file: z.string(),
      current: z.boolean().describe('the file is as it was read'),
      rejected: texts().optional(),
      needsRestart: texts(),
    }),
    store: z.object({ path: z.string(), fault: z.string().optional() }),
    feeds: z.array(feedSchema),
    race: z.array(
      z.object({
        ...{ feed: z.string(), wins: z.int(), losses: z.int() },
        ...{ medianLeadMs: spanMs().optional(), medianLagMs: spanMs().optional() },
      }),
    ),
    destinations: z.array(
      z.object({
        name: z.string(),
        type: z.string(),
        state: z.string(),
        suspended: z.string().optional(),
        slowed: z.string().optional(),
        pausedMs: spanMs(),
        inFlight: z.int(),
        pending: z.int(),
        oldestMs: spanMs().optional(),
        node: z
          .string()
          .optional()
          .describe(
            'of a cluster: the node that sends there, which knows its queue; absent: none at the moment',
          ),
      }),
    ),
    tables: tablesSchema,
    cluster: clusterSchema.optional().describe('absent: this bridge is alone'),
    cooldowns: z
      .array(
        z.object({
          ...{ rule: z.string(), destination: z.string(), by: z.enum(['ticker', 'title', 'rule']) },
          kind: z.string().optional().describe('the ticker or title; absent: anything'),
          isSent: z.boolean().describe('false: the first is on its way, and others wait for its fate'),
          ...{ sinceMs: spanMs(), leftMs: spanMs(), announcement: z.string() },
        }),
      )
      .describe('what rules with a `cooldown` send no more for a while: the latest 50, newest first'),
    announcements: z.array(recentSchema).describe('the last ones since the start, newest first'),
  })
  .meta({ id: 'Status' });

export const statusEndpoints: readonly Endpoint[] = [
  endpoint({
    ...{ method: 'get', path: '/api/status', name: 'status', needs: 'read' },
    summary: 'Feeds with their proofs, destinations, queues, tables, problems, and the last announcements.',
    answers: { 200: { says: 'the status', schema: statusSchema } },
    example: { path: '/api/status' },
    answer: async (_, ops) => ok(await statusInTurns(ops)),
  }),
];
