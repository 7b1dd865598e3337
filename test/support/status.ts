import { DEFAULT_THRESHOLDS } from '../../src/alerts/options.ts';
import type { BridgeState } from '../../src/conditions/from-state.ts';
import { ConditionWatch } from '../../src/conditions/watch.ts';
import { type Status, type StatusInput, statusOf } from '../../src/ops/status.ts';
import { FakeClock } from './fake-clock.ts';

/** The input of a status: its conditions are those that are seen in the rest. */
export type StatusParts = Partial<Omit<StatusInput, 'conditions'> & Pick<BridgeState, 'rules'>>;

/** The status of a bridge that has nothing to tell, but for what is given. */
export const statusWith = ({ rules = [], ...more }: StatusParts = {}): Status => {
  const input = {
    version: '1',
    startedMs: 0,
    config: { file: 'config.yaml', current: true, rejected: undefined, needsRestart: [] },
    store: { path: 'bridge.db', fault: undefined },
    feeds: [],
    destinations: [],
    tables: [],
    mutes: [],
    cooldowns: [],
    waiting: new Map(),
    announcements: [],
    race: [],
    nowMs: 0,
    ...more,
  };
  const watch = new ConditionWatch(new FakeClock(input.nowMs));
  const state = { ...input, rules, storeFault: input.store.fault };
  return statusOf({ ...input, conditions: watch.seen(state, DEFAULT_THRESHOLDS) });
};

export const NO_STATUS: Status = statusWith();
