/** Every row that an export wants, in looks of a bounded number. The file is opened for each: a bridge may put another in its place. */
import { systemClock, wait } from '../platform/clock.ts';
import type { ExportLook, ExportRequest, ExportRow } from './deliveries.ts';
import { exportLook } from './export-rows.ts';
import { allTakenIn } from './file-deliveries.ts';
import { openStoreFile } from './open.ts';

/** Between two looks: a bridge on the same machine has the processor meanwhile. */
const BREATH_MS = 1;

/** Throws what the store throws. */
export async function* rowsOf(
  path: string,
  request: Omit<ExportRequest, 'after'>,
): AsyncGenerator<readonly ExportRow[], void> {
  for (let after: string | undefined, isMore = true; isMore; isMore = after !== undefined) {
    const { rows, next } = await look(path, { ...request, after });
    yield rows;
    after = next;
    await wait(systemClock, BREATH_MS);
  }
}

async function look(path: string, request: ExportRequest): Promise<ExportLook> {
  using database = openStoreFile(path, true);
  if (request.after === undefined) await allTakenIn(database);
  return exportLook(database, request);
}
