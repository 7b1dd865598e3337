/**
 * The line that begins a condition uses the words of the registry; a condition that was raised before is not
 * logged again.
 */
import { beforeEach, expect, test } from 'vitest';
import { type ConditionCode, conditionOf } from '../../src/conditions/registry.ts';
import type { BridgeEvent } from '../../src/events/bridge-event.ts';
import { warning } from '../../src/feeds/warning.ts';
import { logEvents } from '../../src/ops/log-events.ts';
import { createMetrics } from '../../src/ops/metrics.ts';
import type { LogFields } from '../../src/platform/log.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { NO_STATUS } from '../support/status.ts';

let lines: { readonly level: string; readonly name: string; readonly fields: LogFields }[];
let listen: (event: BridgeEvent) => void;
beforeEach(() => {
  lines = [];
  const at = (level: string) => (fields: LogFields, name: string) => lines.push({ level, name, fields });
  const log = { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
  listen = logEvents(log, new FakeClock());
});

const LOSS = { feed: 'one', reason: 'key_refused', detail: '403', advice: 'get another key' } as const;
const suspended = { destination: 'bot', reason: 'gone', detail: undefined, advice: 'It is gone. [gone]' };
const salvaged = { announcements: 1, deliveries: 1, owed: 0, unreadable: undefined };

test.each<readonly [ConditionCode, subject: string, BridgeEvent]>([
  ['config_rejected', '', { kind: 'config.rejected', problems: ['bad'] }],
  ['feed_fatal', 'one', { kind: 'feed.fatal', ...LOSS }],
  ['feed_change_failed', 'one', { kind: 'feed.change_failed', ...LOSS, retryMs: undefined }],
  ['unread_news', 'one', { kind: 'warning.raised', warning: warning('unread_news', 'one', 'ABC') }],
  ['detected_late', 'one', { kind: 'warning.raised', warning: warning('detected_late', 'one', 'ABC') }],
  ['store_broken', '', { kind: 'store.broken', message: 'disk full' }],
  ['store_refused', '', { kind: 'store.refused', what: 'a row', message: 'no' }],
  ['store_replaced', '', { kind: 'store.replaced', reason: 'malformed', setAside: 'x', salvaged }],
  ['clock_set_back', '', { kind: 'clock.behind', behindMs: 5000 }],
  ['rehearsal_failed', '', { kind: 'rehearsal.failed', message: 'bug' }],
  ['cluster_unreachable', '', { kind: 'cluster.unreachable', message: 'no answer', advice: 'Start it.' }],
  ['cluster_replaced', '', { kind: 'cluster.replaced', isSetBack: false }],
  ['cluster_name_taken', '', { kind: 'cluster.name_taken', node: 'tokyo', standsBy: true }],
  ['cluster_differs', '', { kind: 'cluster.differs', nodes: ['osaka'] }],
  ['near_ban', 'bot', { kind: 'destination.near_ban', destination: 'bot', untilMs: 1 }],
  ['destination_suspended', 'bot', { kind: 'destination.suspended', ...suspended }],
  ['destination_broken', 'bot', { kind: 'destination.open_failed', destination: 'bot', message: 'no' }],
  ['table_stale', 't', { kind: 'table.failed', table: 't', fault: 'answers 500', rows: 3 }],
  ['destination_advice', 'bot', { kind: 'destination.advice', destination: 'bot', advice: 'chatId: 1' }],
])('%s', (code, subject, event) => {
  listen(event);
  const { starts, advice } = conditionOf(code);
  expect(lines).toHaveLength(1);
  const own = 'advice' in event ? event.advice : undefined;
  expect(lines[0]?.fields).toMatchObject({
    ...{ says: starts(subject), advice: own ?? advice },
    help: expect.stringMatching(/^docs\/troubleshooting\.md#\w/),
  });
  expect(lines[0]?.level).toBe(conditionOf(code).severity === 'critical' ? 'error' : lines[0]?.level);
});

test('what was raised before is neither logged nor counted again', async () => {
  const metrics = createMetrics('1', () => NO_STATUS);
  for (const again of [false, true, true]) {
    const event = {
      kind: 'warning.raised',
      warning: warning('tier_redacts', 'one', 'x', {}, again),
    } as const;
    listen(event);
    metrics.listener(event);
  }
  expect(lines.map(({ name }) => name)).toEqual(['warning.tier_redacts']);
  expect((await metrics.read()).text).toContain('listing_bridge_warnings_total{code="tier_redacts"} 1');
});
