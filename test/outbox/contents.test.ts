/** Each kind of content in its row, and back; and the rows that earlier versions left. */
import { readdirSync, readFileSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { expect, test } from 'vitest';
import type { RaisedAlert } from '../../src/alert.ts';
import type { Content } from '../../src/delivery/content.ts';
import { newsOf } from '../../src/delivery/content.ts';
import { contentFrom, contentRow } from '../../src/outbox/content-rows.ts';
import { migrate } from '../../src/outbox/migrations.ts';
import { findDelivery } from '../../src/outbox/queries.ts';
import { SqliteOutbox } from '../../src/outbox/sqlite.ts';
import { announcementAt } from '../support/outbox.ts';

const ALERT: RaisedAlert = {
  severity: 'critical',
  headline: '🔴 feed tokyo is down',
  paragraphs: ['since 14:03', 'what to do'],
  data: { alerts: [{ code: 'feed_down' }] },
  id: '0000000000000d',
  raisedMs: 4000.5,
};

/** A kind without an entry does not compile, and one that is read back as another fails. */
const OF_EACH_KIND: { readonly [Kind in Content['kind']]: Extract<Content, { readonly kind: Kind }> } = {
  news: newsOf(announcementAt(1, 1000)),
  alert: { kind: 'alert', alert: ALERT },
};

test.each(Object.entries(OF_EACH_KIND))('%s comes back as it was', (_, content) => {
  const [, , , body] = contentRow(content);
  expect(contentFrom(body)).toEqual(content);
});

/** As versions of schema 1 to 3 wrote it: an announcement that carries an alert. */
const OLD_BODY =
  '{"id":"0000000000000d","type":"alert","feed":"none","publisher":"listing-bridge","listingType":"alert","tickers":[],"title":"🔴 feed tokyo is down","receivedTimestampUs":4000500,"receivedMs":4000.5,"ageAtReceiptMs":0,"abnormal":false,"redacted":false,"test":false,"extra":{},"alert":{"severity":"critical","headline":"🔴 feed tokyo is down","paragraphs":["since 14:03","what to do"],"data":{"alerts":[{"code":"feed_down"}]}}}';

test('an alert is written as those versions wrote it, so that they can read ours', () => {
  const [id, identity, receivedMs, body] = contentRow({ kind: 'alert', alert: ALERT });
  expect([id, identity, receivedMs]).toEqual([ALERT.id, '["alert","0000000000000d"]', 4000.5]);
  expect(JSON.parse(body)).toEqual(JSON.parse(OLD_BODY));
});

test('regression: the time of an alert is whole microseconds, as of any announcement', () => {
  // As the clock gives it: a program that reads the list as JSON may have a field for a whole number only.
  const raisedMs = 1_795_657_651_041.9722;
  const [, , , body] = contentRow({ kind: 'alert', alert: { ...ALERT, raisedMs } });
  expect(JSON.parse(body)).toMatchObject({
    receivedMs: raisedMs,
    receivedTimestampUs: 1_795_657_651_041_972,
  });
});

const fixtures = new URL('../fixtures/store/', import.meta.url);

test.each(readdirSync(fixtures))('an alert that %s still owes is owed as an alert', (name) => {
  using database = new DatabaseSync(':memory:');
  database.exec(readFileSync(new URL(name, fixtures), 'utf8'));
  database
    .prepare('INSERT INTO announcements (id, identity, received_ms, body) VALUES (?, ?, ?, ?)')
    .run(ALERT.id, '["alert","0000000000000d"]', 4000.5, OLD_BODY);
  database
    .prepare(
      `INSERT INTO deliveries (id, announcement_id, destination, rule, importance, state, attempts, plain, not_before_ms)
       VALUES (?, ?, 'ops', '(alerts)', -1, 'pending', 0, 0, 0)`,
    )
    .run(`${ALERT.id}-0`, ALERT.id);
  migrate(database);
  const content = { kind: 'alert', alert: ALERT };
  expect(new SqliteOutbox(database).owed('ops', 10)).toMatchObject([{ delivery: { content } }]);
  expect(findDelivery(database, `${ALERT.id}-0`)?.delivery.delivery.content).toEqual(content);
});
