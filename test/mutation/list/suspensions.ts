/** A suspension goes on with the next holder, and a person's wish that it be tried reaches the holder. */
import { inFile, suites } from '../places.ts';

export const suspensions = [
  ...inFile(
    'src/cluster/suspensions.ts',
    suites('cluster/suspensions'),
    [
      'a suspension is not told',
      'the next holder sends to whoever is gone',
      'tell(SUSPENDED, key, JSON.stringify(told), nextMs + KEPT_MS);',
      '',
    ],
    [
      'its end is not told',
      'the next holder waits for what works again',
      'tell(SUSPENDED, before.key, undefined);\n    if (suspended === undefined) {',
      'if (suspended === undefined) {',
    ],
    [
      'what another has found is not taken up',
      'the next holder sends to whoever is gone',
      'lane.adopt({ ...{ reason, words, isGone, steps, sinceMs, nextMs }, isElsewhere: true });',
      '',
    ],
    [
      'what a node found when it was the holder stays',
      'it waits for what works again',
      'if (suspended !== undefined) lane.adopt(undefined);',
      '',
    ],
    [
      'a wish stays on the node that heard it',
      'a reload on one machine does not try what another holds',
      'this.#wish(before.key);',
      'void 0;',
    ],
    [
      'the holder does not hear of wishes',
      'a reload on one machine does not try what another holds',
      'if (suspended !== undefined) lane.resume();',
      '',
    ],
    [
      'the last look of a dead holder is believed',
      'what it knew to work again waits for half an hour',
      'nextMs: Math.min(suspended.nextMs, mostMs)',
      'nextMs: suspended.nextMs',
    ],
    [
      'a restart is no wish',
      'restarting the only node does not try it',
      'isRestarted || heard.options',
      'heard.options',
    ],
    [
      'another database is not told',
      'the next holder sends to whoever is gone',
      '      this.#seen.delete(destination);\n      this.look(destination);',
      '',
    ],
  ),
  ...inFile('src/cluster/findings.ts', suites('cluster/suspensions'), [
    'a hand-over does not look whether something has changed',
    'a wish of the last second is lost',
    '    this.#suspensions.lookAtAll();\n    return this.#facts.flush();',
    '    return this.#facts.flush();',
  ]),
];
