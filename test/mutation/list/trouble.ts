/** A destination in trouble is treated with care, comes back at once, and is not a message in trouble. */
import { inFile, SIMULATION, suites } from '../places.ts';

export const trouble = [
  ...inFile(
    'src/delivery/trouble.ts',
    [...suites('delivery/lane-trouble', 'delivery/lane-answers'), SIMULATION],
    [
      'a suspension is told each time',
      'one fault is a flood of alerts',
      "const isNews = this.#state?.kind !== 'suspended';",
      'const isNews = true;',
    ],
    [
      'failures never slow a destination',
      'a receiver that fails is hammered',
      'else if (this.#failed.size >= FAILED) this.#slow(scene.retry.minDelay, scene.retry.maxDelay, scene);',
      '',
    ],
    [
      'a 429 without a time is no pause',
      'a receiver that says "too fast" is hammered',
      'if (before?.kind === kind && before.ladder === ladder) return;\n    before?.looks',
      'if (before?.kind === kind && before.ladder === ladder) return;\n    if (ladder.mostMs >= 0) return;\n    before?.looks',
    ],
    [
      'one refused message is the destination’s fault',
      'one poison message holds up the healthy ones',
      'if (size < REFUSED && !this.#speaksForAll(witness, scene.nowMs)) return this.#failedLook(scene);',
      '',
    ],
    [
      'a suspension never ends',
      'a destination that is mended gets nothing',
      '    if (this.#state === undefined && this.#suspects.size === 0) return NO_NEWS;\n',
      '    if (this.#suspects.size >= 0) return NO_NEWS;\n',
    ],
    [
      'the end of a suspension is not told',
      'what is mended is shown as broken',
      "const news = this.#state?.kind === 'suspended' ? 'resumed' : undefined;",
      'const news = undefined;',
    ],
  ),
  ...inFile(
    'src/delivery/probe-schedule.ts',
    [...suites('delivery/lane-trouble', 'delivery/lane-answers'), SIMULATION],
    [
      'several looks at a time',
      'the whole queue is the probe',
      'if (this.#isUnderWay) return Number.POSITIVE_INFINITY;',
      '',
    ],
    [
      'looks at an even pace',
      'a receiver that is gone is asked each second for ever',
      'firstMs * 2 ** Math.min(this.#steps++, 40)',
      'firstMs',
    ],
    [
      'looks without a most',
      'a receiver that is back is noticed hours later',
      'Math.min(firstMs * 2 ** Math.min(this.#steps++, 40), mostMs)',
      'firstMs * 2 ** Math.min(this.#steps++, 40)',
    ],
    [
      'fresh news may look without end',
      'news is a way around the pause',
      'this.#lastMs + this.#ladder.newsMs',
      '0 * this.#ladder.newsMs',
    ],
    [
      'fresh news waits',
      'an announcement waits for the ladder',
      'const newsAtMs = this.#hasNews ?',
      'const newsAtMs = this.#hasNews && this.#steps > 1e9 ?',
    ],
  ),
  ...inFile(
    'src/delivery/conclusion.ts',
    [...suites('delivery/lane-answers', 'delivery/lane-attempts', 'delivery/lane'), SIMULATION],
    [
      'a pause is forgotten with the delivery that was told',
      'a Retry-After on the last attempt is not kept to',
      'room.hear(result, pauseOf(outcome), nowMs)',
      "room.hear(result, decision.kind === 'end' ? undefined : pauseOf(outcome), nowMs)",
    ],
    [
      'another form costs an attempt',
      'attempts: 1 kills a message whose form is refused',
      '  else if (isFree) held.uncounted++;\n',
      '',
    ],
    ['attempts are not counted', 'retry.attempts never ends', 'held.attempts++;\n', ';\n'],
  ),
];
