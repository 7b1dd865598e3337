/** Alerts of the bridge about itself, over its own lanes. */
import { AlertReporter } from '../alerts/alert-reporter.ts';
import { createAlertSender } from '../alerts/send.ts';
import type { ConditionWatch } from '../conditions/watch.ts';
import type { Bus } from '../events/bus.ts';
import type { Pipeline } from '../pipeline.ts';
import type { Clock } from '../platform/clock.ts';
import type { Log } from '../platform/log.ts';
import { messageOf } from '../platform/message-of.ts';
import type { Redactor } from '../platform/secret.ts';
import { bridgeState } from './bridge-state.ts';
import type { Clustering } from './clustering.ts';
import type { FeedSet } from './feed-set.ts';
import type { RunningConfig } from './running-config.ts';
import type { TableSet } from './table-set.ts';

export interface AlertingDeps {
  readonly pipeline: Pipeline;
  readonly feeds: Pick<FeedSet, 'reports'>;
  readonly running: Pick<RunningConfig, 'config' | 'rejected'>;
  readonly tables: Pick<TableSet, 'states'>;
  readonly bus: Bus;
  readonly conditions: ConditionWatch;
  readonly clock: Clock;
  readonly redact: Redactor;
  readonly log: Log;
  /** Absent: this bridge is alone. */
  readonly cluster?: Pick<Clustering, 'alert' | 'node'> | undefined;
}

/** It listens from now on, and sends once it is started. */
export function createAlerts({
  pipeline,
  feeds,
  running,
  tables,
  bus,
  conditions,
  clock,
  redact,
  log,
  cluster,
}: AlertingDeps): AlertReporter {
  const { ids, intake, journal, memory } = pipeline;
  const alerts = new AlertReporter({
    ...{ clock, conditions, redact, publish: bus.publish },
    // Not as what a destination has learned: other machines have reports of their own.
    memory: { recall: memory.recall, keep: memory.hear },
    failed: (error) => log.error({ message: messageOf(error) }, 'alerts.failed'),
    options: () => running.config.alerts,
    state: () => bridgeState({ feeds, pipeline, running, tables }),
    send: createAlertSender({
      ...{ ids, clock, redact, journal, targets: () => intake.routes.targets },
      ...(cluster && { node: cluster.node, elsewhere: cluster.alert }),
    }),
  });
  bus.listen(alerts.listener);
  return alerts;
}
