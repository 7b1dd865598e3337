/** Limits hold at the receiver, over restarts and reloads; pauses hold for all whom they mean. */
import { inFile, SIMULATION, suites } from '../places.ts';

export const budgets = [
  ...inFile(
    'src/delivery/windows.ts',
    [...suites('delivery/budget-book', 'delivery/lane', 'delivery/priority'), SIMULATION],
    [
      'a burst below the limit is ignored',
      'all at once instead of a few',
      'return burst < limit ? [{ limit, perMs }, average] : [average];',
      'return burst < limit ? [{ limit, perMs }] : [average];',
    ],
    [
      'the window does not grow with the burst',
      'twice the average',
      'const average = { limit: burst, perMs: (perMs * burst) / limit };',
      'const average = { limit: burst, perMs };',
    ],
    [
      'a window without margin',
      'requests arrive closer than they leave',
      'perMs: perMs + Math.min(perMs * MARGIN.ratio, MARGIN.mostMs),',
      'perMs: perMs - 1 + 0 * Math.min(MARGIN.ratio, MARGIN.mostMs),',
    ],
    [
      'what is under way does not count',
      'slow connects arrive together',
      '      if (inFlight >= limit) return Number.POSITIVE_INFINITY;\n',
      '',
    ],
    [
      'the loosest of several claims',
      'who asks for more than the platform allows gets it for all',
      'atMs = Math.max(atMs, writtenMs + perMs);',
      'atMs = atMs === 0 ? writtenMs + perMs : Math.min(atMs, writtenMs + perMs);',
    ],
  ),
  ...inFile(
    'src/delivery/budget.ts',
    [
      ...suites('delivery/lane', 'delivery/budget-book', 'delivery/priority', 'delivery/lane-answers'),
      SIMULATION,
    ],
    ['a pause is not stored', 'a restart forgets a Retry-After', '    this.#keep?.(untilMs);\n', ''],
    [
      'a shorter pause shortens a longer one',
      'a Retry-After is not kept to',
      '    if (untilMs <= this.#pausedUntilMs) return false;\n',
      '',
    ],
    [
      'after a pause all go at once',
      'the end of a pause is the next storm',
      "    if (isTrial) this.#trial = 'in flight';\n",
      '',
    ],
    [
      'a slot ends when the request is written',
      'a slow answer lets too many go',
      '    else this.windows.add(writtenMs);\n',
      '',
    ],
    ['strikes are not counted', 'the address is banned', '    this.pause(silence.untilMs);\n', ''],
    [
      'a told place is not given back',
      'a connect that fails costs a place of the platform’s',
      'if (writtenMs === undefined) this.#told.giveBack();',
      'if (writtenMs === undefined) void 0;',
    ],
    [
      'more at once than a connection takes',
      'the freshest waits behind what was handed over',
      ' || this.#inFlight >= this.#atOnce',
      '',
    ],
    [
      'a guess does not grow',
      'an address that is banned is asked each minute',
      'firstMs * 2 ** Math.min(this.#guesses - 1, MOST_DOUBLINGS)',
      'firstMs',
    ],
  ),
  ...inFile(
    'src/delivery/reported-limit.ts',
    [...suites('delivery/lane', 'delivery/budget-book'), ...suites('destinations/discord'), SIMULATION],
    [
      'what the platform says is left is forgotten',
      'a 429 that could be foreseen',
      'return this.#told === undefined || this.#told.requests > 0 ? 0 : this.#told.untilMs;',
      'return this.#told === undefined || this.#told.requests > -1e9 ? 0 : this.#told.untilMs;',
    ],
    [
      'what is under way is not taken off what is left',
      'a 429 that could be foreseen',
      'requests: requests - inFlight,',
      'requests: requests - 0 * inFlight,',
    ],
  ),
  ...inFile(
    'src/delivery/slot-order.ts',
    [...suites('delivery/priority', 'delivery/openings'), SIMULATION],
    [
      'who asks first goes first',
      'a listing waits behind the notices of another destination',
      '      this.#serve(nowMs, next);\n',
      '',
    ],
    [
      'two that are alike make it spin',
      'the bridge stands still',
      'compare(a, b) || a.order - b.order',
      'compare(a, b)',
    ],
  ),
  ...inFile(
    'src/delivery/room.ts',
    [
      ...suites('delivery/survivors', 'delivery/priority', 'delivery/lane', 'delivery/lane-answers'),
      SIMULATION,
    ],
    [
      'the lane hands over what has no room',
      'limits are exceeded',
      '    return full === undefined;\n',
      '    return true;\n',
    ],
    [
      'parked at the first full budget',
      'a lane is woken for nothing',
      'if (waitMs > longestMs) [longestMs, full] = [waitMs, budget];',
      'if (waitMs > 0 && full === undefined) [longestMs, full] = [waitMs, budget];',
    ],
    [
      'a pause that others share is one’s own',
      'the others run into the ban',
      '(budget === undefined ? undefined : this.#shared.get(budget)) ?? this.own',
      'this.own',
    ],
  ),
  ...inFile(
    'src/delivery/budget-book.ts',
    [...suites('delivery/budget-book', 'delivery/lane', 'delivery/priority'), SIMULATION],
    [
      'earlier requests are not counted',
      'a restart doubles a rate',
      '    if (!recalled.destinations.has(destination)) budget.remember(attempts.get(destination) ?? []);\n',
      '',
    ],
    [
      'what could not be read is never asked for again',
      'a limit that a reload sets on a broken disk forgets what had gone',
      '      this.#isBehind = true;\n',
      '',
    ],
    [
      'stored pauses are not taken up',
      'a restart forgets a Retry-After',
      'if (untilMs !== undefined) budget.restore(untilMs);',
      '',
    ],
    [
      'another address inherits',
      'the pauses of the one before hold it',
      'key: ownBudgetKey(destination, farEnd)',
      "key: ownBudgetKey(destination, '')",
      ...suites('delivery/lane-reload'),
    ],
  ),
];
