/**
 * Conditions seen on a bridge: those that hold, those that are early and those that linger; two parts that see the
 * same see one condition.
 */
import { beforeEach, describe, expect, test } from 'vitest';
import type { BridgeState } from '../../src/conditions/from-state.ts';
import { ConditionWatch } from '../../src/conditions/watch.ts';
import type { LaneStatus } from '../../src/delivery/lane-deps.ts';
import type { FeedStatus } from '../../src/feeds/health.ts';
import { warning } from '../../src/feeds/warning.ts';
import { FakeClock } from '../support/fake-clock.ts';

const MINUTE = 60_000;
const THRESHOLDS = { feedDownAfter: MINUTE };

let clock: FakeClock;
let watch: ConditionWatch;
beforeEach(() => {
  clock = new FakeClock();
  watch = new ConditionWatch(clock);
});

const NOTHING: BridgeState = {
  feeds: [],
  destinations: [],
  rules: [],
  tables: [],
  storeFault: undefined,
  config: { rejected: undefined },
};

const feed = (changes: Partial<FeedStatus>) =>
  ({ name: 'tokyo', state: 'live', proofs: [], ...changes }) as unknown as FeedStatus;

const lane = (changes: Partial<LaneStatus>) =>
  ({ held: 0, pausedUntilMs: 0, nearBanUntilMs: 0, ...changes }) as LaneStatus;

/** `code subject`, with the stage of what does not simply hold. */
const seen = (state: Partial<BridgeState>) =>
  watch
    .seen({ ...NOTHING, ...state }, THRESHOLDS)
    .map(({ code, subject, stage }) => [code, subject, ...(stage === undefined ? [] : [stage])].join(' '));

const ofLane = (changes: Partial<LaneStatus>) =>
  seen({ destinations: [{ name: 'bot', lane: lane(changes) }] });

describe('a destination', () => {
  test('regression: a pause that keeps a ban away is that one condition, not a long pause as well', () => {
    const untilMs = clock.monotonicMs() + 10 * MINUTE;
    expect(ofLane({ held: 1, pausedUntilMs: untilMs, nearBanUntilMs: untilMs })).toEqual([
      'near_ban bot',
      'destination_paused bot lingering',
    ]);
    expect(ofLane({ held: 1, pausedUntilMs: untilMs })).toEqual(['destination_paused bot']);
  });

  test('that is slowed fails, as the alerts will call it when it lasts: the status shows it already', () => {
    const slowed = {
      reason: 'unreachable',
      words: 'Nothing listens. [unreachable]',
      sinceMs: clock.monotonicMs(),
    };
    expect(ofLane({ slowed })).toEqual(['destination_failing bot early']);
  });

  test('without which a rule can send nowhere', () => {
    const suspended = {
      ...{ reason: 'gone', words: 'It is gone. [gone]', sinceMs: 0 },
      ...{ isGone: true, steps: 1, nextMs: 60_000 },
    };
    const destinations = [
      { name: 'bot', lane: lane({ suspended }) },
      { name: 'chat', lane: lane({}) },
    ];
    const rules = [
      { name: 'orders', send: [{ to: 'bot' }] },
      { name: 'both', send: [{ to: 'bot' }, { to: 'chat' }] },
      { name: 'quiet', send: [] },
    ];
    expect(seen({ destinations, rules })).toEqual(['destination_suspended bot', 'rule_idle orders']);
  });
});

describe('the key of a feed', () => {
  const welcome = { tier: 'x', allowedCex: '*', limits: {}, missing: [] } as const;

  test('is judged while there is a connection, and lingers without one', () => {
    expect(seen({ feeds: [feed({ welcome: { ...welcome, uncovered: 'upbit' } })] })).toEqual([
      'exchanges_not_covered tokyo',
    ]);
    expect(seen({ feeds: [feed({ welcome })] })).toEqual([]);
    expect(seen({ feeds: [feed({ welcome: undefined })] })).toEqual([
      'exchanges_not_covered tokyo lingering',
      'key_expires_soon tokyo lingering',
    ]);
  });

  test('the warnings of what shows in the state add nothing: one trouble, seen once', () => {
    const keyExpiresMs = clock.monotonicMs() + 48 * 60 * MINUTE;
    for (const code of ['exchanges_not_covered', 'key_expires_soon'] as const)
      watch.listener({ kind: 'warning.raised', warning: warning(code, 'tokyo', 'x') });
    const [only, ...others] = watch.seen(
      { ...NOTHING, feeds: [feed({ welcome, keyExpiresMs, keyExpiresSoon: true })] },
      THRESHOLDS,
    );
    expect(only).toMatchObject({ code: 'key_expires_soon', detail: 'in 2d' });
    expect(others).toEqual([]);
  });
});

test('what an event reported holds for its time, counted, and is forgotten with its subject', async () => {
  const raise = () =>
    watch.listener({ kind: 'warning.raised', warning: warning('unread_news', 'tokyo', 'ABC listed') });
  const state = { ...NOTHING, feeds: [feed({ welcome: undefined, keyExpiresMs: Number.POSITIVE_INFINITY })] };
  const unread = () => watch.seen(state, THRESHOLDS).filter(({ code }) => code === 'unread_news');
  raise();
  raise();
  expect(unread()).toMatchObject([{ subject: 'tokyo', detail: 'ABC listed', count: 2 }]);
  await clock.advance(MINUTE);
  expect(unread()).toEqual([]);
  raise();
  expect(watch.seen(NOTHING, THRESHOLDS)).toEqual([]);
  expect(unread()).toEqual([]);
});

test('the config: a refused one hides what else there is to say of it', () => {
  expect(seen({ config: { rejected: ['bad'], current: false, needsRestart: ['log'] } })).toEqual([
    'config_rejected ',
  ]);
  expect(seen({ config: { rejected: undefined, current: false, needsRestart: ['log'] } })).toEqual([
    'config_not_loaded ',
    'restart_needed ',
  ]);
});
