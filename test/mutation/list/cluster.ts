/** One of several machines sends, knows what the others have sent, and tells them what it has. */
import { inFile, suites } from '../places.ts';

const CLUSTER = [
  ...suites('cluster/holdings', 'cluster/node', 'cluster/trouble', 'cluster/findings'),
  'test/cluster/simulation/cluster.test.ts',
  'test/cluster/simulation/cluster-second-half.test.ts',
];

export const cluster = [
  ...inFile('src/delivery/attempt.ts', suites('delivery/tenure', 'cluster/node'), [
    'nothing is read of the tenure before the bytes leave',
    'a process that was stopped sends what another has sent',
    'if (deps.tenure?.isOver) flight.isRecalled = true;',
    '',
  ]),
  ...inFile('src/delivery/in-flight.ts', suites('cluster/node'), [
    'a claim is kept although the order was refused',
    'the next holder does not try it again',
    "if (result.outcome.kind !== 'delivered') flight.claim?.takeBack(result);",
    '',
  ]),
  ...inFile(
    'src/cluster/holdings.ts',
    CLUSTER,
    [
      'a lease counts from the answer on, and for longer',
      'two machines send for one destination',
      'Math.max(tenure.untilMs, sentMs + LEASE_MS - MARGIN_MS)',
      'Math.max(tenure.untilMs, this.#clock.monotonicMs() + 2 * LEASE_MS)',
    ],
    [
      'an answer of before it was given back takes it again',
      'two machines hold one partition',
      'if (sentMs <= (this.#leftMs.get(partition) ?? Number.NEGATIVE_INFINITY))',
      'if (sentMs < 0)',
    ],
    [
      'a fence keeps nothing out',
      'a delivery is sent by two machines',
      '    holding.isLeaving = true;\n',
      '',
    ],
    [
      'another epoch is the same holding',
      'nobody asks what another has sent in between',
      'if (holding?.epoch === epoch && !holding.isOrphan)',
      'if (holding !== undefined && !holding.isOrphan)',
    ],
    [
      'what is claimed in another database is as it was',
      'nobody asks it what has been sent',
      'if (holding?.epoch === epoch && !holding.isOrphan)',
      'if (holding !== undefined)',
    ],
  ),
  ...inFile(
    'src/cluster/sightings.ts',
    CLUSTER,
    [
      'a replaced database is believed at once',
      'two machines send for one destination',
      "if (continuity === 'replaced' || continuity === 'set back') this.notBeforeMs = nowMs + LEASE_MS;",
      '',
    ],
    [
      'a renewal that is missing in the database is none that was lost',
      'an earlier state, into which others have written since, is not told what is missing, and it is sent again',
      'beat < this.#answered)',
      'beat < 0)',
    ],
    [
      'the database alone says when a lease is over',
      'a jump of its clock makes two holders',
      'return Math.max(endsMs, this.notBeforeMs);',
      'return endsMs > 0 ? 0 : endsMs;',
    ],
    [
      'a node that saw nothing for a while takes what has run out meanwhile',
      'an outage of the database sends everything of it twice',
      'this.#wasAway || nowMs - this.#seenMs > BLIND_MS',
      'false',
    ],
    [
      'an outage counts only if it was long',
      'a slower node, which gets through later, is taken for gone, and what it has sent is sent again',
      "continuity !== 'same' || this.#wasAway ||",
      "continuity !== 'same' ||",
    ],
  ),
  ...inFile(
    'src/cluster/node.ts',
    CLUSTER,
    [
      'who leaves does not wait for what it hands over already',
      'what it had to cut is not told, and a rate is exceeded',
      '    await Promise.all(this.#givingBack);\n',
      '',
    ],
    [
      'who leaves does not wait for a database that is away',
      'the others send once more what it has sent in the outage',
      'if (patience === undefined || patience.aborted) throw error;',
      'throw error;',
    ],
    [
      'who leaves does not look whether the database is another one',
      'it does not know what ended, and the others send it once more',
      '      if (this.#view !== undefined) await this.#lookOnce();\n',
      '',
    ],
    [
      'what was given back is shown as held',
      'a drain that went well is said to have failed',
      '    this.#view = this.#view && givenBack(this.#view, partitions, card);\n',
      '',
    ],
  ),
  ...inFile(
    'src/cluster/join.ts',
    CLUSTER,
    [
      'what ended is not told before it is handed over',
      'a delivery is sent by two machines',
      'await Promise.all([this.#settling.flush(), this.#findings.flush()]);',
      '',
    ],
    [
      'what has ended is told when the bus brings it',
      'the next holder sends it again',
      'this.#deps.catchUp?.();',
      '',
    ],
    [
      'what is on the wire is not waited for when it is handed over',
      'a delivery is sent by two machines',
      'await Promise.all([this.#rows.landed(all), this.#claiming.handBack(all)]);',
      'await this.#claiming.handBack(all);',
    ],
    [
      'a request that was cut is not told',
      'a rate is exceeded after a stop',
      'this.#settling.cut(one.delivery, one.attempts + 1, one.reason);',
      '',
    ],
  ),
  ...inFile(
    'src/cluster/takeover.ts',
    CLUSTER,
    [
      'an end of another is not looked at',
      'everything is sent again by the next holder',
      "const hasEnded = end !== undefined && end.state !== 'begun' && end.state !== 'free';",
      'const hasEnded = false;',
    ],
    [
      'a claim of another is not looked at',
      'an order is placed twice',
      "if (end !== undefined) return end.state === 'begun';",
      'if (end !== undefined) return false;',
    ],
    [
      'news that was read meanwhile is not taken up',
      'it is never sent',
      'for (const news of known.notLoggedBefore(askedMs))',
      'for (const news of known.notLoggedBefore(Number.POSITIVE_INFINITY))',
    ],
    [
      'requests of others do not count',
      'a rate is exceeded by two machines together',
      'for (const [destination, writtenMs] of written) budgets.remember(destination, writtenMs);',
      '',
    ],
    [
      'news that is heard of late goes where the past is not known yet',
      'it is sent twice, by two machines',
      '.filter(isOpen)',
      '.filter((one) => this.#deps.holdings.holds(one))',
    ],
  ),
  ...inFile(
    'src/cluster/past.ts',
    CLUSTER,
    [
      'another database is not told what ended',
      'everything of the last hours is sent again',
      '      settling.add({',
      '      if (state.length < 0) settling.add({',
    ],
    [
      'a new node takes for the past whatever it reads before it has seen the database',
      'orders of it are not sent',
      'if (met === undefined) return this.#bornMs;',
      'if (met === undefined) return Number.POSITIVE_INFINITY;',
    ],
    [
      'another database is not told of requests that are to be made again',
      'a rate is exceeded',
      '        settling.tellAgain(delivery);\n',
      '',
    ],
  ),
  ...inFile(
    'src/cluster/mute-registers.ts',
    suites('cluster/findings'),
    [
      'whatever comes is right',
      'a mute that was lifted comes back',
      'if (mine !== undefined && !isLater(register, mine)) return;',
      '',
    ],
    [
      'a lift is forgotten at once',
      'a node that was away brings the mute back',
      'keptUntilMs: Math.max(untilMs ?? 0, before?.keptUntilMs ?? 0),',
      'keptUntilMs: untilMs ?? 0,',
    ],
    [
      'an empty database is not told',
      'a mute is lost with it',
      'if (register.number > (this.#told.get(key) ?? 0)) this.#tell(key, register);',
      '',
    ],
  ),
  ...inFile(
    'src/cluster/known.ts',
    suites('cluster/node'),
    [
      'ends are named as each node names the news',
      'the next holder does not find them, and sends it again',
      '    known.logKey = key;',
      '',
    ],
    [
      'the same words are one whenever they come',
      'news of the log is not sent',
      'return apartMs < windowMs ? alike : undefined;',
      'return apartMs < windowMs || apartMs > 0 ? alike : undefined;',
    ],
  ),
  ...inFile(
    'src/cluster/alerts.ts',
    suites('cluster/findings'),
    [
      'an alert is taken up without a claim',
      'two nodes send it',
      'mine.filter(({ id }) => given.has(id)),',
      'mine,',
    ],
    [
      'all nodes report what all of them see',
      'it is sent as often as there are nodes',
      '...(sameAs !== undefined && {',
      '...(sameAs === null && {',
    ],
  ),
  ...inFile('src/cluster/telling.ts', suites('cluster/node'), [
    'news is told only when it comes into the log',
    'a node without a feed is late',
    'if (own.length > 0)',
    'if (own.length > 1000)',
  ]),
  ...inFile(
    'src/cluster/rehearsed.ts',
    suites('rehearsal/rehearsal'),
    [
      'nothing is rehearsed through the database',
      'the first news of an hour is late at a node without a feed',
      '% oneIn !== 0',
      '% oneIn !== -1',
    ],
    [
      'a database that is away holds the rehearsal up',
      'each announcement of it waits a second',
      'nowMs < this.#notBeforeMs',
      'nowMs < 0',
    ],
  ),
  ...inFile('src/cluster/announced.ts', suites('cluster/node'), [
    'what a dead node told is not logged',
    'whoever comes later never hears of it',
    'if (news.loggedMs === undefined) writer.add(news);',
    '',
  ]),
  ...inFile(
    'src/cluster/claiming.ts',
    CLUSTER,
    [
      'an order leaves without a claim',
      'two machines place it',
      "return onAmbiguous === 'drop' || this.#deps.differs();",
      'return false;',
    ],
    [
      'while the database cannot be reached an order leaves without a claim',
      'whoever takes over places it again',
      "      await wait(clock, AGAIN_MS);\n      return 'later';",
      '      return UNSHARED;',
    ],
    [
      'a claim without an answer is not handed back',
      'an order that never left is not sent by the next holder',
      'for (const made of this.#unsure.values()) if (partitions.has(made.partition)) this.#takeBack(made, 0);',
      '',
    ],
  ),
];
