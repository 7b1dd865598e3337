/**
 * The stores of all nodes, for a command: it asks the running nodes through the database, and reads the store of this machine itself, so
 * that it works while no bridge runs here.
 */
import { AllDeliveries } from '../cluster/all-deliveries.ts';
import { Asking } from '../cluster/asking.ts';
import { Gathering, valueIn } from '../cluster/gathering.ts';
import type { ClusterOptions } from '../cluster/options.ts';
import { OtherNodes } from '../cluster/others.ts';
import { PostgresShared } from '../cluster/postgres/postgres.ts';
import type { Member } from '../cluster/shared.ts';
import type { Deliveries, ReplayWish, StoreAnswer } from '../outbox/deliveries.ts';
import { idAt } from '../outbox/ids.ts';
import type { Io } from './io.ts';
import { markedLine } from './lines.ts';

export interface ClusterStore {
  readonly node: string;
  readonly deliveries: AllDeliveries;
  /** The node that sends to each of these destinations, of those that answer. */
  holdersOf(destinations: readonly string[]): Promise<ReadonlyMap<string, string>>;
  /** By that node. Gives the ids of those that it has queued. */
  replay(node: string, wishes: readonly ReplayWish[]): Promise<StoreAnswer<readonly string[]>>;
  /** Every node that was asked has answered. */
  isWhole(): boolean;
  /** Sentences, of those that have not. */
  away(): readonly string[];
  close(): Promise<void>;
}

/** Says once of each node that it gives no answer. Throws `SharedError` (`refused`) when the URL is none. */
export function clusterStore({ url, node }: ClusterOptions, local: Deliveries, io: Io): ClusterStore {
  const { clock, random } = io;
  const shared = new PostgresShared({ url, node: `${node} command`, clock, random, onlyLooks: true });
  const life = `command ${idAt(clock.wallMs())}${Math.floor(random() * 2 ** 40).toString(36)}`;
  let known: Promise<readonly Member[]> | undefined;
  const members = () => {
    known ??= shared.members();
    return known;
  };
  const others = new OtherNodes({
    asking: new Asking({ shared, clock, life }),
    members,
    node,
    isNode: false,
  });
  const gathering = new Gathering({ local, others, node });
  const said = new Set<string>();
  const missed = (missing: readonly string[]) => {
    for (const sentence of missing)
      if (!said.has(sentence)) {
        said.add(sentence);
        io.warn(markedLine('warning', `${sentence} [node_missing]`, io.columns));
      }
  };
  return {
    node,
    isWhole: () => said.size === 0,
    away: () => [...said],
    async holdersOf(destinations) {
      const holders = new Map<string, string>();
      for (const [of, reply] of await others.ask('holds', [destinations])) {
        const answer = valueIn<readonly string[]>(reply);
        if ('value' in answer) for (const name of answer.value) holders.set(name, of);
      }
      return holders;
    },
    replay: (of, wishes) => gathering.one<readonly string[]>(of, 'replay', [wishes]),
    deliveries: new AllDeliveries({ local, others, node, missed }),
    close: () => shared.close(),
  };
}
