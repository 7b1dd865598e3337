/** Announcements that no feed has sent: from a file, from flags, or clearly marked as a sample. */
import type { Announcement } from '../announcement.ts';
import { newsFrom } from '../feeds/index.ts';
import { createIds } from '../outbox/ids.ts';
import { UserError, WRONG_USAGE } from './exit-codes.ts';
import type { Io } from './io.ts';

/** As on the wire; `type` may be left out. */
export type SampleFields = Readonly<Record<string, unknown>>;

/** Reads it exactly as a frame of the feed would be read. Throws `UserError`. */
export function announcementFromFields(fields: SampleFields, io: Pick<Io, 'clock' | 'random'>): Announcement {
  const nowUs = io.clock.wallUs();
  const stamps = { detectedTimestampUs: nowUs, dispatchTimestampUs: nowUs };
  const receivedMs = io.clock.monotonicMs();
  const receipt = { feed: 'sample', receivedTimestampUs: nowUs, receivedMs, ageAtReceiptMs: 0 };
  const news = newsFrom(JSON.stringify({ type: 'announcement', ...stamps, ...fields }), receipt);
  if (news === undefined)
    throw new UserError('this is not an announcement: it needs at least a title or a ticker', WRONG_USAGE);
  return { ...news, id: createIds(io.random)(receivedMs) };
}

/** `text`: one JSON object, such as a line of `announcements.jsonl`. Throws `UserError`. */
export function announcementFromJson(text: string, source: string, io: Io): Announcement {
  let fields: unknown;
  try {
    fields = JSON.parse(text);
  } catch (error) {
    throw new UserError(`${source}: not JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
  if (typeof fields !== 'object' || fields === null || Array.isArray(fields))
    throw new UserError(`${source}: must hold one JSON object`);
  const { exchange, ...rest } = fields as SampleFields;
  return announcementFromFields(
    exchange === undefined ? rest : { publisher: exchange, ticker: rest['tickers'], ...rest },
    io,
  );
}

/** The sample that `send` sends: nobody may take it for news. */
export const SAMPLE_TITLE = 'SAMPLE from listing-bridge: not a real announcement';

export const SAMPLE_TICKER = 'SAMPLE';
