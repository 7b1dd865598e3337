/** The status for an answer that is made in turns. */
import type { Status } from '../ops/status.ts';
import type { Ops } from './ops.ts';

export const statusInTurns = async (ops: Pick<Ops, 'status' | 'statusInTurns'>): Promise<Status> =>
  ops.statusInTurns === undefined ? ops.status() : await ops.statusInTurns();
