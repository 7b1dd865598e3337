/**
 * A replay is queued: in the store of the bridge, or in a cluster by the nodes that send there. Each is queued once: whoever does it
 * compares what has happened meanwhile with what was seen.
 */
import { keyOf } from '../delivery/delivery.ts';
import type { FoundDelivery, ReplayWish } from '../outbox/deliveries.ts';
import { FileDeliveries } from '../outbox/file-deliveries.ts';
import { isHeld } from '../outbox/lock.ts';
import { isSameSubject, seenAs } from '../outbox/replay-rows.ts';
import { printable } from '../platform/printable.ts';
import type { ClusterStore } from './cluster-store.ts';
import type { Io } from './io.ts';
import type { Plans } from './replay-plans.ts';
import { answered, type OpenedStore } from './store-file.ts';

export interface Queued {
  /** Ids. What has been queued stays so, whatever comes next. */
  readonly queued: readonly string[];
  /** Of a cluster: how many by each node. */
  readonly byNode: ReadonlyMap<string, number>;
  /** Not queued, or not for certain. */
  readonly left: readonly Left[];
}

export interface Left {
  readonly count: number;
  readonly code: 'changed' | 'interrupted' | 'no_holder' | 'no_answer';
  readonly sentence: string;
}

export const NOTHING_QUEUED: Queued = { queued: [], byNode: new Map(), left: [] };

/** So many before the next look at Ctrl-C; for another node, in one question. */
const TOGETHER = { here: 100, there: 25 } as const;

/** The oldest first. `wanted`: ids that the person has confirmed. */
export function queue(
  plans: Plans,
  wanted: ReadonlySet<string>,
  opened: OpenedStore,
  io: Pick<Io, 'signal'>,
): Promise<Queued> {
  const wishes = plans.all.toReversed().flatMap(({ announcement, deliveries }) =>
    deliveries.flatMap(({ fate, related }) => {
      if (!('sends' in fate) || !wanted.has(fate.sends.id)) return [];
      const rows = plans.rows.get(announcement.id) ?? [];
      return [{ delivery: fate.sends, related, rows: rows.filter(isOf(fate.sends)) }];
    }),
  );
  const { cluster } = opened;
  return cluster === undefined
    ? queueHere(wishes, wanted, opened, io)
    : queueThere(wishes, wanted, cluster, io);
}

interface Wish extends Pick<ReplayWish, 'delivery'> {
  readonly related: readonly FoundDelivery[];
  /** The same of every store. */
  readonly rows: readonly FoundDelivery[];
}

const isOf =
  ({ destination, ticker }: ReplayWish['delivery']) =>
  ({ delivery: { delivery } }: FoundDelivery) =>
    delivery.destination === destination && isSameSubject(ticker, delivery.ticker);

async function queueHere(
  wishes: readonly Wish[],
  wanted: ReadonlySet<string>,
  { path, nowMs }: OpenedStore,
  { signal }: Pick<Io, 'signal'>,
): Promise<Queued> {
  const deliveries = new FileDeliveries(path);
  const queued: string[] = [];
  for (const some of pieces(wishes, TOGETHER.here)) {
    if (signal.aborted) break;
    const all = some.map(({ delivery, related }) => ({ delivery, seen: related.map(seenHere) }));
    queued.push(...(await answered(deliveries.replay(all, nowMs()))));
  }
  const left = wanted.size - queued.length;
  return { queued, byNode: new Map(), left: leftBehind(left, signal.aborted) };
}

const seenHere = ({ delivery }: FoundDelivery): string => seenAs(delivery);

async function queueThere(
  wishes: readonly Wish[],
  wanted: ReadonlySet<string>,
  cluster: ClusterStore,
  { signal }: Pick<Io, 'signal'>,
): Promise<Queued> {
  const holders = await cluster.holdersOf([...new Set(wishes.map(({ delivery }) => delivery.destination))]);
  const queued: string[] = [];
  const byNode = new Map<string, number>();
  const left: Left[] = [];
  const groups = Map.groupBy(wishes, ({ delivery }) => holders.get(delivery.destination));
  for (const [node, all] of groups) {
    if (node === undefined) {
      left.push(withoutHolder(all));
      continue;
    }
    for (const some of pieces(all, TOGETHER.there)) {
      if (signal.aborted) break;
      const answer = await cluster.replay(
        node,
        some.map((wish) => wishFor(node, wish)),
      );
      if (!answer.ok) {
        // The rest of them would wait as long for it.
        left.push({
          count: all.length - (byNode.get(node) ?? 0),
          code: 'no_answer',
          sentence: answer.message,
        });
        break;
      }
      queued.push(...answer.value);
      byNode.set(node, (byNode.get(node) ?? 0) + answer.value.length);
    }
  }
  const unsure = left.reduce((sum, { count }) => sum + count, 0);
  const rest = wanted.size - queued.length - unsure;
  return { queued, byNode, left: [...left, ...leftBehind(rest, signal.aborted)] };
}

/** As its own store has the rows. */
function wishFor(node: string, { delivery, rows }: Wish): ReplayWish {
  const { key: _, ...rest } = delivery;
  const seen = rows
    .filter((found) => found.delivery.node === node)
    .map(({ delivery: row }) =>
      seenAs({ ...row, delivery: { ...row.delivery, key: keyThere(row.delivery) } }),
    );
  return { delivery: rest, seen };
}

/** Without the name of the node. */
function keyThere(delivery: ReplayWish['delivery']): string {
  const key = keyOf(delivery);
  return key.slice(key.indexOf('/') + 1);
}

function withoutHolder(wishes: readonly Wish[]): Left {
  const names = [...new Set(wishes.map(({ delivery }) => delivery.destination))];
  const more = names.length > MOST_NAMED ? ` and ${names.length - MOST_NAMED} more` : '';
  return {
    ...{ count: wishes.length, code: 'no_holder' },
    sentence: `no node that answers sends to ${names.slice(0, MOST_NAMED).map(printable).join(', ')}${more} at the moment; the same command tries again, and \`listing-bridge cluster status\` shows the nodes`,
  };
}

const MOST_NAMED = 10;

function leftBehind(count: number, isStopped: boolean): readonly Left[] {
  if (count <= 0) return [];
  return [
    isStopped
      ? { count, code: 'interrupted', sentence: 'the same command queues the rest' }
      : {
          ...{ count, code: 'changed' },
          sentence: 'something happened to them meanwhile; the same command looks again',
        },
  ];
}

function* pieces<Value>(all: readonly Value[], size: number): Generator<readonly Value[]> {
  for (let start = 0; start < all.length; start += size) yield all.slice(start, start + size);
}

/** `3 deliveries queued: a 2, b 1; …`. */
export function queuedText(
  { queued: { length: count }, byNode }: Queued,
  { path, cluster }: OpenedStore,
): string {
  const them = count === 1 ? '1 delivery' : `${count} deliveries`;
  const it = count === 1 ? 'it' : 'them';
  if (cluster !== undefined) {
    const nodes = [...byNode].filter(([, each]) => each > 0).map(([node, each]) => `${node} ${each}`);
    return count === 0
      ? 'Nothing queued'
      : `${them} queued: ${nodes.join(', ')}; the nodes will send ${it} within a second`;
  }
  return isHeld(path)
    ? `${them} queued; the running bridge will send ${it} within a second`
    : `${them} queued; no bridge runs on this store: what is not too old by then is sent when one starts`;
}

export const leftText = ({ count, code, sentence }: Left): string => {
  if (code === 'interrupted') return `Interrupted: ${count} not queued; ${sentence}. [interrupted]`;
  return `${count} not queued${code === 'no_answer' ? ', or not for certain' : ''}: ${sentence}. [${code}]`;
};
