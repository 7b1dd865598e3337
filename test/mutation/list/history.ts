/** The past as figures that add up, what is deleted of it, and what leaves the store: a wrong number, a second send. */
import { e2e, inFile, suites } from '../places.ts';

const FIGURES = suites('outbox/history/upkeep', 'outbox/history/figures');

export const history = [
  ...inFile(
    'src/outbox/history/period.ts',
    FIGURES,
    [
      'figures that were made of more rows are replaced by fewer',
      'retention takes the past away',
      'figures.hasLessThan(this.#reader.load(level, fromMs))',
      'figures.hasLessThan(new Figures())',
    ],
    [
      'a part that nobody has read is not reported',
      'stats of half a day look whole',
      'if (figures === undefined) this.#miss(stretch);',
      'if (figures === null) this.#miss(stretch);',
    ],
  ),
  ...inFile('src/outbox/history/read-stats.ts', FIGURES, [
    'a missing part is reported as often as it is looked for',
    'holes of the past are counted twice',
    'missing: unionOf(period.missing)',
    'missing: period.missing',
  ]),
  ...inFile('src/outbox/history/group-series.ts', FIGURES, [
    'what failed is no part of the series',
    'a destination that fails looks idle',
    'states.dead + states.expired',
    'states.dead - states.dead',
  ]),
  ...inFile(
    'src/outbox/history/figures-of-rows.ts',
    FIGURES,
    [
      'what a person retries counts from its receipt',
      'one retry spoils the latency of a month',
      'ms >= byHandMs ? byHandMs : receivedMs',
      'receivedMs',
    ],
    [
      'a second bite of deliveries begins with the last of the first',
      'a delivery is counted twice',
      "key = `${some.at(-1)?.['id']}!`;",
      "key = String(some.at(-1)?.['id']);",
    ],
  ),
  ...inFile(
    'src/outbox/history/next-changes.ts',
    FIGURES,
    [
      'a slot is made before it is over',
      'figures miss its last minutes for ever',
      'fromMs + level.spanMs + MARGIN_MS <= this.#nowMs',
      'fromMs <= this.#nowMs',
    ],
    [
      'slots that are too old are made again and dropped again',
      'the thread of questions is never at rest',
      'if (dayMs < this.#oldestMs) break;',
      '',
    ],
    [
      'minutes are dropped before the hour is made of them',
      'hours of the past are empty',
      'a.settled = 1',
      'a.settled >= 0',
    ],
  ),
  ...inFile('src/outbox/retention.ts', FIGURES, [
    'figures go before the rows that they are made of',
    'the thread of questions is never at rest',
    'Math.max(announcements, figures)',
    'figures',
  ]),
  ...inFile(
    'src/outbox/thinning.ts',
    suites('outbox/thinning'),
    [
      'an attempt that leaves a doubt is thinned out',
      'a replay places an order twice',
      "t.outcome LIKE 'ambiguous%'",
      "t.outcome LIKE 'never%'",
    ],
    [
      'what waits is thinned out',
      'a delivery is lost',
      "SELECT d.id, d.state = 'pending' OR EXISTS",
      "SELECT d.id, d.state = 'none' OR EXISTS",
    ],
    [
      'requests that still count are thinned out',
      'a restart exceeds the rate',
      'Math.min(attemptsBeforeMs, countsSinceMs)',
      'attemptsBeforeMs',
    ],
  ),
  ...inFile(
    'src/outbox/export-rows.ts',
    [...suites('cli/export'), ...e2e('export')],
    [
      'each look begins with the last row of the one before',
      'rows are exported twice',
      '{ ...range, first: `${after} ` }',
      '{ ...range, first: after }',
    ],
    [
      'a row that cannot be read ends the export',
      'an export is short and looks whole',
      '  } catch {\n    return undefined;',
      '  } catch (error) {\n    throw error;',
    ],
  ),
  ...inFile('src/cli/replay-consent.ts', suites('replay/consent', 'replay/replay'), [
    'old orders are sent from a script without --yes',
    'a cron job trades the news of yesterday',
    'if (io.terminal === undefined || options.json) {',
    'if (io.terminal === undefined || options.json) {\n    if (orders > 0) return;',
  ]),
  ...inFile('src/cli/ask-terminal.ts', suites('replay/consent'), [
    'Ctrl-D is no answer',
    'a replay that sent nothing ends as if all were fine',
    "if (key.ctrl === true && key.name === 'd') end();",
    '',
  ]),
];
