/** The order in which announcements that one read of the socket brought are handed over. */
import { expect, test } from 'vitest';
import { Dedupe } from '../../src/dedupe.ts';
import type { AnnouncementFrame } from '../../src/feed/frames.ts';
import { Intake } from '../../src/intake.ts';
import { createIds } from '../../src/outbox/ids.ts';

test('regression: a notice that was read before a listing, but with it, does not take its place', async () => {
  const pushed: string[] = [];
  const quiet = () => undefined;
  const received: string[] = [];
  const intake = new Intake(
    {
      ids: createIds(() => 0.5),
      dedupe: new Dedupe(60_000),
      journal: { recordAll: quiet, settle: quiet },
      events: { received: ({ title }) => void received.push(title), duplicate: quiet, capped: quiet },
    },
    {
      router: {
        route: () => ({
          rules: ['all'],
          matches: [{ rule: 'all', destination: 'bot', template: undefined, tickers: [] }],
        }),
        explain: () => [],
      },
      targets: new Map([
        [
          'bot',
          {
            forEachTicker: false,
            maxAgeMs: false,
            push: ({ announcement }) => void pushed.push(announcement.title),
          },
        ],
      ]),
    },
  );
  const frame = (title: string, listingType: string) =>
    ({
      kind: 'announcement',
      title,
      listingType,
      publisher: 'upbit',
      ticker: '',
      extra: {},
    }) as unknown as AnnouncementFrame;
  const receipt = { feed: 'one', receivedMs: 1, receivedTimestampUs: 1, ageAtReceiptMs: 0 };
  for (const [title, type] of [
    ['notice', 'not_listing'],
    ['listing', 'spot_listing'],
    ['another notice', 'not_listing'],
    ['another listing', 'futures_listing'],
  ] as const)
    intake.take(frame(title, type), receipt as unknown as Parameters<Intake['take']>[1]);
  await Promise.resolve();
  expect(pushed).toEqual(['listing', 'another listing', 'notice', 'another notice']);
  expect(received, 'on record as they came').toEqual([
    'notice',
    'listing',
    'another notice',
    'another listing',
  ]);
});
