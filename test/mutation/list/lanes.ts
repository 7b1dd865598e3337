/** The most important that may go, goes; nothing too old; what became of it is kept. */
import { inFile, SIMULATION, suites } from '../places.ts';

export const lanes = [
  ...inFile(
    'src/delivery/lane.ts',
    [
      ...suites('delivery/lane', 'delivery/lane-attempts', 'delivery/lane-drop', 'delivery/lane-reload'),
      ...suites('delivery/straight-way', 'delivery/lane-delay'),
      SIMULATION,
    ],
    [
      'an attempt cut by the stop is charged',
      'a stop is a failure',
      '    if (result.writtenMs === undefined) return;\n    if (!isUnsure(result)) return this.#settle(held, sent);\n',
      '    held.attempts++;\n    if (!isUnsure(result)) return this.#settle(held, sent);\n',
    ],
    [
      'a cut under drop is sent again',
      'an order is doubled by a restart',
      "if (this.#deps.options.onAmbiguous === 'resend')\n",
      "if (this.#deps.options.onAmbiguous !== 'nothing' as string)\n",
    ],
    [
      'the plain form is not remembered',
      'a form that is refused goes again and again',
      "if (kind === 'again') held.plain ||= decision.plain;",
      '',
    ],
    [
      'what is retried comes back at once',
      'a receiver that fails is hammered',
      "held.notBeforeMs = kind === 'again' && decision.delayMs > 0 ? nowMs + decision.delayMs : 0;",
      'held.notBeforeMs = 0;',
    ],
    [
      'a delivery is sent under dryRun',
      'a rehearsal places an order',
      "if (this.#deps.options.dryRun) return this.#end(held, 'skipped', 'dry_run', nowMs);",
      '',
    ],
    [
      'a fresh one that is too old goes past the look at its age',
      'an order that is too old is sent',
      'if (this.#head.readyCount > 0 || this.#trouble.isThere || isExpired(held, nowMs)) return false;',
      'if (this.#head.readyCount > 0 || this.#trouble.isThere) return false;',
    ],
    [
      'fresh news is not delayed',
      'the free tier gets the news with the paying one',
      'if (this.#deps.options.delay !== undefined) return this.#wait(held, nowMs);',
      '',
    ],
    [
      'the stop does not keep a fresh one from being sent',
      'a request leaves after the bridge has ended',
      'if (this.#isStopping || this.#flights.areComingBack || this.#deps.tenure?.isShut) return false;',
      'if (this.#flights.areComingBack || this.#deps.tenure?.isShut) return false;',
    ],
    [
      'a send starts beyond the tenure',
      'two machines send the same',
      ' || this.#deps.tenure?.isShut) return false;',
      ') return false;',
      ...suites('delivery/tenure'),
    ],
  ),
  ...inFile(
    'src/delivery/lane.ts',
    // Others would run for ever.
    suites('delivery/starts'),
    [
      'a lane in trouble without room looks again at once',
      'the bridge stands still for ever',
      '    return hasRoom;\n',
      '    return true;\n',
    ],
  ),
  ...inFile(
    'src/delivery/starts.ts',
    [
      ...suites('delivery/starts', 'delivery/lane', 'delivery/lane-reload', 'delivery/lane-trouble'),
      SIMULATION,
    ],
    [
      'as many go at once as there are',
      'a receiver gets more at once than the config says',
      'return !this.#isPaused && this.#underWay < most;',
      'return !this.#isPaused && most > 0;',
    ],
    [
      'a pause does not hold',
      'what has no room goes all the same',
      'return !this.#isPaused && this.#underWay < most;',
      'return this.#underWay < most;',
    ],
    [
      'the stop waits for none',
      'what was under way at the end is not written down',
      'if (this.#underWay > 0) await new Promise',
      'if (this.#underWay > 1e9) await new Promise',
    ],
  ),
  ...inFile(
    'src/delivery/attempt.ts',
    [
      ...suites('delivery/lane', 'delivery/attempt', 'delivery/lane-attempts', 'delivery/lane-drop'),
      SIMULATION,
    ],
    [
      'an attempt has no deadline',
      'a receiver that hangs holds its place for ever',
      'const timer = clock.after(limitMs, () => deadline.abort(limitInWords(limitMs, leftMs)));',
      'const timer = clock.after(1e12, () => deadline.abort(limitInWords(limitMs, leftMs)));',
    ],
    [
      'begun only under resend',
      'a death of the process doubles an order under drop',
      "if (options.onAmbiguous === 'drop') begin(flight, journal, clock.monotonicMs());",
      '',
    ],
    [
      'the plain form is not stored',
      'after a restart the refused form goes again',
      '    plain: held.plain,\n    // Also',
      '    plain: false,\n    // Also',
    ],
    [
      'the state is not written with the attempt',
      'what was delivered is sent again after a restart',
      '    attempt: made === undefined ? 0 : held.attempts,\n',
      '    attempt: 0,\n',
    ],
  ),
  ...inFile(
    'src/delivery/priority-list.ts',
    [...suites('delivery/backlog', 'delivery/priority', 'delivery/lane'), SIMULATION],
    [
      'oldest first',
      'the freshest waits behind everything',
      'if (idA !== idB) return idA < idB ? -1 : 1;',
      'if (idA !== idB) return idA < idB ? 1 : -1;',
    ],
    [
      'importance does not count',
      'a listing waits behind notices',
      'if (byImportance !== 0) return byImportance;',
      '',
    ],
  ),
  ...inFile(
    'src/delivery/head.ts',
    [
      ...suites('delivery/lane', 'delivery/backlog', 'outbox/deliveries-again', 'delivery/overload'),
      ...suites('delivery/lane-delay'),
      SIMULATION,
    ],
    [
      'what is delayed goes when the trouble is over',
      'the free tier gets the news with the paying one',
      "place === 'waiting' && dueMs <= nowMs;",
      "place === 'waiting';",
    ],
    [
      'what was discarded is kept',
      'what somebody called off is sent',
      "this.move(held, 'gone');\n      else held.isStale = !isSame;",
      'void isSame;\n      else held.isStale = !isSame;',
    ],
  ),
  ...inFile(
    'src/delivery/supply.ts',
    [...suites('delivery/overload', 'delivery/lane'), SIMULATION],
    [
      'more than a thousand: the rest is never taken up',
      'what is beyond waits for ever',
      'if (this.isBehind && this.#head.size < HEAD / 2) this.#moreSoon();',
      '',
    ],
    [
      'what the store has instead is not looked at',
      'what somebody discarded is sent',
      '    if (owed === undefined) return;\n    this.#reserve.forget();',
      '    if (owed === undefined) return;',
    ],
    [
      'more than a thousand: the newcomer is the one that waits',
      'the freshest waits behind everything',
      'if (least === undefined || compare({ delivery: newcomer }, least) < 0) {',
      'if (least !== undefined) {',
    ],
  ),
  ...inFile(
    'src/delivery/reserve.ts',
    suites('delivery/overload'),
    [
      'all lanes together hold what they like',
      'a dead destination fills the memory',
      'if (this.#places.free === 0) return this.forget();',
      '',
    ],
    [
      'places are not given back',
      'the next burst is read back from the disk',
      'this.#places.free += this.size;',
      '',
    ],
  ),
  ...inFile(
    'src/delivery/sweep.ts',
    [...suites('delivery/lane'), SIMULATION],
    [
      'age is not asked before a send',
      'an order that is too old is sent',
      'if (held === undefined || !isExpired(held, nowMs)) return held;',
      'if (held === undefined || !isExpired(held, nowMs - 1e9)) return held;',
    ],
    [
      'expired only when its turn comes',
      'what can no longer be sent is not told',
      'this.#timer = this.#clock.after(delayMs, () => this.#sweep(), false);',
      'this.#timer = this.#clock.after(delayMs + 1e9, () => this.#sweep(), false);',
    ],
  ),
  ...inFile(
    'src/delivery/retry-policy.ts',
    [
      ...suites('delivery/survivors', 'delivery/lane-answers', 'delivery/lane-drop', 'delivery/lane'),
      SIMULATION,
    ],
    [
      'drop resends what may have arrived',
      'an order is doubled',
      "if (situation.onAmbiguous === 'drop') return { kind: 'end', state: 'dead', reason: outcome.reason };",
      '',
    ],
    [
      'drop resends after a gateway',
      'an order is doubled',
      "if (outcome.mayHaveActed && situation.onAmbiguous === 'drop')",
      "if (outcome.mayHaveActed && situation.onAmbiguous === 'nothing' as string)",
    ],
    [
      'attempts without an end',
      'retry.attempts is not kept to',
      'if (retry.attempts !== undefined && attempt >= retry.attempts)',
      'if (retry.attempts !== undefined && attempt >= retry.attempts + 1000)',
    ],
    [
      'unreadable answers without an end',
      'a chat gets ten copies',
      'situation.unreadable >= MOST_UNREADABLE',
      'situation.unreadable >= 1000',
    ],
    [
      'a wait that outlives the delivery',
      'the last chances are given away',
      'withinLife(backoffMs(attempt, range, random), leftMs, retry.minDelay)',
      'backoffMs(attempt, range, random)',
    ],
  ),
  ...inFile(
    'src/delivery/value.ts',
    suites('delivery/value'),
    [
      'orders do not go before messages',
      'of a wide announcement the orders come last',
      'Number(b.takesOrders) - Number(a.takesOrders) || ',
      '',
    ],
    [
      'one that was removed hides that the rest is out of order',
      'of a wide announcement the orders come last',
      '    if (value === undefined) continue;\n',
      '    if (value === undefined) return true;\n',
    ],
  ),
];
