/** Persons on any node, mutes, and the smaller parts of a node among others. */
import { inFile, suites } from '../places.ts';

const NODE = [
  ...suites(
    'cluster/node',
    'cluster/trouble',
    'cluster/findings',
    'cluster/back-and-forth',
    'cluster/goes-on',
  ),
  'test/cluster/simulation/cluster.test.ts',
  'test/cluster/simulation/cluster-second-half.test.ts',
];

export const clusterMore = [
  ...inFile(
    'src/cluster/asking.ts',
    suites('cluster/asking'),
    [
      'a question is attended however old it is',
      'what a person gave up on is done as a surprise',
      'else if (ageMs < ANSWER_MS) void this',
      'else void this',
    ],
    [
      'a failure is no answer',
      'a person reads that something was done',
      'reply = { problem: messageOf(error) };',
      'reply = { value: undefined };',
    ],
  ),
  ...inFile('src/cluster/gathering.ts', suites('cluster/from-any-node'), [
    'a node without an answer is not named',
    'a list looks whole and is not',
    'if (missing.length > 0) this.#deps.missed?.(missing);\n    return { ok: true, value, ...missingOf({ missing }) };',
    'return { ok: true, value };',
  ]),
  ...inFile(
    'src/cluster/merged.ts',
    suites('cluster/merged'),
    [
      'the record of a hand-over counts',
      'a delivery that arrived seems to have been skipped',
      'if (LEFT.has(reason)) return 0;',
      '',
    ],
    [
      'the last rows come again on the next page',
      'a list has them twice',
      '  skipTwins(parts, taken, chosen, { sameAs, better });\n',
      '',
    ],
    [
      'a row is shown before one that a node has not looked for',
      'a list leaves rows out',
      'return next === undefined ? [] : [{ node, atMs: untilMs ?? timeOfId(next) }];',
      'return [];',
    ],
  ),
  ...inFile('src/cluster/changes.ts', suites('cluster/from-any-node'), [
    'the node on which it is requested makes a change',
    'it is retried by a node that does not send there',
    "if ('value' in answer) for (const name of answer.value) holders.set(name, of);",
    "if ('value' in answer) for (const name of answer.value) holders.set(name, name === of ? of : node);",
  ]),
  ...inFile('src/cluster/mute-registers.ts', suites('cluster/findings'), [
    'a change has the number of the one before',
    'nobody follows it',
    'this.#told.get(key) ?? 0) + 1,',
    'this.#told.get(key) ?? 0),',
  ]),
  ...inFile(
    'src/cluster/takeover.ts',
    NODE,
    [
      'what may have arrived is buried everywhere',
      'a delivery that a dead node left is lost',
      "if (options.onAmbiguous !== 'drop') return false;",
      '',
    ],
    [
      'an order of before is sent into a database that is another one',
      'it is placed twice: its claim is lost',
      'return fate !== false || content.announcement.receivedMs < this.#deps.unknownBeforeMs();',
      'return fate !== false;',
    ],
    [
      'what was given back meanwhile is taken',
      'it is sent by two machines',
      'if (!holdings.holds(partition) || holdings.turnOf(partition) !== turn) wanted.delete(partition);',
      '',
    ],
  ),
  ...inFile('src/cluster/local-rows.ts', NODE, [
    'what nobody else finds is handed over',
    'a delivery that has waited for longer than the next holder looks back is lost',
    "content.kind === 'news' && content.announcement.receivedMs >= sinceMs;",
    "content.kind === 'news' && sinceMs < Number.POSITIVE_INFINITY;",
  ]),
  ...inFile('src/cluster/company.ts', NODE, [
    'nodes never differ',
    'two configs double what they send',
    "return this.#differing !== '';",
    'return this.#differing === undefined;',
  ]),
  ...inFile('src/cluster/claiming.ts', NODE, [
    'a claim that is taken back is under another epoch',
    'it stays, and the next holder buries the order',
    "...{ delivery, claim, epoch, state: 'free'",
    "...{ delivery, claim, epoch: epoch + 1, state: 'free'",
  ]),
];
