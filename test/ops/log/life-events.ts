/** Events of each kind, as the parts publish them. */
import type { BridgeEvent } from '../../../src/events/bridge-event.ts';
import { WARNING_CODES, warning } from '../../../src/feeds/warning.ts';
import {
  ALERTS,
  again,
  alert,
  attempted,
  BOT,
  CHANNEL,
  DRY,
  delivered,
  deliveryOf,
  ended,
  GONE,
  HELD,
  HIDDEN,
  LONG,
  LOSS,
  many,
  TEST,
  UNREACHABLE,
} from './life-parts.ts';

/** Each kind has one at least: the compiler asks for it. */
export const EVENTS: Readonly<Record<BridgeEvent['kind'], readonly BridgeEvent[]>> = {
  'bridge.started': [
    {
      ...{
        kind: 'bridge.started',
        version: '0.1.0',
        config: '/etc/listing-bridge/config.yaml',
        feeds: ['tokyo'],
      },
      ...{
        destinations: ['alerts', 'channel', 'bot'],
        rules: 4,
        store: '/var/lib/listing-bridge/listing-bridge.db',
      },
      url: 'http://127.0.0.1:8787',
    },
  ],
  'table.refreshed': [{ kind: 'table.refreshed', table: 'perps', rows: 412, tookMs: 180.5 }],
  'table.failed': [
    { kind: 'table.failed', table: 'perps', fault: 'answers 503 Service Unavailable', rows: 412 },
    { kind: 'table.failed', table: 'perps', fault: 'answers 404 Not Found', rows: undefined },
  ],
  'rehearsal.failed': [{ kind: 'rehearsal.failed', message: 'no loopback' }],
  'clock.behind': [{ kind: 'clock.behind', behindMs: 5000 }],
  'destination.open_failed': [
    { kind: 'destination.open_failed', destination: 'channel', message: 'Cannot find package telegraf' },
  ],
  'feed.live': [
    {
      ...{ kind: 'feed.live', feed: 'tokyo', missing: [] },
      facts: { tier: 'pro', allowedCex: ['binance', 'upbit'], keyExpires: 'in 30d' },
    },
  ],
  'feed.self_test_answered': [{ kind: 'feed.self_test_answered', feed: 'tokyo', roundTripMs: 12.34 }],
  'feed.self_test_unanswered': [{ kind: 'feed.self_test_unanswered', feed: 'tokyo' }],
  'announcement.received': [
    { kind: 'announcement.received', announcement: TEST, deliveries: [], rules: [] },
    {
      kind: 'announcement.received',
      announcement: HELD,
      deliveries: [ALERTS, CHANNEL, BOT, DRY],
      rules: ['all'],
    },
    { kind: 'announcement.received', announcement: HELD, deliveries: [ALERTS, CHANNEL], rules: ['all'] },
    { kind: 'announcement.received', announcement: HIDDEN, deliveries: [ALERTS], rules: ['all'] },
    { kind: 'announcement.received', announcement: LONG, deliveries: many, rules: ['all'] },
  ],
  'announcement.duplicate': [
    {
      kind: 'announcement.duplicate',
      announcement: { ...HELD, feed: 'seoul', receivedMs: 5004 },
      first: { feed: 'tokyo', receivedMs: 5000 },
    },
  ],
  'delivery.attempted': [
    delivered(CHANNEL, 5003),
    delivered(ALERTS, 5003.2, { connected: true }),
    attempted(BOT, UNREACHABLE, again(100)),
    attempted(BOT, UNREACHABLE, again(60_000), 12),
    attempted(
      CHANNEL,
      { outcome: { kind: 'ambiguous', reason: 'timeout' }, writtenMs: 5003, detail: 'within 10s' },
      again(500),
      2,
      10_000,
    ),
    attempted(CHANNEL, GONE, { kind: 'keep', reason: 'gone', pause: undefined }),
    attempted(
      BOT,
      {
        outcome: { kind: 'reject', reason: 'message_refused', scope: 'message' },
        status: 400,
        writtenMs: 5003,
      },
      { kind: 'end', state: 'dead', reason: 'message_refused' },
    ),
  ],
  'template.failed': [{ kind: 'template.failed', delivery: CHANNEL, message: 'unknown variable: tickerz' }],
  'delivery.ended': [
    ended(ALERTS, 'delivered', undefined),
    ended(BOT, 'dead', 'message_refused'),
    ended(BOT, 'expired', 'max_age'),
    ended(DRY, 'skipped', 'dry_run'),
    ended({ ...BOT, ticker: undefined }, 'skipped', 'max_tickers', '25 tickers, of which 20 are sent'),
    ...many.slice(0, 24).map((delivery) => ended(delivery, 'delivered', undefined)),
    ended(deliveryOf(LONG, 'room-24', 'room24'), 'expired', 'max_age'),
  ],
  'delivery.buried': [{ kind: 'delivery.buried', deliveries: 3 }],
  'destination.suspended': [
    {
      ...{ kind: 'destination.suspended', destination: 'channel', reason: 'gone', detail: 'chat not found' },
      advice: 'Telegram does not know this chat: is `chatId` right? [gone, HTTP 400]',
    },
  ],
  'destination.near_ban': [{ kind: 'destination.near_ban', destination: 'channel', untilMs: 1_000_000 }],
  'destination.advice': [
    {
      kind: 'destination.advice',
      destination: 'channel',
      advice: 'Set `chatId: -1001234`: the group has moved.',
    },
  ],
  'destination.resumed': [{ kind: 'destination.resumed', destination: 'channel' }],
  'feed.lost': [{ kind: 'feed.lost', ...LOSS, retryMs: 500 }],
  'feed.change_failed': [
    { kind: 'feed.change_failed', ...LOSS, retryMs: undefined },
    { kind: 'feed.change_failed', ...LOSS, retryMs: 5000 },
  ],
  'feed.fatal': [
    {
      ...{ kind: 'feed.fatal', feed: 'tokyo', reason: 'key_refused', detail: '403 invalid_api_key' },
      advice: 'The service does not know this key: copy it again.',
    },
  ],
  'frame.garbage': [
    { kind: 'frame.garbage', feed: 'tokyo', frame: { kind: 'garbage', reason: 'not JSON', news: undefined } },
  ],
  'frame.unknown_type': [
    {
      kind: 'frame.unknown_type',
      feed: 'tokyo',
      frame: { kind: 'unknown', type: 'weather', keys: ['type', 'sun'], news: undefined },
    },
  ],
  'frame.error': [
    { kind: 'frame.error', feed: 'tokyo', frame: { kind: 'error', code: 'rate_limit', retryAfterSecs: 30 } },
  ],
  'warning.raised': WARNING_CODES.map((code) => ({
    kind: 'warning.raised',
    warning: warning(code, code === 'no_rule_matched' ? undefined : 'tokyo', 'as seen in this frame', {
      publisher: 'upbit',
    }),
  })),
  'config.reloaded': [
    {
      kind: 'config.reloaded',
      changes: ['destinations: + bot', 'rules: ~ "all" (match, send)'],
      needsRestart: ['server'],
    },
    { kind: 'config.reloaded', changes: [], needsRestart: [] },
  ],
  'config.effect': [
    {
      kind: 'config.effect',
      ...{ announcements: 200, elsewhere: 3 },
      examples: ['upbit spot_listing ABC: bot → bot, team', 'binance spot_listing: nowhere → team'],
    },
    { kind: 'config.effect', announcements: 1, elsewhere: 0, examples: [] },
  ],
  'config.rejected': [
    {
      kind: 'config.rejected',
      problems: [
        'config.yaml:4:41: `webhookUrl` must be a Discord webhook URL',
        'config.yaml:9:5: unknown key `ruls` (did you mean `rules`?)',
      ],
    },
  ],
  'alert.started': [{ kind: 'alert.started', ...alert }],
  'alert.lasts': [{ kind: 'alert.lasts', ...alert, durationMs: 21_600_000 }],
  'alert.ended': [{ kind: 'alert.ended', ...alert, says: 'feed tokyo is up again', detail: '', to: [] }],
  'store.broken': [{ kind: 'store.broken', message: 'database or disk is full' }],
  'store.refused': [
    { kind: 'store.refused', what: 'announcement 01m8a05k524gv09h', message: 'CHECK failed' },
  ],
  'store.mended': [{ kind: 'store.mended', entries: 12, dropped: { attempts: 3, ended: 0, owed: 0 } }],
  'store.replaced': [
    {
      ...{ kind: 'store.replaced', reason: 'malformed', setAside: 'listing-bridge.db.damaged-1' },
      salvaged: { announcements: 10, deliveries: 20, owed: 1, unreadable: undefined },
    },
  ],
  'store.lost_on_exit': [{ kind: 'store.lost_on_exit', entries: 2 }],
  'table.odd': [
    {
      kind: 'table.odd',
      table: 'perps',
      remarks: ['1 key comes again with another value: the first counts (ABC is ABCUSDT, not ABCUSDC)'],
    },
  ],
  'cluster.unreachable': [
    {
      kind: 'cluster.unreachable',
      message: 'database lb@db:5432/lb does not answer: connection refused [ECONNREFUSED]',
      advice: 'Start it, or correct cluster.url.',
    },
  ],
  'cluster.reached': [{ kind: 'cluster.reached', afterMs: 12_400 }],
  'cluster.taken': [{ kind: 'cluster.taken', partitions: [1, 2, 3] }],
  'cluster.handed_over': [{ kind: 'cluster.handed_over', partitions: [1] }],
  'cluster.lost': [{ kind: 'cluster.lost', partitions: [1, 2] }],
  'cluster.replaced': [
    { kind: 'cluster.replaced', isSetBack: false },
    { kind: 'cluster.replaced', isSetBack: true },
  ],
  'cluster.name_taken': [{ kind: 'cluster.name_taken', node: 'tokyo', standsBy: true }],
  'cluster.name_free': [{ kind: 'cluster.name_free', node: 'tokyo' }],
  'cluster.differs': [{ kind: 'cluster.differs', nodes: ['osaka', 'seoul'] }],
  'cluster.agrees': [{ kind: 'cluster.agrees' }],
  'cluster.alone': [
    {
      kind: 'cluster.alone',
      why: 'database bridge@db:5432/bridge: PostgreSQL 12.22 is too old',
      byWord: false,
    },
    { kind: 'cluster.alone', why: 'it was started with --alone', byWord: true },
  ],
  'cluster.not_alone': [{ kind: 'cluster.not_alone' }],
  'bridge.ended': [{ kind: 'bridge.ended' }],
  'mute.started': [
    { kind: 'mute.started', mute: 3, muted: 'ticker SCAM', reason: 'a scam', leftMs: 3_600_000 },
    { kind: 'mute.started', mute: 4, muted: 'rule "korean spot"', reason: undefined, leftMs: 90_000 },
  ],
  'mute.extended': [
    { kind: 'mute.extended', mute: 3, muted: 'ticker SCAM', reason: 'a scam', leftMs: 7_200_000 },
  ],
  'mute.lifted': [{ kind: 'mute.lifted', mute: 4, muted: 'rule "korean spot"', reason: undefined }],
  'login.failed': [
    { kind: 'login.failed', address: '192.0.2.7', tries: 1, isBlocked: false },
    { kind: 'login.failed', address: '192.0.2.7', tries: 5, isBlocked: true },
  ],
  'mute.ended': [{ kind: 'mute.ended', mute: 3, muted: 'ticker SCAM', reason: 'a scam' }],
};
