/** With very many rules the inspector answers in turns: the loop of the news is not held while each is explained. */
import { expect, test } from 'vitest';
import { Cooldowns } from '../../src/cooldown/cooldowns.ts';
import { createInspector, type InspectorDeps } from '../../src/daemon/inspector.ts';
import { newsOf } from '../../src/delivery/content.ts';
import { Mutes } from '../../src/mutes/mutes.ts';
import type { StoredDecision } from '../../src/outbox/deliveries.ts';
import { keptRules, someRulesIn } from '../../src/routing/kept-rules.ts';
import type { RuleOptions } from '../../src/routing/options.ts';
import { compileRules } from '../../src/routing/router.ts';
import { traceIn } from '../../src/routing/trace.ts';
import { createTracer } from '../../src/routing/tracer.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { turnsOf } from '../support/loop-turns.ts';
import { announcementAt } from '../support/outbox.ts';

const RULES = Array.from(
  { length: 2000 },
  (_, at): RuleOptions => ({
    ...{
      name: `rule ${at}`,
      match: { ticker: at === 7 ? 'ABC' : `T${at}` },
      send: [{ to: 'bot' }],
      stop: false,
    },
  }),
);

/** Each look at it is a quarter of a millisecond later. */
class StepClock extends FakeClock {
  #stepsMs = 0;

  override monotonicMs(): number {
    this.#stepsMs += 0.25;
    return super.monotonicMs() + this.#stepsMs;
  }
}

function inspected() {
  const kept = keptRules({ rules: RULES, extract: {} });
  const router = compileRules(RULES);
  const announcement = announcementAt(0, 1_700_000_000_000);
  const trace = createTracer({ rules: RULES, extract: {} }, router, 0, kept).textOf({
    ...{ announcement, routing: router.route(announcement), destinations: ['bot'] },
  });
  const places = traceIn(trace)?.outcomes.map(({ place }) => place) ?? [];
  const rules = someRulesIn(kept.body, places);
  const decision: StoredDecision = {
    content: newsOf(announcement),
    trace,
    ...{ deliveries: [], isComplete: true },
    ...(rules && { rules }),
  };
  const clock = new StepClock();
  const config = { rules: RULES, extract: {}, liveTables: new Map(), destinations: {} };
  const ready = { router, kept, config, destinations: [], redact: (text: string) => text };
  const deps = {
    ...{ running: { ready }, hits: { of: () => undefined }, mutes: new Mutes(), clock },
    deliveries: { decision: () => Promise.resolve({ ok: true, value: decision }) },
    cooldowns: new Cooldowns({ sentBy: () => [], openness: () => new Map() }, clock),
  } as unknown as InspectorDeps;
  return { inspector: createInspector(deps), rules };
}

test('a title is tried in turns', async () => {
  const { inspector } = inspected();
  const [tried, turns] = await turnsOf(() =>
    inspector.dryRun({ publisher: 'upbit', title: 't', ticker: 'ABC' }),
  );
  expect(tried?.rules.filter(({ matched }) => matched).map(({ rule }) => rule)).toEqual(['rule 7']);
  expect(turns).toBeGreaterThan(300);
});

test('a decision is explained in turns; of the rules of then only those that the trace names are compiled', async () => {
  const { inspector, rules } = inspected();
  expect(rules?.byPlace.size).toBeLessThan(200);
  const [answer, turns] = await turnsOf(() => inspector.decision('any'));
  if (!answer.ok || answer.value === undefined) throw new Error('no decision');
  const { before, now } = answer.value;
  if ('why' in before || 'why' in now) throw new Error('not known');
  expect(before.rules.filter(({ matched }) => matched).map(({ rule }) => rule)).toEqual(['rule 7']);
  expect(before.rules[0]).toMatchObject({ rule: 'rule 7', sends: ['bot'] });
  expect([now.rules.length, now.digest === before.digest]).toEqual([2000, true]);
  expect(turns).toBeGreaterThan(500);
});
