/** The running bridge, as far as conditions show in it. Costs no look at the disk. */
import type { BridgeState } from '../conditions/from-state.ts';
import type { Pipeline } from '../pipeline.ts';
import type { FeedSet } from './feed-set.ts';
import type { RunningConfig } from './running-config.ts';
import type { TableSet } from './table-set.ts';

export interface StateDeps {
  readonly feeds: Pick<FeedSet, 'reports'>;
  readonly pipeline: Pick<Pipeline, 'lanes' | 'journal'>;
  readonly running: Pick<RunningConfig, 'config' | 'rejected'>;
  readonly tables: Pick<TableSet, 'states'>;
}

export const bridgeState = ({
  feeds,
  pipeline: { lanes, journal },
  running,
  tables,
}: StateDeps): BridgeState => ({
  feeds: feeds.reports,
  destinations: lanes.reports(),
  rules: running.config.rules,
  tables: tables.states,
  storeFault: journal.fault,
  config: { rejected: running.rejected },
});
