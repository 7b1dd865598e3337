/** The announcement of a test, read exactly as a frame of the feed is. */
import type { Announcement } from '../announcement.ts';
import { newsGiven } from '../feeds/index.ts';
import { idAt } from '../outbox/ids.ts';
import type { TestFields } from './options.ts';

/** The feed of what no feed has brought, as in `explain`. */
const NO_FEED = 'sample';

/** `atMs`: when it is received, epoch ms. Throws when the fields are no announcement, which `options.ts` has reported. */
export function testAnnouncement(fields: TestFields, atMs: number): Announcement {
  const { feed = NO_FEED, redacted, test, abnormal, extra, ...wire } = fields;
  const receipt = { feed, receivedTimestampUs: atMs * 1000, receivedMs: atMs, ageAtReceiptMs: 0 };
  const news = newsGiven(
    {
      ...extra,
      ...wire,
      ...(test === true && { type: 'test_announcement' }),
      ...(abnormal !== undefined && { abnormalDetectionLatency: abnormal }),
    },
    receipt,
  );
  if (news === undefined) throw new Error('a test without a title and tickers');
  return { ...news, ...(redacted !== undefined && { redacted }), id: idAt(atMs) };
}
