/**
 * The bridge as pages may show it: whatever a feed or a receiver says may quote a secret, and a page shows their words
 * as they are. JSON is redacted where it is written (`json-text.ts`).
 */

import type { Status } from '../ops/status.ts';
import { redactValues } from '../platform/redactor.ts';
import type { Redactor } from '../platform/secret.ts';
import { remembering } from './json-text.ts';
import type { Ops } from './ops.ts';

export function redactedOps(ops: Ops): Ops {
  const safe = <Value>(value: Value): Value => redacted(value, ops.redact);
  return {
    ...ops,
    status: () => safeStatus(ops.status(), ops.redact),
    destination: (name) => safe(ops.destination(name)),
    dryRun: (fields) => safe(ops.dryRun(fields)),
    decision: async (id) => safe(await ops.decision(id)),
    page: async (request, signal) => safe(await ops.page(request, signal)),
    find: async (id, signal) => safe(await ops.find(id, signal)),
    announcements: async (before, filter) => safe(await ops.announcements(before, filter)),
    stats: async (request) => safe(await ops.stats(request)),
    config: () => safe(ops.config()),
    look: (delivery) => safe(ops.look(delivery)),
    rules: () => safe(ops.rules()),
    reload: async () => safe(await ops.reload()),
    inject: (fields, real) => safe(ops.inject(fields, real)),
    mutes: {
      list: async () => safe(await ops.mutes.list()),
      mute: async (request) => safe(await ops.mutes.mute(request)),
      lift: async (what) => safe(await ops.mutes.lift(what)),
    },
  };
}

/** Of thousands of deliveries and destinations only the words of others: names and ids are ours, and looking is the most of the work. */
function safeStatus(status: Status, redact: Redactor): Status {
  const known = remembering(redact, Number.POSITIVE_INFINITY);
  const safe = <Value>(value: Value): Value => redactValues(value, known) as Value;
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

/** Of plain trees: the form stays. */
const redacted = <Value>(value: Value, redact: Redactor): Value =>
  redactValues(value, remembering(redact)) as Value;
