/** A decision in the form of the API: the rules then and now, the differences, and what became of it. */
import { z } from 'zod';
import type { RaisedAlert } from '../../alert.ts';
import { compareRules, type Now, type OrWhy, type Said, type Then } from '../../then-and-now.ts';
import type { InspectedDecision } from '../ops.ts';
import { announcementSchema, deliveryWithAttempts, texts, time, withheldSchema } from './schemas.ts';
import { shownAnnouncement, shownFound, shownTime } from './shown.ts';

const said = z
  .object({
    rule: z.string(),
    matched: z.boolean(),
    stoppedBy: z.string().optional().describe('the earlier rule whose `stop` kept it from being evaluated'),
    failing: texts().describe('conditions that do not hold'),
    reasons: texts().describe('these, in words'),
    sends: texts().describe('destinations'),
  })
  .meta({ id: 'RuleOutcome' });

const unknown = z.object({ why: z.string().describe('why it is not known') });

const then = z.object({
  digest: z.string().describe('of these rules; equal for equal rules'),
  inForceSince: time(),
  ruleCount: z.int(),
  matchedCount: z.int(),
  rules: z.array(said).describe('of very many rules those that matched or nearly did'),
  areRulesKept: z.boolean().describe('the reasons are in the words of the rules of then'),
  planned: z.int().describe('deliveries'),
  withheld: z.array(withheldSchema),
  furtherWithheld: z.int(),
});

const now = z.object({
  digest: z.string(),
  rules: z.array(said),
  deliveries: z.array(z.object({ destination: z.string(), rule: z.string(), ticker: z.string().optional() })),
  withheld: z.array(withheldSchema),
  tables: texts().describe('tables that the rules look into: they have the rows of now'),
});

export const decisionSchema = z
  .object({
    announcement: announcementSchema.optional(),
    alert: z
      .object({ id: z.string(), raisedAt: time(), severity: z.string(), headline: z.string() })
      .optional()
      .describe('instead, of a message of the bridge about itself'),
    before: z.union([then, unknown]).describe('as the rules decided when it was read'),
    now: z.union([now, unknown]).describe('as the rules of now would, at its own time of receipt'),
    differences: z
      .array(z.object({ rule: z.string(), difference: z.enum(['changed', 'added', 'removed', 'unknown']) }))
      .optional(),
    deliveries: z.array(deliveryWithAttempts),
  })
  .meta({ id: 'Decision' });

export function shownDecision({ content, deliveries, before, now: today }: InspectedDecision) {
  const isBoth = !('why' in before) && !('why' in today);
  return {
    ...(content.kind === 'news'
      ? { announcement: shownAnnouncement(content.announcement) }
      : { alert: shownAlert(content.alert) }),
    before: shownThen(before),
    now: shownNow(today),
    differences: isBoth
      ? compareRules(before, today)
          .filter(({ difference }) => difference !== 'same')
          .map(({ rule, difference }) => ({ rule, difference }))
      : undefined,
    deliveries: deliveries.map(shownFound),
  };
}

const shownAlert = ({ id, raisedMs, severity, headline }: RaisedAlert) => ({
  ...{ id, raisedAt: shownTime(raisedMs), severity, headline },
});

function shownThen(before: OrWhy<Then>) {
  if ('why' in before) return before;
  const { inForceSinceMs, ...rest } = before;
  return { ...rest, inForceSince: shownTime(inForceSinceMs), rules: before.rules.map(shownSaid) };
}

function shownNow(today: OrWhy<Now>) {
  if ('why' in today) return today;
  return {
    ...today,
    rules: today.rules.map(shownSaid),
    withheld: today.withheld.map(({ destination, rule, reason }) => ({ destination, rule, reason })),
  };
}

const shownSaid = ({ rule, matched, stoppedBy, failing, reasons, sends }: Said) => ({
  ...{ rule, matched, stoppedBy, failing, reasons, sends },
});
