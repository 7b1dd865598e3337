/** Everything that is known of one destination, without a look at the others: there may be ten thousand. */
import type { Config } from '../config/schema.ts';
import type { LaneSet } from '../lane-set.ts';
import type { ShownMute } from '../mutes/shown.ts';
import type { RuleHitCounter } from '../ops/rule-hits.ts';
import { destinationReport } from '../ops/status.ts';
import type { Waiting } from '../outbox/outbox.ts';
import type { InspectedDestination } from '../web/ops.ts';
import { inspectedRule } from './inspector.ts';

interface Known {
  readonly lanes: Pick<LaneSet, 'report' | 'outlook'>;
  readonly config: Pick<Config, 'destinations' | 'alerts' | 'rules'>;
  readonly hits: Pick<RuleHitCounter, 'of'>;
  /** In force. */
  mutes(): readonly ShownMute[];
  /** By destination; `undefined` when the store cannot be read. */
  waiting(): ReadonlyMap<string, Waiting> | undefined;
  /** Of a cluster. */
  readonly holderOf?: ((destination: string) => string | undefined) | undefined;
  readonly nowMs: number;
}

/** `undefined`: no lane has that name. */
export function inspectDestination(
  name: string,
  { lanes, config, hits, mutes, waiting, holderOf, nowMs }: Known,
): InspectedDestination | undefined {
  const report = lanes.report(name);
  const outlook = lanes.outlook(name, nowMs);
  if (report === undefined || outlook === undefined) return undefined;
  return {
    report: destinationReport({ ...report, name }, { waiting: waiting(), holderOf, nowMs }),
    ...outlook,
    options: { ...config.destinations[name] },
    rules: config.rules
      .filter(({ send }) => send.some(({ to }) => to === name))
      .map((rule) => inspectedRule(rule, hits, nowMs)),
    getsAlerts: config.alerts?.send.includes(name) ?? false,
    mutes: mutes().filter((one) => one.kind === 'destination' && one.name === name),
  };
}
