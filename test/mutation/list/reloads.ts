/** A reload is a brake at once; a stop and a start lose nothing. */
import { e2e, inFile, SIMULATION, suites } from '../places.ts';

export const reloads = [
  ...inFile(
    'src/delivery/renewal.ts',
    [...suites('delivery/lane-reload', 'delivery/lane-drop'), SIMULATION],
    [
      'a reload to dryRun sends what waits',
      'a rehearsal places orders',
      "  if (options.dryRun) return skipped('dry_run');\n",
      '',
    ],
    [
      'forEach sends without a ticker',
      'a garbled order',
      "if (ticker === undefined || redacted) return 'no_ticker';",
      '',
    ],
    [
      'rules that changed do not count',
      'what no rule wants any more is sent',
      "if (today === undefined && byHandMs === undefined) return skipped('rules_changed');",
      '',
    ],
    [
      'begun under drop is sent again',
      'an order is doubled by a crash',
      "if (item.begunMs !== undefined && options.onAmbiguous === 'drop')",
      "if (item.begunMs !== undefined && options.onAmbiguous === 'nothing' as string)",
    ],
    [
      'a shorter maxAge does not hold for what waits',
      'what is too old is sent',
      'return endsMs !== undefined && endsMs < expiresAtMs ? endsMs : expiresAtMs;',
      'return endsMs !== undefined && endsMs < 0 ? endsMs : expiresAtMs;',
    ],
  ),
  ...inFile(
    'src/delivery/lane.ts',
    [...suites('delivery/lane-reload', 'delivery/lane', 'delivery/lane-trouble'), SIMULATION],
    [
      'a reload keeps messages in the old form',
      'the old template is sent',
      '      held.message = undefined;\n',
      '',
    ],
    [
      'a reload does not call back what connects',
      'an order leaves after the brake was pulled',
      '    this.#flights.recall();\n    this.#room.unpark(this);\n',
      '    this.#room.unpark(this);\n',
    ],
    [
      'a reload leaves the lane parked',
      'it is woken by what no longer concerns it',
      '    this.#flights.recall();\n    this.#room.unpark(this);\n',
      '    this.#flights.recall();\n',
    ],
    [
      'another address inherits the trouble',
      'a new receiver waits for the old one’s pause',
      '    if (isElsewhere) this.#beginAnew(nowMs);\n',
      '',
    ],
    [
      'a destination in trouble is not tried after a reload',
      'what was mended waits for the ladder',
      '    this.resume();\n    await ended;\n',
      '    await ended;\n',
    ],
    [
      'what is held is not asked again',
      'what waits is sent as the old config says',
      '      else this.#place(held, nowMs);\n    }\n    this.resume();',
      '      else this.#ready(held);\n    }\n    this.resume();',
    ],
    [
      'a discard does not call back what connects',
      'what somebody called off is sent',
      '    this.#flights.recall(({ isStale }) => isStale);\n',
      '',
      ...suites('outbox/deliveries-again'),
    ],
  ),
  ...inFile(
    'src/daemon/running-config.ts',
    [SIMULATION, ...e2e('reload')],
    [
      'removed destinations are not buried at the start',
      'a delivery that can never be sent waits for ever',
      '    this.#buryRemoved();\n    // Pending deliveries of before',
      '    // Pending deliveries of before',
      ...suites('daemon/store'),
    ],
    [
      'removed destinations are not buried when the store works again',
      'a delivery that can never be sent waits for ever',
      '  takeUp(): void {\n    this.#buryRemoved();\n',
      '  takeUp(): void {\n',
      ...suites('daemon/store'),
    ],
    [
      'what was owed is not taken up at the start',
      'a restart forgets what waits',
      'void turn.then(() => lanes.refill());',
      'void turn.then(() => lanes);',
    ],
    [
      'a reload is accepted during the stop',
      'the bridge connects again while it is taken down',
      'stop: this.#stopping.signal }',
      'stop: new AbortController().signal }',
    ],
    [
      'a config that is wrong is put into force',
      'half of a config',
      '      this.#rejected = problems;\n',
      '      this.#rejected = undefined;\n',
    ],
  ),
  ...inFile(
    'src/lane-set.ts',
    [SIMULATION, ...suites('delivery/lane-reload', 'ops/many'), ...e2e('reload')],
    [
      'a removed destination is not called back',
      'an order leaves to a destination that is no more',
      '        for (const [, { lane }] of gone) lane.recall();\n',
      '',
    ],
  ),
];
