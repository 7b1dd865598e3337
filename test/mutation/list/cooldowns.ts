/** A cooldown lets one delivery of a kind arrive: never two, and never none because of one that failed. */
import { inFile, suites } from '../places.ts';

const TESTS = suites('cooldown/cooldowns', 'cooldown/lane-cooldown', 'outbox/conformance');

export const cooldowns = [
  ...inFile(
    'src/cooldown/cooldowns.ts',
    TESTS,
    [
      'what has arrived frees its place',
      'an order is placed twice',
      "if (state === 'delivered' || begunMs !== undefined) return this.#hold(sought, delivery, true);",
      '',
    ],
    [
      'what may have arrived frees its place',
      'an order is placed twice, because an answer was lost',
      "if (state === 'delivered' || begunMs !== undefined)",
      "if (state === 'delivered')",
    ],
    [
      'the second does not wait for the fate of the first',
      'both are lost when the first fails',
      "return cooling.isSent ? refusalOf(cooling, nowMs) : 'behind';",
      'return refusalOf(cooling, nowMs);',
    ],
    [
      'the place of one that leaves is not held',
      'two orders of one read leave at once',
      'const { delivery } = item;\n    this.#catchUp();',
      'const { delivery } = item;',
    ],
    [
      'after a crash what was pending counts as never sent',
      'a kill at the wrong moment doubles an order',
      'receivedMs > this.#mayHaveLeftMs) return;',
      'receivedMs > 0) return;',
    ],
    [
      'what was sent before is not read',
      'a restart lets the second order out',
      'for (const { delivery, isOpen } of sent) if (!isOpen) this.#recall(delivery, true);',
      '',
    ],
    [
      'a person is not obeyed',
      'deliveries retry does nothing',
      'byHandMs !== undefined && reason !== REPLAYED;',
      'byHandMs === null && reason !== REPLAYED;',
    ],
    [
      'a replay is obeyed like a person',
      'an order of a ticker that was just bought',
      'byHandMs !== undefined && reason !== REPLAYED;',
      'byHandMs !== undefined || reason === REPLAYED;',
    ],
    [
      'what was cancelled by hand keeps its place',
      'the next order waits until it is too old',
      'else if (isOpen === undefined && !place.isSent) this.#all.close(place, key);',
      '',
    ],
    [
      'places by ticker stay when the rule counts by title',
      'nothing of a rule is sent after a reload',
      'if (!isSame(before, rules.get(name)))',
      'if (!rules.has(name))',
    ],
    [
      'a longer time is not looked up',
      'a reload lets the second order out',
      'if (before === undefined || before.forMs < rule.forMs) this.#unread.add(name);',
      'if (before === undefined) this.#unread.add(name);',
    ],
  ),
  ...inFile(
    'src/cooldown/places.ts',
    TESTS,
    [
      'it ends later than it says',
      'an order is held back after the time is over',
      'Math.abs(receivedMs - place.atMs) < forMs',
      'Math.abs(receivedMs - place.atMs) < 2 * forMs',
    ],
    [
      'a delivery that waits long is held back by a later one',
      'an order is left out because of one outside its time',
      'Math.abs(receivedMs - place.atMs) < forMs',
      'receivedMs - place.atMs < forMs',
    ],
    [
      'only the latest of a kind is known',
      'a delivery that waited longer than the time is let out beside one of its own time',
      'newer.older = place.older;',
      'newer.older = undefined;',
    ],
    [
      'no bound',
      'a feed gone mad fills the memory',
      'if (this.#all.size > MOST_COOLDOWNS && oldest',
      'if (this.#all.size > 1e9 && oldest',
    ],
    [
      'of one kind all are kept',
      'a receiver that is down for long makes each delivery slower than the one before',
      'if (++count > MOST_OF_A_KIND)',
      'if (++count > 1e9)',
    ],
    [
      'what failed keeps its place',
      'the only order of a ticker is left out because of one that never arrived',
      'if (place.open.length === 0) this.delete(place);',
      '',
    ],
  ),
  ...inFile(
    'src/cooldown/kinds.ts',
    TESTS,
    [
      'a redacted title is a title',
      'all but the first redacted announcement are left out',
      'if (announcement.redacted) return NONE;',
      '',
    ],
    [
      'a ticker in other letters is another',
      'an order is placed twice',
      'kinds: [folded(ticker)]',
      'kinds: [ticker]',
    ],
    [
      'a title in other letters is another',
      'a chat gets the same news twice',
      'const title = folded(announcement.title);',
      'const title = announcement.title;',
    ],
    [
      'a test starts a cooldown',
      'an order waits for a test',
      "content.kind !== 'news' || content.announcement.test",
      "content.kind !== 'news'",
    ],
  ),
  ...inFile(
    'src/delivery/lane-gate.ts',
    TESTS,
    [
      'the end of trouble lets the second out',
      'an order is placed twice after an outage',
      'held.dueMs = Number.POSITIVE_INFINITY;',
      '',
    ],
    [
      'those that wait are not released',
      'the only order of a ticker waits until it is too old',
      '      for (const held of waiting) this.#place(held);\n',
      '',
    ],
    [
      'the failure of the first is not in the store when the second leaves',
      'a kill at that moment sends both',
      '      journal.flush();\n',
      '',
    ],
  ),
  ...inFile(
    'src/outbox/backlog-rows.ts',
    TESTS,
    [
      'what may have arrived and ended otherwise is not read',
      'a restart lets the second order out',
      " OR d.begun_ms IS NOT NULL OR d.reason = 'may_have_arrived' OR unsure)`",
      ')`',
    ],
    [
      'all that was sent is read as of one announcement',
      'a restart forgets all titles but one',
      "const isSame = before !== undefined && originOf(before).id === row['announcement_id'];",
      'const isSame = before !== undefined;',
    ],
  ),
  ...inFile(
    'src/outbox/orderly-end.ts',
    TESTS,
    [
      'an end in order is believed twice',
      'a kill after a restart doubles an order',
      'if (learnt.get(KEY) !== NO) journal.learn(KEY, NO);',
      '',
    ],
    [
      'no end is in order',
      'a restart during an outage costs the order',
      'return isOrderly;',
      'return false;',
    ],
  ),
];
