/**
 * The operator of a running bridge (`daemon/operator.ts`), over HTTP. Answers are validated as those of another
 * version, or of another program, may be. Every call throws `UserError` when there is no answer of a bridge.
 */
import { z } from 'zod';
import type { Remains } from '../config/remains.ts';
import type { Operator } from '../daemon/operator.ts';
import type { Injected } from '../ops/injected.ts';
import type { Redactor } from '../platform/secret.ts';
import { askDaemon, type DaemonRequest, daemonAddress } from './daemon-client.ts';
import { UserError } from './exit-codes.ts';
import { readFound, type ShownFound } from './found-answer.ts';
import type { Io } from './io.ts';
import { readCluster, readStatus, type ShownCluster, type StatusAnswer } from './status-answer.ts';

export interface RemoteOperator {
  status(): Promise<Remote<StatusAnswer>>;
  reload(): Promise<Remote<Reloaded>>;
  inject(fields: Readonly<Record<string, unknown>>, real: boolean): Promise<Remote<Injected>>;
  /** The deliveries of an announcement, of all nodes that answer; none: there are none yet. */
  found(announcement: string): Promise<readonly ShownFound[]>;
  /** `undefined`: it is alone. */
  cluster(change?: ClusterChange): Promise<Remote<ShownCluster | undefined>>;
}

export type ClusterChange = 'drain' | 'undrain' | 'leave';

/** An answer: as much of it as is known here, and all of it. */
export interface Remote<Value> {
  readonly value: Value;
  readonly body: unknown;
}

export type Reloaded = Awaited<ReturnType<Operator['reload']>>;

const STATUS_TIMEOUT_MS = 5000;
/** A reload waits for sends to removed destinations, at most for `shutdownTimeout` (10 s unless configured). */
const RELOAD_TIMEOUT_MS = 60_000;
/** Nodes are asked twice, and each has 3 s. */
const FOUND_TIMEOUT_MS = 8000;
/** A drain answers after half a minute at the latest. */
const CLUSTER_TIMEOUT_MS = 40_000;

const texts = z.array(z.string());
const reloaded: z.ZodType<Reloaded> = z.union([
  z.object({
    ...{ ok: z.literal(true), changes: texts, needsRestart: texts },
    effect: z.object({ announcements: z.number(), elsewhere: z.number(), examples: texts }).optional(),
  }),
  z.object({ ok: z.literal(false), problems: texts }),
]);

const clusterAnswer = z.union([
  z.object({ ok: z.literal(false), code: z.literal('no_cluster') }).transform(() => undefined),
  z.unknown().transform((body, context): ShownCluster => {
    const cluster = readCluster(body);
    if (cluster !== undefined) return cluster;
    context.addIssue({ code: 'custom', message: 'not a cluster' });
    return z.NEVER;
  }),
]);

const optionalText = z.string().optional();
const injected: z.ZodType<Injected> = z.union([
  z.object({
    ok: z.literal(true),
    announcement: z.object({
      ...{ id: z.string(), publisher: z.string(), listingType: z.string(), title: z.string() },
      ...{ tickers: texts, test: z.boolean(), ageMs: z.number() },
    }),
    rules: texts,
    deliveries: z.array(
      z.object({
        ...{ id: z.string(), destination: z.string(), ticker: optionalText },
        ...{ skipped: optionalText, detail: optionalText },
        ...{ elsewhere: z.literal(true).optional(), node: optionalText },
      }),
    ),
  }),
  z.object({
    ok: z.literal(true),
    duplicateOf: z.object({ feed: optionalText, agoMs: z.number() }),
  }),
  z.object({
    ok: z.literal(false),
    problem: z.string(),
    code: z.enum(['stopping', 'not_an_announcement']),
  }),
]) as z.ZodType<Injected>;

export interface RemoteDeps {
  /** `--url`. */
  readonly url: string | undefined;
  readonly server: Remains['server'];
  readonly redact: Redactor;
}

export function remoteOperator({ url, server, redact }: RemoteDeps, io: Io): RemoteOperator {
  const address = daemonAddress(url, server);
  const token = server === false ? undefined : server.token;
  const ask = async (asked: Pick<DaemonRequest, 'method' | 'path' | 'json' | 'timeoutMs' | 'expected'>) => {
    const { body } = await askDaemon(address, {
      ...{ ...asked, token, redact, signal: io.signal, clock: io.clock },
    });
    return body;
  };
  return {
    async status() {
      const about = { timeoutMs: STATUS_TIMEOUT_MS, expected: [200] };
      const body = await ask({ method: 'GET', path: '/api/status', ...about });
      return { body, value: readStatus(body, address) };
    },
    async reload() {
      const about = { timeoutMs: RELOAD_TIMEOUT_MS, expected: [200, 422] };
      const body = await ask({ method: 'POST', path: '/-/reload', ...about });
      return { body, value: answerIn(body, reloaded, address) };
    },
    async cluster(change) {
      const about = { timeoutMs: CLUSTER_TIMEOUT_MS, expected: [200, 404] };
      const path = change === undefined ? '/api/cluster' : `/api/cluster/${change}`;
      const body = await ask({ method: change === undefined ? 'GET' : 'POST', path, ...about });
      return { body, value: answerIn(body, clusterAnswer, address) };
    },
    async inject(fields, real) {
      const about = { json: fields, timeoutMs: STATUS_TIMEOUT_MS, expected: [200, 422, 503] };
      const body = await ask({ method: 'POST', path: `/api/announcements?real=${real}`, ...about });
      return { body, value: answerIn(body, injected, address) };
    },
    async found(announcement) {
      const about = { timeoutMs: FOUND_TIMEOUT_MS, expected: [200, 404, 503] };
      const path = `/api/announcements/${encodeURIComponent(announcement)}`;
      return readFound(await ask({ method: 'GET', path, ...about }));
    },
  };
}

function answerIn<Value>(body: unknown, schema: z.ZodType<Value>, address: string): Value {
  const { data } = schema.safeParse(body);
  if (data !== undefined) return data;
  throw new UserError(
    `${address} answered JSON, but not that of listing-bridge: another program listens there. Check \`server\` in the config, or give the address of the bridge with --url. [not_an_answer]`,
  );
}
