/**
 * The table `announcements`: a row for each content, whatever its kind. An announcement's body is itself. An
 * alert's is recognised by its field `alert`, which no feed can bring, and has the fields of an announcement
 * around it: stores have held alerts so from schema 1 on, and a version that knows no other content can still list
 * and send ours.
 */
import type { SQLOutputValue } from 'node:sqlite';
import { ALERT_TYPE, type Alert, type RaisedAlert } from '../alert.ts';
import { type Announcement, identityOf } from '../announcement.ts';
import { type Content, originOf } from '../delivery/content.ts';
import { json, realNumber, text } from './columns.ts';

/** For `INSERT INTO announcements (id, identity, received_ms, body)`. */
export function contentRow(
  content: Content,
  identity = identityIn(content),
): [string, string, number, string] {
  const { id, receivedMs } = originOf(content);
  return [text(id) ?? '', text(identity) ?? '', realNumber(receivedMs, 0), json(storedBody(content))];
}

function identityIn(content: Content): string {
  switch (content.kind) {
    case 'news':
      return identityOf(content.announcement);
    case 'alert':
      // Like nothing but itself.
      return JSON.stringify([ALERT_TYPE, content.alert.id]);
    default:
      return content satisfies never;
  }
}

/** Of any content. */
export type StoredBody = Announcement & { readonly alert?: Alert };

/** The value of `body`. */
export function storedBody(content: Content): StoredBody {
  switch (content.kind) {
    case 'news':
      return content.announcement;
    case 'alert':
      return alertBody(content.alert);
    default:
      return content satisfies never;
  }
}

const alertBody = ({ id, raisedMs, ...alert }: RaisedAlert): StoredBody => ({
  ...{ id, type: ALERT_TYPE, feed: 'none', publisher: 'listing-bridge', listingType: ALERT_TYPE },
  ...{ tickers: [], title: alert.headline },
  ...{ publishTimestampUs: undefined, detectedTimestampUs: undefined, dispatchTimestampUs: undefined },
  ...{ receivedTimestampUs: Math.round(raisedMs * 1000), receivedMs: raisedMs, ageAtReceiptMs: 0 },
  ...{ abnormal: false, redacted: false, test: false, extra: {} },
  alert,
});

/** JSON drops `undefined`, so absent stamps come back absent, which reads the same. Throws on what is no JSON. */
export const contentFrom = (body: SQLOutputValue | undefined): Content =>
  contentIn(JSON.parse(String(body)) as StoredBody);

/** The inverse of `storedBody`. */
export function contentIn(stored: StoredBody): Content {
  if (stored?.alert === undefined) return { kind: 'news', announcement: stored };
  return { kind: 'alert', alert: { ...stored.alert, id: stored.id, raisedMs: stored.receivedMs } };
}
