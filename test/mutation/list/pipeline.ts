/** How the pipeline is put together, and what people may do with it. */
import { inFile, SIMULATION, suites } from '../places.ts';

export const pipeline = [
  ...inFile(
    'src/pipeline.ts',
    [...suites('delivery/lane', 'delivery/budget-book'), SIMULATION],
    [
      'what an earlier life has read is news again',
      'a restart doubles an order',
      '  for (const { identity, receivedMs } of announcements) dedupe.remember(identity, receivedMs);\n',
      '',
      ...suites('pipeline'),
    ],
    [
      'a pause is forgotten over a restart',
      'a platform that asked for silence bans the address',
      '    pauses: recovered.pauses,',
      '    pauses: new Map(),',
    ],
    [
      'what was sent before a restart does not count',
      'a restart doubles a rate',
      'attemptsSince: (sinceMs) => journal.attemptsSince(sinceMs)',
      'attemptsSince: () => new Map()',
    ],
    [
      'what lanes hold is not written into a new store',
      'a store that was replaced forgets what waits',
      'held: () => lanes.held()',
      'held: () => []',
      ...suites('pipeline'),
    ],
  ),
  ...inFile('src/destinations/may-have-arrived.ts', suites('daemon/operator', 'replay/replay'), [
    'retry does not say what may arrive twice',
    'an order is placed twice unknowingly',
    "(delivery.reason === 'may_have_arrived' || attempts.some(isDoubtful))",
    "delivery.reason === 'may_have_arrived'",
  ]),
  ...inFile(
    'src/daemon/delivery-operator.ts',
    suites('daemon/operator'),
    [
      'retry queues for a destination that is no more',
      'a delivery that can never be sent waits',
      'if (known.isComplete && !known.options.has(destination))',
      'if (known.isComplete && known.options.size < 0)',
    ],
    [
      'retry guesses how old is too old',
      'an old order is sent',
      '        if (options === undefined && isLate) return { maxAgeUnknownOf: name };\n',
      '',
    ],
  ),
  ...inFile('src/dry-run.ts', suites('dry-run'), [
    'a dry run shows a secret of a body',
    'a passphrase stands in a bug report',
    'redactValues(request.body, redact)',
    'request.body',
  ]),
];
