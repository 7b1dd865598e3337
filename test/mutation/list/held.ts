/** A delivery that was held back says by what, also when the mute is over; and what the rules said is kept with the news. */
import { inFile, suites } from '../places.ts';

const STORE = suites('outbox/conformance');

export const held = [
  ...inFile('src/intake.ts', suites('intake'), [
    'news that is held back at its receipt does not say by what',
    'nobody finds the mute that cost an order',
    '      ...(heldBy !== undefined && { heldBy }),\n',
    '',
  ]),
  ...inFile('src/delivery/lane.ts', suites('cooldown/lane-cooldown'), [
    'a delivery that ends while it waits does not say by what',
    'nobody finds the cooldown that cost an order',
    'recordOf(held, state, reason, nowMs, more.made, more.heldBy)',
    'recordOf(held, state, reason, nowMs, more.made)',
  ]),
  ...inFile('src/outbox/ledger-rows.ts', STORE, [
    'a delivery that is in its table already does not keep what held it',
    'nobody finds the mute that ended a queue',
    'held_by = ?9',
    'held_by = held_by',
  ]),
  ...inFile('src/outbox/queries.ts', STORE, [
    'a retry keeps what held it before',
    'a delivery that arrived is shown as muted',
    'held_by = NULL, expires_at_ms',
    'expires_at_ms',
  ]),
  ...inFile('src/outbox/replay-rows.ts', suites('replay/rows'), [
    'a replay keeps what held it before',
    'a delivery that arrived is shown as muted',
    'held_by = NULL, by_hand_ms',
    'by_hand_ms',
  ]),
  ...inFile('src/outbox/held-by-text.ts', STORE, [
    'mute 3 is mute 31, too',
    'a list of what a mute held back has that of others',
    '},*`',
    '}*`',
  ]),
  ...inFile(
    'src/outbox/trace-rows.ts',
    suites('outbox/trace-rows', 'outbox/retention'),
    [
      'rules are kept from the first announcement on, not from the last',
      'nobody knows which rules decided',
      'else if (Number(untilMs) < receivedMs)',
      'else if (Number(untilMs) < 0)',
    ],
    [
      'a trace that cannot be made costs the announcement',
      'news is missing in the store',
      '  } catch {\n    return null;\n  }',
      '  } catch (error) {\n    throw error;\n  }',
    ],
  ),
  ...inFile('src/routing/trace.ts', suites('routing/trace'), [
    'a trace has no bound',
    'a config of 10,000 rules fills the disk',
    'if (text.length <= LONGEST_TRACE || most === 0) return text;',
    'return text;',
  ]),
  ...inFile('src/routing/when.ts', suites('routing/when'), [
    'hours over midnight end there',
    'an order of the night is left out',
    'if (yesterday && isOverMidnight && minute < end) return true;',
    '',
  ]),
];
