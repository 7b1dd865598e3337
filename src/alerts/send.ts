/** Sends an alert: writes it down and hands it to the lanes, as intake does with an announcement. */
import type { Alert } from '../alert.ts';
import type { AlertContent, Content } from '../delivery/content.ts';
import type { Delivery } from '../delivery/delivery.ts';
import type { Target } from '../intake.ts';
import type { Clock } from '../platform/clock.ts';
import { redactValues } from '../platform/redactor.ts';
import type { Redactor } from '../platform/secret.ts';
import { REPEAT_MS } from './tracker.ts';

/** Below everything that a feed brings. */
const IMPORTANCE = -1;

/** The rule that the rows name: no rule has asked for it. */
const RULE = '(alerts)';

export interface AlertSenderDeps {
  readonly ids: (nowMs: number) => string;
  readonly clock: Clock;
  /** The text of a platform may quote a secret. */
  readonly redact: Redactor;
  readonly journal: { record(content: Content, deliveries: readonly Delivery[]): void };
  /** By name, of the config in force. */
  targets(): ReadonlyMap<string, Pick<Target, 'push'>>;
  /** Where several machines share the work: this one, and how it reaches destinations to which another sends. */
  readonly node?: string;
  elsewhere?(content: AlertContent, deliveries: readonly Delivery[], sameAs?: string): void;
}

export function createAlertSender(
  deps: AlertSenderDeps,
): (alert: Alert, destinations: readonly string[], ofAllNodes?: string) => void {
  const { ids, clock, redact, journal } = deps;
  return (alert, names, ofAllNodes) => {
    const safe = redactValues(alert, redact) as Alert;
    const nowMs = clock.monotonicMs();
    const id = ids(nowMs);
    const content: AlertContent = {
      kind: 'alert',
      alert: { ...namedBy(safe, ofAllNodes ? undefined : deps.node), id, raisedMs: nowMs },
    };
    const targets = deps.targets();
    const all = names.map(
      (destination, index): Delivery => ({
        id: `${id}-${index}`,
        ...{ content, destination, rule: RULE, template: undefined, ticker: undefined },
        importance: IMPORTANCE,
        // Whatever `maxAge` is for orders: after this long it has been reported again, or is over.
        expiresAtMs: nowMs + REPEAT_MS,
      }),
    );
    if (ofAllNodes !== undefined && deps.elsewhere) return deps.elsewhere(content, all, ofAllNodes);
    const deliveries = all.filter(({ destination }) => targets.has(destination));
    if (deliveries.length < all.length)
      deps.elsewhere?.(
        content,
        all.filter(({ destination }) => !targets.has(destination)),
      );
    if (deliveries.length === 0) return;
    journal.record(content, deliveries);
    for (const delivery of deliveries) targets.get(delivery.destination)?.push(delivery);
  };
}

/** Of one machine among several: which. */
function namedBy(alert: Alert, node: string | undefined): Alert {
  if (node === undefined) return alert;
  return { ...alert, headline: `${alert.headline} (node ${node})`, data: { ...alert.data, node } };
}
