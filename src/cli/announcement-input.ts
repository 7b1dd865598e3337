/** Announcements that no feed has sent: from a file, from flags, or clearly marked as a sample. */
import { readFileSync } from 'node:fs';
import type { Announcement } from '../announcement.ts';
import { readFault } from '../config/environment.ts';
import { SAMPLE_MARK } from '../destinations/sample-mark.ts';
import { newsGiven } from '../feeds/index.ts';
import { createIds } from '../outbox/ids.ts';
import { messageOf } from '../platform/message-of.ts';
import { printable } from '../platform/printable.ts';
import { UserError, WRONG_USAGE } from './exit-codes.ts';
import type { Io } from './io.ts';

/** As on the wire; `type` may be left out. */
export type SampleFields = Readonly<Record<string, unknown>>;

/** Reads it exactly as a frame of the feed would be read. Throws `UserError`. */
export function announcementFromFields(
  fields: SampleFields,
  io: Pick<Io, 'clock' | 'random'>,
  feed = 'sample',
): Announcement {
  const nowUs = io.clock.wallUs();
  const receivedMs = io.clock.monotonicMs();
  const receipt = { feed, receivedTimestampUs: nowUs, receivedMs, ageAtReceiptMs: 0 };
  const news = newsGiven(fields, receipt);
  if (news === undefined)
    throw new UserError('this is not an announcement: it needs at least a title or a ticker', WRONG_USAGE);
  return { ...news, id: createIds(io.random)(receivedMs) };
}

/** The flags with which an announcement is given. */
export interface AnnouncementFlags {
  /** One JSON object, such as a line of `announcements.jsonl`; `-` is standard input. */
  readonly file: string | undefined;
  readonly publisher: string | undefined;
  readonly listingType: string | undefined;
  readonly ticker: string | undefined;
  readonly title: string | undefined;
}

/** `nothing`: begins the sentence when none is given. Throws `UserError`. */
export function readFields(flags: AnnouncementFlags, nothing: string): SampleFields {
  const { file, publisher, listingType, ticker, title } = flags;
  if (file !== undefined) return fieldsIn(readText(file), file === '-' ? 'standard input' : printable(file));
  if (title === undefined && ticker === undefined)
    throw new UserError(
      `${nothing}: give --file <announcement.json>, or --title (with --ticker, --publisher, --listing-type)`,
      WRONG_USAGE,
    );
  return { publisher, listingType, ticker, title };
}

function readText(file: string): string {
  try {
    return readFileSync(file === '-' ? 0 : file, 'utf8');
  } catch (error) {
    throw new UserError(`${printable(file)} cannot be read: ${readFault(error)}`);
  }
}

function fieldsIn(text: string, source: string): SampleFields {
  let fields: unknown;
  try {
    fields = JSON.parse(text);
  } catch (error) {
    throw new UserError(`${source}: not JSON: ${messageOf(error)}`);
  }
  if (typeof fields !== 'object' || fields === null || Array.isArray(fields))
    throw new UserError(`${source}: must hold one JSON object`);
  return fields as SampleFields;
}

export const SAMPLE_TICKER = 'SAMPLE';

/** Matches no rule but those with `test: true`. */
export const plainSample = (io: Pick<Io, 'clock' | 'random'>): Announcement =>
  announcementFromFields(
    {
      type: 'test_announcement',
      publisher: 'sample',
      listingType: 'not_listing',
      ticker: SAMPLE_TICKER,
      title: `${SAMPLE_MARK}: not a real announcement`,
    },
    io,
  );
