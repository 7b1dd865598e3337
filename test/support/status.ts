/** The status of a bridge that has nothing to tell. */
import { type Status, statusOf } from '../../src/ops/status.ts';

export const NO_STATUS: Status = statusOf({
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
});
