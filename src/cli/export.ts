/** `export`: rows of the store as JSON Lines or CSV, to the standard output or a file. Needs only the store. */
import { resolve } from 'node:path';
import type { ExportRow } from '../outbox/deliveries.ts';
import { rowsOf } from '../outbox/export-all.ts';
import type { Exported, ExportFormat } from '../outbox/exported.ts';
import { printable } from '../platform/printable.ts';
import { exportHead, exportTexts } from '../web/export/columns.ts';
import { type ExitCode, FINE, NOT_FINE, UserError, WRONG_USAGE } from './exit-codes.ts';
import type { Io } from './io.ts';
import { markedLine } from './lines.ts';
import { NewFile } from './new-file.ts';
import { DELIVERY_FLAGS, type DeliveryFlags, filterOf } from './program-filters.ts';
import { type OpenedStore, requireKnown, type StoreOptions, warnOfUnknown, withStore } from './store-file.ts';

export interface ExportOptions extends StoreOptions, DeliveryFlags {
  readonly format: ExportFormat;
  readonly what: Exported;
  /** A file, in whose place the export is put when it is whole. */
  readonly output?: string;
  readonly matched?: 'true' | 'false';
}

/** Flags that deliveries have, and announcements have not. */
const OF_DELIVERIES = DELIVERY_FLAGS.slice(0, DELIVERY_FLAGS.indexOf('since')).filter(
  (flag) => flag !== 'announcement',
);

export async function exportCommand(options: ExportOptions, io: Io): Promise<ExitCode> {
  const { what, output, matched } = options;
  const wrong =
    what === 'announcements' ? OF_DELIVERIES.find((flag) => options[flag] !== undefined) : undefined;
  if (wrong !== undefined)
    throw new UserError(`--${wrong} narrows deliveries: add --what deliveries`, WRONG_USAGE);
  if (matched !== undefined && what !== 'announcements')
    throw new UserError('--matched narrows announcements: add --what announcements', WRONG_USAGE);
  return withStore(options, io, async (opened): Promise<ExitCode> => {
    requireKnown(options.destination, opened);
    if (output === undefined) {
      const count = await write(options, opened, io, (text) => io.write(text));
      return count === undefined ? NOT_FINE : wholeness(opened);
    }
    using file = NewFile.at(resolve(output));
    const count = await write(options, opened, io, (text) => file.write(text));
    if (count === undefined) {
      io.warn(
        markedLine('warning', `Interrupted: ${printable(output)} is as it was. [interrupted]`, io.columns),
      );
      return NOT_FINE;
    }
    file.finish();
    io.print(markedLine('good', `${count} ${what} written to ${output}`, io.columns));
    return wholeness(opened);
  });
}

async function* inOneStore(...asked: Parameters<typeof rowsOf>): AsyncGenerator<ExportRow, void> {
  for await (const rows of rowsOf(...asked)) yield* rows;
}

/** Rows of a node that gave no answer are missing, which a script should notice. */
const wholeness = ({ cluster }: OpenedStore): ExitCode => (cluster?.isWhole() === false ? NOT_FINE : FINE);

/** Written at once: more is a matter of memory, less of speed. In characters. */
const CHUNK = 64 * 1024;

/** How many rows; `undefined`: interrupted. */
async function write(
  { what, format, ...flags }: ExportOptions,
  opened: OpenedStore,
  io: Io,
  out: (text: string) => Promise<void>,
): Promise<number | undefined> {
  const { redact } = opened.config;
  const { matched } = flags;
  const filter = {
    ...filterOf(flags, opened.at),
    ...(matched !== undefined && { matched: matched === 'true' }),
  };
  const textOf = exportTexts(what, format, redact);
  let chunk = exportHead(what, format);
  let count = 0;
  const { cluster, path } = opened;
  const all = cluster?.deliveries.rowsOfAll({ what, filter }) ?? inOneStore(path, { what, filter });
  for await (const row of all) {
    if (io.signal.aborted) return undefined;
    chunk += textOf(row);
    count++;
    if (chunk.length < CHUNK) continue;
    await out(chunk);
    chunk = '';
  }
  if (chunk !== '') await out(chunk);
  if (count === 0) warnOfUnknown(filter, opened, io);
  return count;
}
