/** The life of every condition: reported once when it starts, again every six hours, once when it ends. */
import { describe, expect, test } from 'vitest';
import { type CONDITIONS, type ConditionCode, conditionOf } from '../../src/conditions/registry.ts';
import type { BridgeEvent } from '../../src/events/bridge-event.ts';
import { type WarningCode, warning } from '../../src/feeds/warning.ts';
import type { TableState } from '../../src/tables/table-state.ts';
import { FakeBridge, HOUR, MINUTE, SECOND, selfTest } from './bridge.ts';

const UNCOVERED = {
  ...{ tier: 'paid', allowedCex: ['binance'], limits: {} },
  ...{ missing: ['upbit'], uncovered: 'upbit' },
};

/** Of the feed that is not down. */
const OF_SEOUL: readonly string[] = ['key_expires_soon', 'exchanges_not_covered'];

const expiring = ({ clock }: FakeBridge) => ({
  keyExpiresMs: clock.monotonicMs() + 70 * HOUR,
  keyExpiresSoon: true,
});

const table = (changes: Partial<TableState>): TableState => ({
  ...{ name: 'perps', source: 'url', from: 'https://x.test/list', rows: 3, ageMs: HOUR, isStale: false },
  ...{ fault: 'answers 500', ...changes },
});

interface Case {
  readonly subject: string;
  readonly begin: (bridge: FakeBridge) => void;
  /** Absent: it ends by itself. */
  readonly end?: (bridge: FakeBridge) => void;
  /** From the beginning to the message, without the three seconds in which others may join. */
  readonly afterMs: number;
  /** From the end to the message. */
  readonly endsAfterMs: number;
}

function aDay(subject: string, event: BridgeEvent): Case {
  return { subject, begin: (bridge) => bridge.say(event), afterMs: 0, endsAfterMs: 24 * HOUR };
}

const warned = (code: WarningCode): Case =>
  aDay('tokyo', { kind: 'warning.raised', warning: warning(code, 'tokyo', 'one sentence') });

/** Those that alerts report: neither notes nor consequences of another one. */
type ReportedCode = {
  [Code in ConditionCode]: (typeof CONDITIONS)[Code] extends { quiet: true } | { impliedBy: string }
    ? never
    : Code;
}[ConditionCode];

/** A condition without a case does not compile. */
const CASES: Readonly<Record<ReportedCode, Case>> = {
  feed_down: {
    subject: 'tokyo',
    begin: (bridge) => bridge.down('tokyo'),
    end: (bridge) => bridge.live('tokyo'),
    afterMs: MINUTE,
    endsAfterMs: MINUTE,
  },
  feed_unproven: {
    subject: 'tokyo',
    begin: (bridge) => bridge.live('tokyo', { selfTest: selfTest('unanswered') }),
    end: (bridge) => bridge.live('tokyo'),
    afterMs: 3 * MINUTE,
    endsAfterMs: MINUTE,
  },
  feed_fatal: {
    subject: 'tokyo',
    begin: (bridge) => bridge.live('tokyo', { state: 'fatal', trouble: 'key_revoked' }),
    end: (bridge) => bridge.live('tokyo'),
    afterMs: 0,
    endsAfterMs: MINUTE,
  },
  key_expires_soon: {
    subject: 'tokyo',
    begin: (bridge) => bridge.live('tokyo', expiring(bridge)),
    end: (bridge) => bridge.live('tokyo'),
    afterMs: 0,
    endsAfterMs: MINUTE,
  },
  tier_redacts: warned('tier_redacts'),
  exchanges_not_covered: {
    subject: 'tokyo',
    begin: (bridge) => bridge.live('tokyo', { welcome: UNCOVERED }),
    end: (bridge) => bridge.live('tokyo'),
    afterMs: 0,
    endsAfterMs: 0,
  },
  destination_suspended: {
    subject: 'bot',
    begin: (bridge) => bridge.suspend('bot'),
    end: (bridge) => bridge.lane('bot'),
    afterMs: 0,
    endsAfterMs: 30 * SECOND,
  },
  destination_failing: {
    subject: 'bot',
    begin: (bridge) => bridge.fail('bot'),
    end: (bridge) => bridge.recover('bot'),
    afterMs: 5 * MINUTE,
    endsAfterMs: 30 * SECOND,
  },
  destination_paused: {
    subject: 'bot',
    begin: (bridge) => bridge.lane('bot', { held: 3, pausedUntilMs: bridge.clock.monotonicMs() + 9 * HOUR }),
    end: (bridge) => bridge.lane('bot', { held: 3 }),
    afterMs: 0,
    endsAfterMs: 30 * SECOND,
  },
  near_ban: {
    subject: 'bot',
    begin: (bridge) => bridge.lane('bot', { nearBanUntilMs: bridge.clock.monotonicMs() + 10 * MINUTE }),
    afterMs: 0,
    endsAfterMs: 10 * MINUTE,
  },
  destination_broken: {
    subject: 'bot',
    begin: (bridge) =>
      bridge.say({ kind: 'destination.open_failed', destination: 'bot', message: 'no such module' }),
    end: (bridge) => bridge.attempted('bot', { kind: 'delivered' }),
    afterMs: 0,
    endsAfterMs: 0,
  },
  deliveries_dead: {
    subject: 'bot',
    begin: (bridge) => bridge.ended('bot', 'dead', 'message_refused'),
    afterMs: 0,
    endsAfterMs: HOUR,
  },
  deliveries_expired: {
    subject: 'bot',
    begin: (bridge) => bridge.ended('bot', 'expired', 'max_age'),
    afterMs: 0,
    endsAfterMs: HOUR,
  },
  template_failed: {
    subject: 'bot',
    begin: (bridge) =>
      bridge.say({ kind: 'template.failed', delivery: bridge.delivery('bot'), message: 'undefined' }),
    afterMs: 0,
    endsAfterMs: HOUR,
  },
  cluster_unreachable: {
    subject: '',
    begin: (bridge) => bridge.say({ kind: 'cluster.unreachable', message: 'no answer', advice: 'look' }),
    end: (bridge) => bridge.say({ kind: 'cluster.reached', afterMs: 1 }),
    ...{ afterMs: 0, endsAfterMs: 0 },
  },
  cluster_alone: {
    subject: '',
    begin: (bridge) => bridge.say({ kind: 'cluster.alone', why: 'too old', byWord: false }),
    end: (bridge) => bridge.say({ kind: 'cluster.not_alone' }),
    ...{ afterMs: 0, endsAfterMs: 0 },
  },
  cluster_replaced: {
    ...{ subject: '', afterMs: 0, endsAfterMs: HOUR },
    begin: (bridge) => bridge.say({ kind: 'cluster.replaced', isSetBack: true }),
  },
  cluster_name_taken: {
    subject: '',
    begin: (bridge) => bridge.say({ kind: 'cluster.name_taken', node: 'tokyo', standsBy: true }),
    end: (bridge) => bridge.say({ kind: 'cluster.name_free', node: 'tokyo' }),
    ...{ afterMs: 0, endsAfterMs: 0 },
  },
  store_replaced: {
    subject: '',
    begin: (bridge) => {
      const salvaged = { announcements: 1, deliveries: 1, owed: 0, unreadable: undefined };
      bridge.say({ kind: 'store.replaced', reason: 'malformed', setAside: 'x.db', salvaged });
    },
    afterMs: 0,
    endsAfterMs: HOUR,
  },
  destination_advice: aDay('bot', {
    kind: 'destination.advice',
    destination: 'bot',
    advice: 'chatId: -100123',
  }),
  publishers_not_covered: warned('publishers_not_covered'),
  key_used_elsewhere: warned('key_used_elsewhere'),
  connection_unstable: warned('connection_unstable'),
  clock_skew: warned('clock_skew'),
  unknown_listing_type: warned('unknown_listing_type'),
  unknown_publisher: warned('unknown_publisher'),
  unread_field: warned('unread_field'),
  no_rule_matched: aDay('', {
    kind: 'warning.raised',
    warning: warning('no_rule_matched', undefined, 'none of 100'),
  }),
  unread_news: {
    ...warned('unread_news'),
    endsAfterMs: MINUTE,
  },
  store_broken: {
    subject: '',
    begin: (bridge) => {
      bridge.storeFault = 'disk I/O error';
    },
    end: (bridge) => {
      bridge.storeFault = undefined;
    },
    afterMs: 0,
    endsAfterMs: 30 * SECOND,
  },
  table_missing: {
    subject: 'perps',
    begin: (bridge) => {
      bridge.tables = [table({ rows: undefined })];
    },
    end: (bridge) => {
      bridge.tables = [table({ fault: undefined })];
    },
    afterMs: 0,
    endsAfterMs: 0,
  },
  table_stale: {
    subject: 'coins',
    begin: (bridge) => {
      bridge.tables = [...bridge.tables, table({ name: 'coins', isStale: true })];
    },
    end: (bridge) => {
      bridge.tables = [table({ name: 'coins', fault: undefined })];
    },
    afterMs: 0,
    endsAfterMs: 0,
  },
  config_rejected: {
    subject: '',
    begin: (bridge) => {
      bridge.rejected = ['config.yaml:1:1: bad'];
    },
    end: (bridge) => {
      bridge.rejected = undefined;
    },
    afterMs: 0,
    endsAfterMs: 0,
  },
};

const cases = Object.entries(CASES) as [ConditionCode, Case][];
const GATHERED = 3 * SECOND;
/** The bridge looks once a second. */
const LOOK = SECOND;

/** A day has its repeats: they have a test of their own. */
const short = cases.filter(([, { endsAfterMs }]) => endsAfterMs < 24 * HOUR);

describe.each(short)('%s', (code, { subject, begin, end, afterMs, endsAfterMs }) => {
  const { severity, counted } = conditionOf(code);

  test('is told once when it has held for its time, in words that name it, and once when it is over', async () => {
    const bridge = new FakeBridge();
    await bridge.advance(10 * SECOND);
    begin(bridge);
    await bridge.advance(afterMs + GATHERED - LOOK);
    expect(bridge.changes).toEqual([]);
    await bridge.advance(3 * LOOK);
    expect(bridge.changes).toEqual([`${code} ${subject} started`]);
    const [started] = bridge.sent;
    expect(started?.to).toEqual(['chat', 'ops']);
    expect(started?.alert.severity).toBe(severity);
    expect(started?.alert.headline).toContain(conditionOf(code).starts(subject));
    expect(started?.alert.paragraphs.join()).toContain(conditionOf(code).advice);
    expect(started?.alert.paragraphs.join()).toContain('Since 2026-01-01 12:00:');

    const endsIn = end === undefined ? endsAfterMs : 10 * MINUTE;
    if (counted) begin(bridge);
    await bridge.advance(endsIn - 8 * LOOK);
    expect(bridge.sent).toHaveLength(1);
    end?.(bridge);
    await bridge.advance((end === undefined ? 8 * LOOK : endsAfterMs) + GATHERED + 3 * LOOK);
    expect(bridge.changes.slice(1)).toEqual([`${code} ${subject} ended`]);
    const over = bridge.sent[1]?.alert;
    expect(over?.severity).toBe('good');
    expect(over?.headline).toContain(conditionOf(code).ends(subject));
    expect(over?.paragraphs.join()).toMatch(/Lasted \d+(\.\d)?[smhd].*, since 2026-01-01 12:00:/);

    await bridge.advance(2 * HOUR);
    expect(bridge.sent).toHaveLength(2);
  });
});

test('while they last they are told again every six hours, with their length, all in one message', async () => {
  const bridge = new FakeBridge();
  const lasting = cases.filter(
    ([code, { end }]) =>
      end !== undefined &&
      !['feed_unproven', 'feed_fatal', 'destination_failing', 'destination_paused'].includes(code),
  );
  expect(lasting.length).toBeGreaterThan(6);
  // A feed that is down, and another that has all the rest.
  bridge.live('seoul', { ...expiring(bridge), welcome: UNCOVERED });
  for (const [code, { begin }] of lasting) if (!OF_SEOUL.includes(code)) begin(bridge);
  await bridge.advance(5 * HOUR);
  const before = bridge.sent.length;
  await bridge.advance(HOUR + 6 * MINUTE);
  expect(
    bridge.sent
      .slice(before)
      .flatMap(({ changes }) => changes)
      .sort(),
  ).toEqual(
    lasting
      .map(([code, { subject }]) => `${code} ${OF_SEOUL.includes(code) ? 'seoul' : subject} lasts`)
      .sort(),
  );
  expect(bridge.sent.slice(before).length).toBeLessThanOrEqual(3);
  expect(bridge.sent.at(before)?.alert.paragraphs.join('\n')).toMatch(/still: .*\n[\s\S]*Since .* \(6h\)/);
  await bridge.advance(5 * HOUR + 50 * MINUTE);
  expect(bridge.sent.length).toBeLessThanOrEqual(before + 3);
  await bridge.advance(20 * MINUTE);
  expect(bridge.sent.at(-1)?.alert.paragraphs.join('\n')).toContain('(12h');
});

test('what is counted says how often, and is silent at its end when there was no more than was told', async () => {
  const bridge = new FakeBridge();
  bridge.ended('bot', 'dead', 'message_refused');
  await bridge.advance(2 * HOUR);
  expect(bridge.changes).toEqual(['deliveries_dead bot started']);
  for (let death = 0; death < 17; death++) bridge.ended('bot', 'dead', 'message_refused');
  await bridge.advance(10 * SECOND);
  expect(bridge.sent[1]?.alert.paragraphs.join()).toContain('[message_refused]\nSince');
  expect(bridge.sent[1]?.alert.paragraphs.join()).toContain('17 times');
  for (let death = 0; death < 3; death++) bridge.ended('bot', 'dead', 'message_refused');
  await bridge.advance(2 * HOUR);
  expect(bridge.changes.slice(2)).toEqual(['deliveries_dead bot ended']);
  expect(bridge.sent[2]?.alert.paragraphs.join()).toContain('20 times');
});

test('what is rare is told once, again only when more has come, and is over after a day without', async () => {
  const long = cases.filter(([, { endsAfterMs }]) => endsAfterMs === 24 * HOUR);
  const told = (state: string) => long.map(([code, { subject }]) => `${code} ${subject} ${state}`).sort();
  const begin = (bridge: FakeBridge) => {
    for (const [, one] of long) one.begin(bridge);
  };
  const bridge = new FakeBridge();
  begin(bridge);
  await bridge.advance(20 * HOUR);
  expect(bridge.changes.sort()).toEqual(told('started'));
  bridge.sent.length = 0;
  begin(bridge);
  await bridge.advance(10 * SECOND);
  expect(bridge.changes.sort()).toEqual(told('lasts'));
  begin(bridge);
  await bridge.advance(5 * HOUR);
  expect(bridge.sent).toHaveLength(1);
  await bridge.advance(2 * HOUR);
  expect(bridge.changes.slice(long.length).sort()).toEqual(told('lasts'));
  // A condition that was not reported ends without a word.
  await bridge.advance(18 * HOUR);
  expect(bridge.sent).toHaveLength(2);
});

describe('a destination', () => {
  const unreachable = { kind: 'retry', reason: 'unreachable' } as const;

  test('regression: one order that failed, and silence since, is no destination that fails', async () => {
    const bridge = new FakeBridge();
    for (let attempt = 0; attempt < 5; attempt++) bridge.attempted('bot', unreachable);
    await bridge.advance(HOUR);
    expect(bridge.sent).toEqual([]);
  });

  test('that refuses messages answers, and so does not fail', async () => {
    const bridge = new FakeBridge();
    for (let minute = 0; minute < 20; minute++) {
      bridge.attempted('bot', unreachable);
      bridge.attempted('bot', { kind: 'reject', reason: 'message_refused', scope: 'message' });
      await bridge.advance(MINUTE);
    }
    expect(bridge.sent).toEqual([]);
  });

  test('that asks for a moment, or for a long silence with nothing to send, is well', async () => {
    const bridge = new FakeBridge();
    for (let minute = 0; minute < 20; minute++) {
      bridge.lane('bot', { held: 3, pausedUntilMs: bridge.clock.monotonicMs() + MINUTE });
      await bridge.advance(MINUTE);
    }
    bridge.lane('bot', { pausedUntilMs: bridge.clock.monotonicMs() + HOUR });
    await bridge.advance(MINUTE);
    expect(bridge.sent).toEqual([]);
  });

  test('that fails and is then suspended does not take messages again', async () => {
    const bridge = new FakeBridge();
    bridge.fail('bot');
    await bridge.advance(6 * MINUTE);
    bridge.suspend('bot');
    await bridge.advance(10 * MINUTE);
    expect(bridge.changes).toEqual(['destination_failing bot started', 'destination_suspended bot started']);
    bridge.lane('bot');
    bridge.recover('bot');
    await bridge.advance(MINUTE);
    expect(bridge.changes.slice(2).sort()).toEqual([
      'destination_failing bot ended',
      'destination_suspended bot ended',
    ]);
  });
});

describe('a feed', () => {
  test('that was down and is now refused is not said to be heard again; the proof of health ends both', async () => {
    const bridge = new FakeBridge();
    bridge.down('tokyo');
    await bridge.advance(2 * MINUTE);
    bridge.live('tokyo', { state: 'fatal', trouble: 'key_revoked' });
    await bridge.advance(10 * MINUTE);
    bridge.live('tokyo', { selfTest: selfTest('unanswered') });
    await bridge.advance(2 * MINUTE);
    expect(bridge.changes).toEqual(['feed_down tokyo started', 'feed_fatal tokyo started']);
    bridge.live('tokyo');
    await bridge.advance(2 * MINUTE);
    expect(bridge.changes.slice(2).sort()).toEqual(['feed_down tokyo ended', 'feed_fatal tokyo ended']);
    // Each in its own words.
    const over = bridge.sent[2]?.alert.paragraphs.join('\n');
    expect(over).toMatch(/It was: connect ECONNREFUSED/);
    expect(over).toMatch(/It was: key_revoked/);
  });

  test('that is connected by the time it would be told is not said to be down, proven or not', async () => {
    const bridge = new FakeBridge();
    bridge.down('tokyo');
    await bridge.advance(40 * SECOND);
    bridge.live('tokyo', { selfTest: selfTest('unanswered') });
    await bridge.advance(2 * MINUTE);
    bridge.live('tokyo');
    await bridge.advance(10 * MINUTE);
    expect(bridge.sent).toEqual([]);
  });

  test('feedDownAfter of the config in force decides', async () => {
    const bridge = new FakeBridge({ feedDownAfter: '10m' });
    bridge.down('tokyo');
    await bridge.advance(9 * MINUTE);
    expect(bridge.sent).toEqual([]);
    bridge.options = { ...(bridge.options ?? fail()), feedDownAfter: 9 * MINUTE };
    await bridge.advance(10 * SECOND);
    expect(bridge.changes).toEqual(['feed_down tokyo started']);
  });

  test('that leaves the config is not said to be heard again', async () => {
    const bridge = new FakeBridge();
    bridge.down('tokyo');
    bridge.say({ kind: 'warning.raised', warning: warning('tier_redacts', 'tokyo', 'tier free') });
    await bridge.advance(2 * MINUTE);
    expect(bridge.changes.sort()).toEqual(['feed_down tokyo started', 'tier_redacts tokyo started']);
    bridge.feeds.clear();
    await bridge.advance(6 * HOUR);
    expect(bridge.sent).toHaveLength(2);
  });
});

const fail = (): never => {
  throw new Error('no options');
};
