/** A node that is alone is the only one, and the others know what it has sent. */
import { inFile, suites } from '../places.ts';

const ALONE = suites('cluster/alone');

export const alone = [
  ...inFile(
    'src/cluster/alone.ts',
    ALONE,
    [
      'whoever gets the lock sends at once',
      'the one before may still send',
      'this.#fromMs = clock.monotonicMs() + LEASE_MS;',
      'this.#fromMs = 0;',
    ],
    [
      'another session is the same proof',
      'another bridge may have been alone in between',
      'if (session !== this.#session) {',
      'if (this.#session === undefined && !this.#hasBegun) {',
    ],
    [
      'a proof holds for ever',
      'a node whose proof hangs sends on while another does',
      'Math.max(tenure.untilMs, sentMs + TENURE_MS)',
      'Number.POSITIVE_INFINITY',
    ],
    [
      'a proof counts from its answer on',
      'a node that stood still sends what another sends',
      'if (sentMs >= this.#fromMs) this.#extend(sentMs);',
      'if (sentMs >= this.#fromMs) this.#extend(this.#deps.clock.monotonicMs());',
    ],
    [
      'orders wait for claims that nobody can make',
      'a bridge that is alone sends no order',
      'tenure.claims = undefined;',
      '',
    ],
    [
      'nothing is fenced before the database hears of it',
      'what leaves meanwhile is sent by another as well',
      'if (this.#hasBegun) await this.#fence();',
      '',
    ],
    [
      'what was read before it was alone is forgotten',
      'news of the first seconds is sent by nobody',
      'if (!this.#hasBegun) begins();',
      '',
    ],
  ),
  ...inFile(
    'src/daemon/standing.ts',
    ALONE,
    [
      'a node that was in a cluster is alone by itself',
      'with a wrong URL it doubles what the others send',
      'if (isWhole && pipeline.memory.recall(MET) === undefined) this.#alone.start();',
      'if (isWhole) this.#alone.start();',
    ],
    [
      'orders of a time in the cluster are sent again',
      'two machines place them',
      'if (memory.recall(MET) !== undefined && !memory.recall(ALONE_FROM)) this.#buryOrders();',
      '',
    ],
  ),
  ...inFile('src/cluster/past.ts', ALONE, [
    'nobody hears that it was alone',
    'the others send what it has sent',
    'if (receivedMs >= Number(memory.recall(ALONE_FROM) || Number.POSITIVE_INFINITY)) return true;',
    '',
  ]),
  ...inFile('src/cluster/arrivals.ts', ALONE, [
    'what one that was alone has read is queued as news',
    'everything that it has sent is sent again',
    'isOfOneAlone(row, node) ? NOBODY',
    'row.node === undefined ? NOBODY',
  ]),
  ...inFile(
    'src/cluster/takeover.ts',
    ALONE,
    [
      'what one that was alone has ended is open',
      'it is sent again, if its end comes late',
      "fate === 'ended' && !isOver(end);",
      'fate === undefined && fate === end;',
    ],
    [
      'an order that waits at one that was alone is buried',
      'nobody sends it',
      "if (fate === 'open') return false;",
      '',
    ],
  ),
  ...inFile(
    'src/cluster/postgres/solitude.ts',
    suites('cluster/alone-postgres'),
    [
      'nodes in another database of the server are no matter',
      'with the name of another database a node doubles what they send',
      'if (nodesIn !== null)',
      'if (nodesIn === undefined)',
    ],
    [
      'the tables of a cluster are no matter',
      'a node that is alone sends on while others do',
      "if (hasSchema) throw unproven(name, 'the tables of a cluster are there');",
      '',
    ],
  ),
];
