/** Whether a life of a cluster was as docs/cluster.md promises. */
import { LIMIT, PLANS } from './config.ts';
import type { Taken } from './receivers.ts';

/** Something that the promises know of. `node`: absent, all of them. */
export interface Trouble {
  readonly node: string | undefined;
  readonly what: string;
  readonly from: number;
  until: number;
}

export interface Past {
  readonly taken: Taken[];
  readonly troubles: Trouble[];
  readonly read: { readonly title: string; readonly node: string; readonly at: number }[];
  /** By title and destination, other than delivered. */
  readonly ended: Map<string, string>;
  readonly kinds: readonly string[];
  readonly violations: string[];
  readonly nodeOf: Map<string, string>;
  /** Destinations, by the node on which a person muted them. */
  readonly muted: Trouble[];
  /** Destinations that asked a life for silence. */
  readonly pauses: Trouble[];
  /** Destinations that refused everything for a while. */
  readonly refusing: Set<string>;
  /** By destination: since when the config of the first node does not have it; since when those of all nodes do. */
  readonly goneSince: Map<string, number>;
  readonly thereSince: Map<string, number>;
}

const FOREVER = Number.POSITIVE_INFINITY;

export const judged = (past: Past): string[] => [
  ...lostOf(past),
  ...repeatsOf(past),
  ...aboveLimit(past),
  ...spiteOf(past),
];

export const keyOf = ({ title, destination }: { readonly title: string; readonly destination: string }) =>
  `${title} → ${destination}`;

function byDelivery(taken: readonly Taken[]): Map<string, Taken[]> {
  const all = new Map<string, Taken[]>();
  for (const one of taken) all.set(keyOf(one), [...(all.get(keyOf(one)) ?? []), one]);
  return all;
}

function lostOf(past: Past): string[] {
  const acted = byDelivery(past.taken.filter((one) => one.acted));
  const named = byDelivery(past.taken);
  const found: string[] = [];
  for (const title of new Set(past.read.map((one) => one.title)))
    for (const destination of destinationsOf(title, past)) {
      const key = keyOf({ title, destination });
      const end = past.ended.get(key) ?? '';
      if (acted.has(key) || mayHaveEnded(destination, end, past)) continue;
      // News that comes late into the log is taken in without its orders.
      const mayBeMissed = destination === 'order' && ['dead may_have_arrived', ''].includes(end);
      if (mayBeMissed && mayHaveLeft(named.get(key) ?? [], past)) continue;
      found.push(`${key} is lost (${end})`);
    }
  return found;
}

/** Without a request that was taken: too old, muted, or refused so often that the message itself is at fault. */
function mayHaveEnded(destination: string, end: string, { muted, refusing }: Past): boolean {
  if (end === 'skipped muted') return muted.some(({ what }) => what === destination);
  if (REFUSED.has(end)) return refusing.has(destination);
  return destination === 'short' && end.startsWith('expired');
}

const REFUSED = new Set(['dead unauthorized', 'dead gone']);

/** Without a trouble news is sent within that: the first lease takes four seconds, a refused request is tried again within one. */
const SENT_MS = 6000;

/** Those that must have got it: also of configs that change, nobody knows of what is on its way. */
function destinationsOf(title: string, past: Past): readonly string[] {
  const { read, goneSince, thereSince } = past;
  const firstMs = Math.min(...read.filter((one) => one.title === title).map(({ at }) => at));
  const added = [...thereSince].filter(([, since]) => firstMs > since).map(([name]) => name);
  const isToGet = (name: string) => {
    const since = goneSince.get(name);
    return since === undefined || (firstMs + SENT_MS < since && wasCalm(name, firstMs, since, past));
  };
  return [...Object.keys(PLANS).filter(isToGet), ...added];
}

/** Nothing kept it from being sent in that time. */
function wasCalm(name: string, from: number, until: number, past: Past): boolean {
  const { troubles, pauses, refusing } = past;
  const isThen = (trouble: Trouble) => trouble.from <= until && trouble.until >= from;
  const wasPaused = pauses.some((pause) => pause.what === name && isThen(pause));
  return !refusing.has(name) && !wasPaused && !troubles.some(isThen);
}

/** Troubles under which a node claims, and then does not know whether it was given, or cannot say that nothing left. */
const CLAIMS_LOST = ['kill', 'stop', 'cut', 'slow', 'down', 'replace'];

/** An order that was refused and known to be is tried again, whoever holds it then; so is one that nobody has claimed. */
const mayHaveLeft = (orders: readonly Taken[], { troubles }: Past): boolean =>
  troubles.some(({ what }) => CLAIMS_LOST.includes(what.split(' ')[0] ?? '')) ||
  orders.some(({ isAnswered, answeredAt, isCut }) => !isAnswered || answeredAt === undefined || isCut) ||
  (orders.length > 0 && troubles.some(({ what }) => what === 'end'));

function repeatsOf(past: Past): string[] {
  const found: string[] = [];
  for (const [key, all] of byDelivery(past.taken)) {
    const ids = new Set(all.map(({ id }) => id));
    if (ids.size > 1) found.push(`${key} has ${ids.size} ids: ${[...ids].join(', ')}`);
    const acted = all.filter((one) => one.acted);
    if (acted.length < 2) continue;
    if (acted[0]?.destination === 'order') found.push(`${key} was ordered ${acted.length} times`);
    for (const [n, one] of acted.entries()) {
      const next = acted[n + 1];
      if (next === undefined || !one.isAnswered) continue;
      if (!mayRepeat(one, next, past)) found.push(`${key} was repeated: ${told(one)}, then ${told(next)}`);
    }
  }
  return found;
}

const told = ({ life, writtenAt, answeredAt }: Taken) => `${life} ${writtenAt}–${answeredAt}`;

const kindOf = ({ what }: Trouble): string => what.split(' ')[0] ?? '';

/** The holder of what it has sent does no more, or nobody knows what it does. */
const GONE = ['kill', 'stop', 'cut', 'hurried'];
/** It cannot report what has ended. */
const DUMB = ['cut', 'down', 'slow'];

/** Who is stopped waits so long: for what is on the wire, and for the database. */
export const PATIENCE_MS = 5000;

/** An outage counts for so much longer: until all have been there again. */
export const DOWN_TAIL_MS = 2000;

/** Stopped, and gone before the database was back: nobody tells what it has sent in the outage. */
const gaveUp = ({ what, from }: Trouble, troubles: readonly Trouble[]): boolean =>
  what === 'end' &&
  troubles.some(
    (other) =>
      other.what === 'down' &&
      other.from <= from + PATIENCE_MS &&
      other.until - DOWN_TAIL_MS >= from + PATIENCE_MS,
  );

/** Promised: on the wire, ended in the last 50 ms or not yet reported, when its holder died, stood still or was cut off. */
function mayRepeat(one: Taken, next: Taken, { troubles, nodeOf }: Past): boolean {
  const node = nodeOf.get(one.life);
  const own = troubles.filter(({ node: whose }) => whose === undefined || whose === node);
  const wasGone = (fromMs: number, untilMs: number) =>
    own.some(
      (trouble) =>
        (GONE.includes(kindOf(trouble)) || gaveUp(trouble, own)) &&
        trouble.from <= untilMs &&
        trouble.until >= fromMs,
    );
  let reportedAt = (one.answeredAt ?? FOREVER) + 60;
  for (const trouble of own)
    if (DUMB.includes(kindOf(trouble)) && trouble.from <= reportedAt && trouble.until >= one.writtenAt)
      reportedAt = Math.max(reportedAt, trouble.until);
  if (wasGone(one.writtenAt, reportedAt)) return true;
  const isAwayAt = (ms: number) =>
    own.some((trouble) => kindOf(trouble) === 'end' && trouble.from <= ms && trouble.until >= ms);
  // The ends go with the database; the node tells the new one, if it is there and not cut off.
  return own.some(
    ({ what, from }) =>
      what === 'replace' &&
      from > one.writtenAt &&
      from < next.writtenAt &&
      (wasGone(from, from + 8000) || isAwayAt(from)),
  );
}

function aboveLimit({ taken, troubles }: Past): string[] {
  const limited = taken.filter(({ destination }) => destination === 'limited');
  // Of one that is repeated, as is promised of a holder that was cut off, the first request is the one that all know of.
  const isRepeat = ({ id }: Taken, n: number) =>
    limited.slice(0, n).some((one) => one.id === id && one.acted);
  const at = limited
    .filter((one, n) => !isRepeat(one, n))
    .map(({ writtenAt }) => writtenAt)
    .sort((a, b) => a - b);
  for (const [n, last] of at.entries()) {
    const first = at[n - LIMIT.limit];
    // Ages are the database's: when its clock jumps within the window, nobody knows what was in it; nor what a holder sent that was cut off.
    const isUnknown = troubles.some(
      (trouble) =>
        (trouble.what === 'jump' && trouble.from >= (first ?? last) && trouble.from <= last) ||
        (kindOf(trouble) === 'cut' && trouble.from <= last && trouble.until >= (first ?? last)),
    );
    if (first !== undefined && last - first < LIMIT.perMs - 1 && !isUnknown)
      return [`limited got ${LIMIT.limit + 1} requests in ${last - first} ms at ${last}`];
  }
  return [];
}

/** Nobody hears of what one node knows, or knows for how long it holds. */
const DEAF = ['kill', 'stop', 'cut', 'hurried', 'slow', 'down', 'replace', 'jump'];

/** A wish has reached all nodes by then. */
const HEARD_MS = 1100;

/** Sent although a receiver had asked for silence, or a person; on whichever node. */
function spiteOf({ taken, read, muted, pauses, troubles }: Past): string[] {
  const areDeaf = (from: number, until: number) =>
    troubles.some(
      (trouble) =>
        DEAF.includes(kindOf(trouble)) && trouble.from <= until && trouble.until >= from - HEARD_MS,
    );
  const found: string[] = [];
  for (const { title, destination, life, writtenAt } of taken) {
    // Wishes that hold, and were made long enough before that moment.
    const against = (wishes: Past['pauses'], sinceMs: number) =>
      wishes.filter(
        ({ what, from, until }) =>
          what === destination &&
          sinceMs > from + HEARD_MS &&
          writtenAt < until - 1 &&
          !areDeaf(from, writtenAt),
      );
    for (const { from } of against(pauses, writtenAt))
      found.push(`${life} sends to ${destination} at ${writtenAt}, which asked for silence at ${from}`);
    const readMs = Math.min(...read.filter((one) => one.title === title).map(({ at }) => at));
    for (const { from } of against(muted, readMs))
      found.push(`${life} sends ${title} to ${destination} at ${writtenAt}, muted at ${from}`);
  }
  return found;
}
