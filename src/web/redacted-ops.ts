/**
 * The bridge as pages may show it: whatever a feed or a receiver says may quote a secret, and a page shows their words
 * as they are. JSON is redacted where it is written (`json-text.ts`), and so is the config (`page/config-text.ts`).
 */

import type { Status } from '../ops/status.ts';
import { redactingValues, redactValues } from '../platform/redactor.ts';
import type { Redactor } from '../platform/secret.ts';
import { inTurns } from '../platform/steps.ts';
import { remembering } from './json-text.ts';
import type { Ops } from './ops.ts';

export function redactedOps(ops: Ops): Ops {
  const { redact, clock, breathe = () => Promise.resolve() } = ops;
  const safe = <Value>(value: Value): Value => redactValues(value, remembering(redact)) as Value;
  /** In turns: of what may be long. */
  const safely = async <Value>(value: Value): Promise<Value> =>
    (await inTurns(redactingValues(value, remembering(redact)), { clock, breathe })) as Value;
  return {
    ...ops,
    status: () => safeStatus(ops.status(), redact),
    destination: (name) => safe(ops.destination(name)),
    tables: () => safe(ops.tables()),
    cooldowns: () => safe(ops.cooldowns()),
    dryRun: async (fields) => safely(await ops.dryRun(fields)),
    decision: async (id) => safely(await ops.decision(id)),
    page: async (request, signal) => safely(await ops.page(request, signal)),
    find: async (id, signal) => safely(await ops.find(id, signal)),
    announcements: async (before, filter) => safely(await ops.announcements(before, filter)),
    stats: async (request) => safely(await ops.stats(request)),
    look: (delivery) => safe(ops.look(delivery)),
    rules: async () => safely(await ops.rules()),
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

/** Of thousands of deliveries and destinations only the words of others: names and ids are ours, and looking is the most of the work. */
function safeStatus(status: Status, redact: Redactor): Status {
  const safe = <Value>(value: Value): Value => redactValues(value, redact) as Value;
  const { announcements, destinations, ...rest } = status;
  return {
    ...safe(rest),
    destinations: destinations.map((one) => (one.state === 'ok' ? one : safe(one))),
    announcements: announcements.map(({ deliveries, ...news }) => ({
      ...safe(news),
      deliveries: deliveries.map((one) =>
        one.reason === undefined && one.advice === undefined ? one : safe(one),
      ),
    })),
  };
}
