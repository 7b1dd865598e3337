/**
 * The bridge as pages may show it: whatever a feed or a receiver says may quote a secret, and a page shows their words
 * as they are. JSON is redacted where it is written (`json-text.ts`), and so is the config (`page/config-text.ts`).
 */

import { MANY_DESTINATIONS } from '../ops/many.ts';
import type { Status } from '../ops/status.ts';
import { redactingValues, redactValues } from '../platform/redactor.ts';
import type { Redactor } from '../platform/secret.ts';
import { inTurns, type Steps, whole } from '../platform/steps.ts';
import { remembering } from './json-text.ts';
import type { Ops } from './ops.ts';
import { statusInTurns } from './whole-status.ts';

/** On a page; a platform that is down may be thousands. */
export const MOST_CONDITIONS = 50;

export interface ShownOps extends Ops {
  /** At once: of more than a few destinations and conditions without their words, which live rows do not show. */
  status(): Status;
  /** All of it, in turns. */
  wholeStatus(): Promise<Status>;
}

export function redactedOps(ops: Ops): ShownOps {
  const { redact, clock, breathe = () => Promise.resolve() } = ops;
  const safe = <Value>(value: Value): Value => redactValues(value, remembering(redact)) as Value;
  /** In turns: of what may be long. */
  const safely = async <Value>(value: Value): Promise<Value> =>
    (await inTurns(redactingValues(value, remembering(redact)), { clock, breathe })) as Value;
  return {
    ...ops,
    status: () => whole(safeStatus(withoutWords(ops.status()), remembering(redact))),
    wholeStatus: async () =>
      inTurns(safeStatus(await statusInTurns(ops), remembering(redact)), { clock, breathe }),
    destination: (name) => safe(ops.destination(name)),
    tables: () => safe(ops.tables()),
    cooldowns: () => safe(ops.cooldowns()),
    dryRun: async (fields, most) => safely(await ops.dryRun(fields, most)),
    decision: async (id) => safely(await ops.decision(id)),
    page: async (request, signal) => safely(await ops.page(request, signal)),
    find: async (id, signal) => safely(await ops.find(id, signal)),
    announcements: async (before, filter) => safely(await ops.announcements(before, filter)),
    stats: async (request) => safely(await ops.stats(request)),
    look: (delivery) => safe(ops.look(delivery)),
    rules: async (most) => safely(await ops.rules(most)),
    reload: async () => safely(await ops.reload()),
    lastReload: () => safe(ops.lastReload()),
    inject: (fields, real) => safe(ops.inject(fields, real)),
    mutes: {
      list: async () => safely(await ops.mutes.list()),
      mute: async (request) => safe(await ops.mutes.mute(request)),
      lift: async (what) => safe(await ops.mutes.lift(what)),
    },
  };
}

function withoutWords({ destinations, conditions, ...rest }: Status): Status {
  const few = conditions.slice(0, MOST_CONDITIONS);
  return {
    ...rest,
    ...{ problems: [], notes: [] },
    conditions: [...few, ...conditions.slice(MOST_CONDITIONS).map(() => WORDLESS)],
    destinations:
      destinations.length <= MANY_DESTINATIONS
        ? destinations
        : destinations.map((one) => ({
            ...{ ...one, state: 'ok' },
            suspended: one.suspended && '',
            slowed: one.slowed && '',
          })),
  };
}

const WORDLESS: Status['conditions'][number] = {
  ...{ code: 'restart_needed', subject: '', severity: 'note', summary: '', detail: '', advice: '', help: '' },
  ...{ forMs: 0, count: undefined },
};

/** Of thousands of deliveries and destinations only the words of others: names and ids are ours, and looking is the most of the work. */
function* safeStatus(status: Status, redact: Redactor): Steps<Status> {
  const { announcements, destinations, ...rest } = status;
  const safe = <Value>(value: Value) => redactingValues(value, redact) as Steps<Value>;
  return {
    ...(yield* safe(rest)),
    destinations: yield* someOf(destinations, ({ state }) => state !== 'ok', redact),
    announcements: yield* stepsOf(announcements, function* ({ deliveries, ...news }) {
      const isOthers = ({ reason, advice }: (typeof deliveries)[number]) =>
        reason !== undefined || advice !== undefined;
      return { ...(yield* safe(news)), deliveries: yield* someOf(deliveries, isOthers, redact) };
    }),
  };
}

/** Those of which that is true without secrets, and the others as they are. */
const someOf = <Item>(
  items: readonly Item[],
  isWanted: (item: Item) => boolean,
  redact: Redactor,
): Steps<readonly Item[]> =>
  stepsOf(items, function* (item) {
    return isWanted(item) ? ((yield* redactingValues(item, redact)) as Item) : item;
  });

function* stepsOf<Item, Result>(
  items: readonly Item[],
  step: (item: Item) => Steps<Result>,
): Steps<readonly Result[]> {
  const results: Result[] = [];
  for (const item of items) results.push(yield* step(item));
  return results;
}
