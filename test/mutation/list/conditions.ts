/** Each trouble is seen once, by the part that knows its end; lingering conditions are not reported. */
import { inFile, suites } from '../places.ts';

export const conditions = [
  ...inFile(
    'src/conditions/from-state.ts',
    suites('conditions/watch', 'alerts/life'),
    [
      'a pause against a ban is a long pause as well',
      'one trouble, two alerts',
      'pauseMs >= LONG_PAUSE_MS && pausedUntilMs > nearBanUntilMs',
      'pauseMs >= LONG_PAUSE_MS',
    ],
    [
      'without a connection the key covers everything',
      'an alert ends with the connection',
      "if (welcome === undefined) yield now('exchanges_not_covered', name, '', lingers);",
      'if (welcome === undefined) yield* [];',
    ],
    [
      'slowed is not shown',
      'the status is silent for five minutes',
      "slowed === undefined ? 'lingering' : 'early'",
      "'lingering'",
    ],
  ),
  ...inFile('src/conditions/from-events.ts', suites('conditions/watch'), [
    'a warning counts beside the state of its feed',
    'one trouble, seen twice',
    'IN_STATE.includes(code) ? NOTHING',
    'false ? NOTHING',
  ]),
  ...inFile(
    'src/events/bus.ts',
    suites('events/bus'),
    [
      'a listener that was taken off hears the event under way',
      'a closed connection is written to',
      'if (isOn) listener(event);',
      'listener(event);',
    ],
    [
      'off takes off every one of its function',
      'another subscriber hears nothing more',
      'this.#listeners.filter((other) => other !== entry)',
      '[]',
    ],
  ),
  ...inFile(
    'src/web/json-text.ts',
    suites('web/json-text'),
    [
      'a bite is a command to the terminal',
      'a title of a feed controls the terminal of who looks',
      'text += printableJson(bite);',
      'text += bite;',
    ],
    [
      'a long answer is not redacted',
      'a secret is shown',
      'JSON.stringify(redact(text))',
      'JSON.stringify(text)',
    ],
  ),
  ...inFile(
    'src/ops/metrics.ts',
    suites('ops/metrics'),
    [
      'the first lost delivery is the first value of its series',
      'Prometheus sees no step, and no alert fires',
      'for (const outcome of ENDS) deliveries.inc({ destination: name, outcome }, 0);',
      '',
    ],
    [
      'latencies begin again at each look',
      'a scrape forgets what came before',
      'begun.add(destination);',
      '',
    ],
  ),
];
