/** A muted ticker, rule or destination gets nothing, for as long as it is muted and no longer. */
import { e2e, inFile, suites } from '../places.ts';

export const mutes = [
  ...inFile(
    'src/mutes/mutes.ts',
    [...suites('mutes/mutes', 'delivery/lane-mute', 'daemon/muting'), ...e2e('mutes')],
    [
      'one muted ticker holds back a message about two',
      'news is missed that nobody has muted',
      'if (mute === undefined) return undefined;\n      if (first',
      'if (mute === undefined) continue;\n      if (first',
    ],
    [
      'a muted destination gets news',
      'a program in maintenance gets orders',
      'live(destinations.get(destination), nowMs) ??',
      'undefined ??',
    ],
    ['a muted rule sends', 'a rule that went mad goes on', 'live(rules.get(rule), nowMs) ??', 'undefined ??'],
    [
      'an announcement of more tickers than are looked at is held back by those that were',
      'news is missed that nobody has muted',
      'if (tickers.length < announcement.tickers.length) return undefined;',
      '',
    ],
    [
      'a mute that was lifted stays',
      'a destination stays silent',
      'for (const byName of Object.values(this.#byName)) byName.clear();',
      '',
    ],
    [
      'a mute does not end',
      'a destination stays silent for ever',
      'mute !== undefined && nowMs < mute.untilMs ? mute : undefined',
      'mute !== undefined && nowMs < mute.untilMs + 1e15 ? mute : undefined',
    ],
    [
      'an alert of the bridge is muted',
      'nobody hears that the bridge is in trouble',
      "if (content.kind !== 'news') return undefined;",
      "if (content.kind !== 'news' && this.areOn === undefined) return undefined;",
    ],
    [
      'a ticker is compared as it is written',
      'another spelling of a scam is traded',
      'this.#ofTicker(tickerName(ticker), nowMs)',
      'this.#ofTicker(ticker, nowMs)',
    ],
    [
      'a request of a person loses against an older mute',
      '`deliveries retry` sends nothing',
      'mute.sinceMs <= byHandMs) return undefined;',
      'mute.sinceMs < byHandMs - 1e15) return undefined;',
    ],
    [
      'a request of a person wins against a later mute',
      'a queue that was retried goes on in an incident',
      'mute.sinceMs <= byHandMs) return undefined;',
      'mute.sinceMs >= 0) return undefined;',
    ],
  ),
  ...inFile(
    'src/delivery/head.ts',
    [...suites('delivery/lane-mute'), ...e2e('mutes')],
    [
      'a mute leaves alone what waits and what still connects',
      'a queued retry of a muted ticker is sent',
      '        !isHeldBack(held);\n',
      '        (held.attempts < 0 ? !isHeldBack(held) : true);\n',
    ],
  ),
  ...inFile(
    'src/delivery/renewal.ts',
    [...suites('delivery/lane-mute')],
    [
      'what comes back from a send or from the store is not held back',
      'a muted destination gets its retries',
      'const refused = inForce.heldBack?.(item);',
      'const refused = item.attempts < 0 ? inForce.heldBack?.(item) : undefined;',
    ],
  ),
  ...inFile(
    'src/outbox/mute-rows.ts',
    suites('outbox/conformance', 'daemon/muting'),
    [
      'a second mute shortens the first',
      'one person ends the mute of another',
      'untilMs: Math.max(before.untilMs, wish.untilMs),',
      'untilMs: wish.untilMs,',
    ],
    [
      'mutes without end',
      'a script that goes mad fills the memory',
      'if (there.size + made > MOST_MUTES)',
      'if (there.size + made > 1e9)',
    ],
    [
      'a mute that is over is made longer instead of a new one',
      'a request of a person between the two is not sent',
      "database.prepare('DELETE FROM mutes WHERE until_ms <= ?').run(nowMs);",
      '',
    ],
    [
      'a mute is made although others of the same request were refused',
      'half of what was meant is muted',
      "    if (database.isTransaction) database.exec('ROLLBACK');\n",
      "    if (database.isTransaction) database.exec('COMMIT');\n",
    ],
  ),
  ...inFile(
    'src/daemon/muting.ts',
    suites('daemon/muting'),
    [
      'a mute is dropped while the store is broken',
      'a broken disk sends what was muted',
      '    if (stored === undefined) return false;\n',
      '    if (stored === undefined) return this.#take(new Map()) ?? false;\n',
    ],
    [
      'the lanes are not told of a new mute',
      'what waits is sent',
      'return [...mutes.keys()].some((id) => !before.has(id));',
      'return [...mutes.keys()].some((id) => !before.has(id) && id < 0);',
    ],
    [
      'its end is a moment of the wall clock',
      'a step of the clock ends it, or makes it longer',
      'const waitMs = Math.max(0, Math.ceil(nextMs - clock.monotonicMs()));',
      'const waitMs = Math.max(0, Math.ceil(nextMs - clock.wallMs()));',
    ],
  ),
  ...inFile(
    'src/mutes/span.ts',
    suites('mutes/span'),
    [
      'a mute of no time',
      'nothing is muted, and nobody notices',
      'if (spanMs < SHORTEST_MS) return bad',
      'if (spanMs < 0) return bad',
    ],
    [
      'a time of day that is over is one of today',
      'nobody can mute until tomorrow morning',
      'if (end.getTime() <= wallMs) end.setDate',
      'if (end.getTime() < 0) end.setDate',
    ],
  ),
  ...inFile(
    'src/mutes/named.ts',
    suites('mutes/named'),
    [
      'a slip in a name becomes a ticker',
      'nothing is muted, and nobody notices',
      '!names.some((name) => isNear(bare, name))',
      '!names.includes(bare)',
    ],
    [
      'of two meanings the first is taken',
      'every order is held back instead of one ticker',
      'if (one !== undefined && meant.length === 1)',
      'if (one !== undefined && meant.length > 0)',
    ],
  ),
];
