/**
 * Parses the answer of a running bridge for `status`. The bridge may be of another version, or another program:
 * nothing is taken for granted, and fields that are missing are left out.
 */
import { z } from 'zod';
import { UserError } from './exit-codes.ts';

const text = z.string().catch('?');
const number = z.number().catch(0);
const flag = z.boolean().catch(false);
const optional = z.number().optional().catch(undefined);
const listOf = <Item extends z.ZodType>(item: Item) => z.array(item).catch([]);
const counts = z.record(z.string(), z.number()).catch({});

const feed = z.object({
  name: text,
  healthy: z.boolean().catch(false),
  silentMs: optional,
  /** Absent: the source of the feed cannot be asked for one. */
  selfTest: z
    .object({ state: text, roundTripMs: optional })
    .optional()
    .catch({ state: '?', roundTripMs: undefined }),
  proofs: listOf(z.object({ kind: text, agoMs: optional })),
  connectedMs: optional,
  welcome: z.object({ tier: z.string().optional() }).optional().catch(undefined),
  keyExpiresInMs: optional,
  losses: counts,
  frames: counts,
});

const race = z.object({
  feed: text,
  wins: number,
  losses: number,
  medianLeadMs: optional,
  medianLagMs: optional,
});

const destination = z.object({
  name: text,
  type: text,
  pending: number,
  oldestMs: optional,
  inFlight: number,
  state: text,
  node: z.string().optional().catch(undefined),
});

const tableOfBridge = z.object({
  name: text,
  from: z.string().catch(''),
  rows: optional,
  ageMs: optional,
  fault: z.string().optional().catch(undefined),
  isStale: z.boolean().catch(false),
});

const cooldown = z.object({
  rule: text,
  destination: text,
  kind: z.string().optional().catch(undefined),
  isSent: z.boolean().catch(true),
  leftMs: number,
});

const delivery = z.object({
  destination: text,
  ticker: z.string().optional().catch(undefined),
  state: text,
  reason: z.string().optional().catch(undefined),
  advice: z.string().optional().catch(undefined),
  attempts: number,
  dispatchMs: optional,
  tookMs: optional,
});

const announcement = z.object({
  id: z.string().optional().catch(undefined),
  receivedMs: number,
  feed: text,
  publisher: text,
  listingType: text,
  tickers: listOf(text),
  title: text,
  serviceMs: optional.nullable(),
  networkMs: optional.nullable(),
  stalledMs: optional.nullable(),
  test: z.boolean().optional().catch(undefined),
  update: z.boolean().optional().catch(undefined),
  deliveries: listOf(delivery),
});

const node = z.object({
  ...{ node: text, version: text, partitions: number },
  ...{ here: flag, live: flag, reads: flag, delivers: flag, drains: flag, agrees: flag },
  ...{
    feeds: listOf(text),
    ailing: listOf(text),
    digest: z.string().optional().catch(undefined),
    seenMs: optional,
  },
});

const standing = z
  .object({
    is: z.enum(['joined', 'alone', 'silent']),
    ...{
      why: z.string().optional(),
      advice: z.string().optional(),
      code: z.string().optional(),
      forMs: optional,
    },
  })
  // Of a bridge that does not say so yet.
  .catch({ is: 'joined' });

const cluster = z.object({
  standing,
  ...{ node: text, reached: flag, sends: number, unheld: number },
  nodes: listOf(node),
});

const condition = z.object({ code: text, advice: z.string().optional().catch(undefined) });

const status = z.object({
  version: z.string(),
  uptimeMs: number,
  ready: z.boolean(),
  problems: listOf(text),
  notes: listOf(text),
  conditions: listOf(condition),
  feeds: listOf(feed),
  race: listOf(race),
  destinations: listOf(destination),
  tables: listOf(tableOfBridge),
  cluster: cluster.optional().catch(undefined),
  cooldowns: listOf(cooldown),
  announcements: listOf(announcement),
});

export type StatusAnswer = z.output<typeof status>;
export type ShownFeed = z.output<typeof feed>;
export type ShownRace = z.output<typeof race>;
export type ShownTable = StatusAnswer['tables'][number];
export type ShownCluster = z.output<typeof cluster>;
export type ShownCooldown = z.output<typeof cooldown>;
export type ShownDestination = z.output<typeof destination>;
export type ShownAnnouncement = z.output<typeof announcement>;

/** Of `/api/cluster`; `undefined`: it is not of a bridge. */
export const readCluster = (body: unknown): ShownCluster | undefined => cluster.safeParse(body).data;

/** Throws `UserError` when it is JSON, but not of a bridge. */
export function readStatus(body: unknown, address: string): StatusAnswer {
  const { data } = status.safeParse(body);
  if (data !== undefined) return data;
  throw new UserError(
    `${address} answered JSON, but not a status of listing-bridge: another program listens there. Check \`server\` in the config, or give the address of the bridge with --url. [not_a_status]`,
  );
}
