/** A replay sends nothing twice, nothing old, nothing that a person has stopped; pages lose and repeat no row. */
import { inFile, suites } from '../places.ts';

export const replay = [
  ...inFile(
    'src/replay/fate.ts',
    suites('replay/replay'),
    [
      'what has arrived is sent again',
      'every replay doubles all orders',
      "if (has(({ delivery }) => delivery.state === 'delivered'))",
      'if (has(() => false))',
    ],
    [
      'what may have arrived is sent again',
      'an order is placed twice unknowingly',
      'if (has(mayHaveArrived))',
      'if (has(() => false))',
    ],
    ['what waits is queued once more', 'two runs send twice', "delivery.state === 'pending'", 'false'],
    ['a replay ignores maxAge', 'old orders are placed', 'return endsMs <= nowMs', 'return endsMs <= 0'],
    [
      'an order without maxAge is never old',
      'orders of last month are placed',
      'return takesOrders && ageMs > OLD_ORDER_MS',
      'return takesOrders && ageMs < 0',
    ],
    [
      'a replay ignores mutes and cooldowns',
      'a muted bot trades',
      'if (refused !== undefined) return { leftOut',
      'if (refused === null) return { leftOut',
    ],
    [
      'one that arrived goes again under its own id',
      'the receiver drops what a person wants',
      'if (own !== undefined && !hasArrived) {',
      'if (own !== undefined || hasArrived) {',
    ],
  ),
  ...inFile('src/outbox/replay-rows.ts', suites('replay/replay', 'replay/rows'), [
    'rows that have changed since are not looked at',
    'two who ask at once send twice',
    'now.toSorted().join() !== seen.toSorted().join()',
    'false',
  ]),
  ...inFile(
    'src/cluster/replaying.ts',
    suites('cluster/replaying'),
    [
      'another node queues what has been sent since',
      'two nodes send one replay',
      'if (now.toSorted().join() !== seen.toSorted().join()) return undefined;',
      '',
    ],
    [
      'a replay is queued by a node that does not send there',
      'it is queued, and nobody sends it',
      '!held.has(destination)) continue;',
      'false) continue;',
    ],
  ),
  ...inFile('src/cluster/changing.ts', suites('cluster/replaying'), [
    'what was handed over meanwhile counts as queued',
    'it is said to be sent, and nobody sends it',
    'if (lost.length === 0) return ids;',
    'return ids;',
  ]),
  ...inFile('src/cli/replay-plans.ts', suites('cluster/replaying'), [
    'what a forgotten node has sent is sent again',
    'an order of a node that was taken away is placed twice',
    'there.has(destination) || !wasSent.some((sends) => sends(destination))',
    'true',
  ]),
  ...inFile('src/outbox/pages.ts', suites('outbox/pages', 'outbox/conformance'), [
    'a page that is full begins again behind its look',
    'rows are missing in lists and exports',
    'const next = deliveries.length === limit ? deliveries.at(-1)?.delivery.key : last;',
    'const next = last;',
  ]),
];
