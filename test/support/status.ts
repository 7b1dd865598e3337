import { type Status, type StatusInput, statusOf } from '../../src/ops/status.ts';

/** The status of a bridge that has nothing to tell, but for what is given. */
export const statusWith = (more: Partial<StatusInput> = {}): Status =>
  statusOf({
    version: '1',
    startedMs: 0,
    config: { file: 'config.yaml', current: true, rejected: undefined, needsRestart: [] },
    store: { path: 'bridge.db', fault: undefined },
    feeds: [],
    destinations: [],
    rules: [],
    waiting: new Map(),
    announcements: [],
    race: [],
    nowMs: 0,
    ...more,
  });

export const NO_STATUS: Status = statusWith();
