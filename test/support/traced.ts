/** Announcements with the rules that decide them, for tests of what is kept of a decision. */
import { type Announcement, identityOf } from '../../src/announcement.ts';
import { newsOf } from '../../src/delivery/content.ts';
import type { Recorded } from '../../src/outbox/outbox.ts';
import { rulesIn } from '../../src/routing/kept-rules.ts';
import type { RuleOptions } from '../../src/routing/options.ts';
import { compileRules } from '../../src/routing/router.ts';
import { createTracer, type Tracer } from '../../src/routing/tracer.ts';
import { deliveriesOf } from './outbox.ts';

/** Rules of these names: each matches everything, and sends to the destination of its name. */
export function tracerOf(sinceMs: number, ...names: readonly string[]): Tracer {
  const rules = names.map((name): RuleOptions => ({ name, match: {}, send: [{ to: name }], stop: false }));
  return createTracer({ rules, extract: {} }, compileRules(rules), sinceMs);
}

export function tracedNews(
  announcement: Announcement,
  tracer: Tracer,
  ...destinations: readonly string[]
): Recorded {
  const content = newsOf(announcement);
  const deliveries = deliveriesOf(announcement, ...destinations);
  const rules = rulesIn(tracer.kept.body);
  const routing = compileRules(rules?.rules ?? []).route(announcement);
  const traced = { content, deliveries, capped: [], routing, tracer };
  return { content, identity: identityOf(announcement), deliveries, traced };
}
