/** Answers about the config in force: its rules, and their word on an announcement that is made up or stored. Sends and changes nothing. */
import type { Cooldowns } from '../cooldown/cooldowns.ts';
import type { Delivery } from '../delivery/delivery.ts';
import { dryRunning } from '../dry-run.ts';
import { INJECT, newsGiven } from '../feeds/index.ts';
import type { Mutes } from '../mutes/mutes.ts';
import type { RuleHitCounter } from '../ops/rule-hits.ts';
import type { Deliveries, StoreAnswer } from '../outbox/deliveries.ts';
import { idAt } from '../outbox/ids.ts';
import { type Clock, nextTurn } from '../platform/clock.ts';
import { inTurns } from '../platform/steps.ts';
import type { RuleOptions } from '../routing/options.ts';
import { type Now, type OrWhy, sayingNow, sayingThen } from '../then-and-now.ts';
import type { InspectedRule, Inspector } from '../web/ops.ts';
import type { RunningConfig } from './running-config.ts';

export interface InspectorDeps {
  readonly running: Pick<RunningConfig, 'ready'>;
  readonly deliveries: Pick<Deliveries, 'decision' | 'list' | 'find' | 'announcements' | 'stats'>;
  readonly hits: Pick<RuleHitCounter, 'of'>;
  readonly mutes: Pick<Mutes, 'areOn' | 'hold'>;
  readonly cooldowns: Pick<Cooldowns, 'refusalOf'>;
  readonly clock: Clock;
}

/** Of the announcements that nobody sent. */
const FEED = 'sample';

export function createInspector({
  running,
  deliveries,
  hits,
  mutes,
  cooldowns,
  clock,
}: InspectorDeps): Inspector & { rules(most?: number): readonly InspectedRule[] } {
  const turns = { clock, breathe: () => new Promise<void>(nextTurn) };
  let shown: { readonly of: object; readonly config: ReturnType<Inspector['config']> } | undefined;
  return {
    async dryRun(fields, most) {
      const receivedMs = clock.monotonicMs();
      const receipt = { feed: FEED, receivedTimestampUs: clock.wallUs(), receivedMs, ageAtReceiptMs: 0 };
      const news = newsGiven({ type: 'announcement', ...fields }, receipt);
      if (news === undefined) return undefined;
      const announcement = { ...news, id: idAt(receivedMs) };
      const muted = (delivery: Delivery) => (mutes.areOn ? mutes.hold(delivery, receivedMs) : undefined);
      const heldBack = (delivery: Delivery) => muted(delivery) ?? cooldowns.refusalOf(delivery, receivedMs);
      const tried = await inTurns(dryRunning(announcement, { ...running.ready, heldBack }, most), turns);
      return { announcement, ...tried };
    },
    async decision(id) {
      const answer = await deliveries.decision(id);
      if (!answer.ok || answer.value === undefined) return answer as StoreAnswer<undefined>;
      const { content, deliveries: found } = answer.value;
      const { ready } = running;
      const today: OrWhy<Now> =
        content.kind === 'news'
          ? await inTurns(sayingNow(content.announcement, ready.config, ready), turns)
          : { why: 'no rule decides an alert' };
      const before = await inTurns(sayingThen(answer.value), turns);
      return { ok: true, value: { content, deliveries: found, before, now: today } };
    },
    page: (request, signal) => deliveries.list(request, signal),
    find: (id, signal) => deliveries.find(id, signal),
    announcements: (before, filter) => deliveries.announcements(before, filter),
    names() {
      const { feeds, rules, destinations } = running.ready.config;
      const nameOf = ({ name }: { readonly name: string }) => name;
      return {
        feeds: [INJECT, ...feeds.map(nameOf)],
        rules: rules.map(nameOf),
        destinations: Object.keys(destinations),
      };
    },
    stats: (request) => deliveries.stats(request),
    config() {
      const inForce = running.ready.config;
      if (shown?.of !== inForce) {
        const { file, types, liveTables, tableOf, ...config } = inForce;
        shown = { of: inForce, config: { file, config } };
      }
      return shown.config;
    },
    look: ({ destination, request }) =>
      running.ready.destinations.find(({ name }) => name === destination)?.look?.(request.body),
    rules(most = Number.POSITIVE_INFINITY) {
      const nowMs = clock.monotonicMs();
      const all = running.ready.config.rules;
      return mostHit(all, most, hits).map((rule) => inspectedRule(rule, hits, nowMs));
    },
  };
}

/** In their order. */
function mostHit(
  rules: readonly RuleOptions[],
  most: number,
  hits: InspectorDeps['hits'],
): readonly RuleOptions[] {
  if (rules.length <= most) return rules;
  const hitsOf = ({ name }: RuleOptions) => hits.of(name)?.count ?? 0;
  const few = new Set(rules.toSorted((a, b) => hitsOf(b) - hitsOf(a)).slice(0, most));
  return rules.filter((rule) => few.has(rule));
}

export function inspectedRule(
  { name, match, send }: RuleOptions,
  hits: Pick<RuleHitCounter, 'of'>,
  nowMs: number,
): InspectedRule {
  const seen = hits.of(name);
  return {
    ...{ name, match, sends: send.map(({ to }) => to), hits: seen?.count ?? 0 },
    lastHitMs: seen === undefined ? undefined : nowMs - seen.lastMs,
  };
}
