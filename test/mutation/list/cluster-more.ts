/** Persons on any node, alerts, mutes, and the smaller parts of a node among others. */
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
  ...inFile('src/cluster/attending.ts', suites('cluster/attending'), [
    'a row that only another store has is not taken in',
    'a retry by its holder does nothing',
    'if (known.value.has(delivery.id)) continue;',
    'if (delivery.id !== undefined) continue;',
  ]),
  ...inFile(
    'src/cluster/mute-registers.ts',
    suites('cluster/mute-registers', 'cluster/findings'),
    [
      'what the store did not take is not tried again',
      'a mute does not hold on that node',
      'if (isDone) for (const key of keys) this.#behind.delete(key);',
      'for (const key of keys) this.#behind.delete(key);',
    ],
    [
      'a change has the number of the one before',
      'nobody follows it',
      'this.#told.get(key) ?? 0) + 1,',
      'this.#told.get(key) ?? 0),',
    ],
  ),
  ...inFile(
    'src/cluster/alerts.ts',
    suites('cluster/alerts'),
    [
      'an alert of long ago is taken up',
      'whoever takes a destination over alarms a person about what is over',
      'heard.content.alert.raisedMs > sinceMs',
      'sinceMs < Number.POSITIVE_INFINITY',
    ],
    [
      'an alert that was not given is another’s',
      'one that comes in the middle of a hand-over reaches nobody',
      'if (given.has(planned.id) || isHeld(planned, at)) open.delete(planned);',
      'if (given.has(planned.id) || at >= 0) open.delete(planned);',
    ],
    [
      'an alert that another has is claimed again and again',
      'each look asks the database in vain',
      'if (given.has(planned.id) || isHeld(planned, at)) open.delete(planned);',
      'if (given.has(planned.id)) open.delete(planned);',
    ],
  ),
  ...inFile(
    'src/cluster/log-reader.ts',
    suites('cluster/log-reader'),
    [
      'a hint beyond the next row is the next row',
      'what is between is never read',
      'seq === this.#seq + 1',
      'seq > this.#seq',
    ],
    [
      'rows of the database before are read on',
      'news of the one after it is passed by',
      'if (this.#log !== log || this.#seq !== after) return;',
      '',
    ],
    [
      'rows of the database before are read on from the beginning',
      'news of the one after it is passed by',
      'if (this.#log !== log || this.#seq !== after) return;',
      'if (this.#seq !== after) return;',
    ],
  ),
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
  ...inFile(
    'src/cluster/claiming.ts',
    suites('cluster/claiming'),
    [
      'a claim that is taken back says nothing of its request',
      'a rate is exceeded by the next holder, or an order is tried without an end',
      "state: 'free', attempts: attempts + (wasMade ? 1 : 0)",
      "state: 'free', attempts",
    ],
    [
      'a claim that is taken back is under another epoch',
      'it stays, and the next holder buries the order',
      "...{ delivery, claim, epoch, state: 'free'",
      "...{ delivery, claim, epoch: epoch + 1, state: 'free'",
    ],
  ),
  ...inFile(
    'src/cli/inject-results.ts',
    suites('cli/inject-results'),
    [
      'nobody asks what other nodes have sent',
      '`inject` ends with 1 though everything has arrived',
      'deliveries.every(({ elsewhere }) => elsewhere === undefined)',
      'deliveries.length > 0',
    ],
    [
      'what is handed over has ended',
      '`inject` says that it was skipped, and it arrives',
      "one.state === 'pending' || isLeft(one)",
      "one.state === 'pending'",
    ],
  ),
];
