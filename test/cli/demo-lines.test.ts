/** The lines of the demo in the cells of a terminal: as it is at 80 and 120 columns, narrower, and piped. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { lookLine, openingLines, rulesLines } from '../../src/cli/demo-head.ts';
import {
  type AnnouncementView,
  announcementLine,
  type DeliveryView,
  deliveryLine,
  noteLine,
} from '../../src/cli/demo-lines.ts';
import { DemoTally } from '../../src/cli/demo-tally.ts';
import { cellsOf } from '../../src/platform/cells.ts';
import { paintedLines } from '../../src/platform/paint.ts';

const bare = (line: string) => paintedLines(line, false);

const CONFIG = '/tmp/listing-bridge-demo-abcdef/config.yaml';
const LOOK = 'http://127.0.0.1:40123';
const head = (columns: number | undefined) =>
  [...openingLines(columns), ...rulesLines(CONFIG, columns), lookLine(LOOK, columns)].map(bare);

const crv: DeliveryView = {
  destination: 'telegram',
  shown: '🟢 Upbit spot listing: CRV · 커브(CRV) KRW, USDT 마켓 디지털 자산 추가',
  serviceMs: 0.68,
  networkMs: 0.43,
  bridgeMs: 0.94,
  answerMs: 2.14,
};

const announcement: AnnouncementView = {
  wallMs: Date.UTC(2026, 10, 26, 6, 4, 35, 198),
  publisher: 'upbit',
  listingType: 'spot_listing',
  tickers: ['CRV'],
  title: '커브(CRV) KRW, USDT 마켓 디지털 자산 추가',
  isUnsent: false,
};

const tally = () => {
  const figures = new DemoTally();
  figures.announced();
  figures.repeated();
  figures.failed('bot');
  figures.expired('bot');
  for (const bridgeMs of [0.9, 1.4, 1.1])
    figures.delivered('telegram', { bridgeMs, isFirst: true, hasWaited: false });
  figures.delivered('telegram', { bridgeMs: 640, isFirst: true, hasWaited: true });
  figures.delivered('bot', { bridgeMs: 101, isFirst: false, hasWaited: false });
  return figures;
};
const arrived = [
  { name: 'discord', arrived: 4, wanted: 4, refused: 0 },
  { name: 'bot', arrived: 3, wanted: 3, refused: 0 },
];

describe('the head', () => {
  test('at 80 columns', () => {
    expect(head(80).join('\n')).toBe(
      `
listing-bridge demo: two simulated feeds → the bridge → stand-ins for Discord,
Telegram and a trading bot, all on this machine. Ctrl-C ends it.
  rules   spot and futures listings      → bot, discord, telegram
          maintenance and other notices  → nobody
          everything else                → discord, telegram
  config  ${CONFIG}
  times   in ms: in the feed service · network · bridge · receiver
          warming up …
  look    ${LOOK}/ in a browser; /metrics, /api/status`.trimStart(),
    );
  });

  test('is not wider than a person reads, and piped not broken', () => {
    expect(head(120).slice(0, 2)).toEqual([
      'listing-bridge demo: two simulated feeds → the bridge → stand-ins for Discord, Telegram and a',
      'trading bot, all on this machine. Ctrl-C ends it.',
    ]);
    expect(head(120)).toHaveLength(9);
    expect(head(undefined)).toHaveLength(8);
  });
});

describe('an announcement', () => {
  test.each([
    [60, 'upbit spot_listing CRV  커브(CRV) KRW, US…'],
    [80, 'upbit spot_listing CRV  커브(CRV) KRW, USDT 마켓 디지털 자산 …'],
    [undefined, 'upbit spot_listing CRV  커브(CRV) KRW, USDT 마켓 디지털 자산 추가'],
  ])('at %j columns', (columns, line) => {
    const [, rest] =
      /^\d\d:\d\d:35\.198 [+-]\d\d(?::\d\d)? {2}(.*)$/.exec(bare(announcementLine(announcement, columns))) ??
      [];
    expect(rest).toBe(line);
  });

  test('that no rule sends says so before anything is cut', () => {
    const tickers = Array.from({ length: 40 }, (_, index) => `T${index}`);
    const line = bare(announcementLine({ ...announcement, tickers, isUnsent: true }, 80));
    expect(line).toMatch(/ {2}upbit spot_listing → nobody T0 T1 .*…$/);
  });
});

describe('a delivery', () => {
  test.each([
    [60, '  ✓ telegram  🟢 Upbit spot listing: CRV · …  bridge 0.9 ms'],
    [80, '  ✓ telegram  🟢 Upbit spot listing: CRV · 커…  0.7 · 0.4 · bridge 0.9 · 2.1 ms'],
    [
      120,
      '  ✓ telegram  🟢 Upbit spot listing: CRV · 커브(CRV) KRW, US…  service 0.7 · network 0.4 · bridge 0.9 · telegram 2.1 ms',
    ],
    [
      undefined,
      '  ✓ telegram  🟢 Upbit spot listing: CRV · 커브(CRV) KRW, USDT 마켓 디지털 자산 추가  service 0.7 · network 0.4 · bridge 0.9 · telegram 2.1 ms',
    ],
  ])('at %j columns', (columns, line) => {
    expect(bare(deliveryLine(crv, columns))).toBe(line);
  });

  test.each([80, 120])('at %j columns times stand below one another', (columns) => {
    const start = (destination: string, answerMs: number) =>
      bare(deliveryLine({ ...crv, shown: 'x', destination, answerMs }, columns)).indexOf('0.7');
    expect(start('bot', 3)).toBe(start('telegram', 15));
  });

  test('that had to wait says why its time is longer', () => {
    const late = { ...crv, serviceMs: 60_000, bridgeMs: 638.13, waited: 'rate limit' };
    expect(bare(deliveryLine(late, 80))).toBe(
      '  ✓ telegram  (rate limit) 🟢 Upbit spot lis…  60000 · 0.4 · bridge 638 · 2.1 ms',
    );
  });

  test('that goes another way', () => {
    expect(bare(noteLine('↻', 'bot', 'answered 503: tried again after 0.1 s', 40))).toBe(
      '  ↻ bot       answered 503: tried again…',
    );
  });
});

test('the summary: no wait that a receiver demands is the bridge’s own time', () => {
  expect(tally().lines(arrived, 80).map(bare)).toEqual([
    '1 announcement, each from two feeds: 1 repeat dropped',
    '  discord   4 of 4 arrived · 0 refused',
    '  bot       3 of 3 arrived · 0 refused · 1 tried again · 1 too old, not sent',
    "the bridge's own time, from frame to request: middle 1.1 ms, slowest 1.4 ms",
    'every delivery arrived, once',
  ]);
  expect(
    tally()
      .lines([{ name: 'bot', arrived: 4, wanted: 3, refused: 0 }], 80)
      .map(bare),
  ).toContain('NOT every delivery arrived exactly once');
});

test('no line is wider than its terminal, whatever the texts and the width', () => {
  const text = fc.oneof(
    fc.string({ unit: 'grapheme', maxLength: 200 }),
    fc.constantFrom(
      '커브(CRV) KRW, USDT 마켓 디지털 자산 추가',
      '⚠️ 👩‍👩‍👧 🇰🇷 e\u0301\u0301',
      '\u001b[31mred\n\u202e',
    ),
  );
  const ms = fc.double({ min: 0, max: 1e7, noNaN: true });
  fc.assert(
    fc.property(
      fc.integer({ min: 24, max: 240 }),
      fc.record({
        destination: fc.constantFrom('bot', 'telegram'),
        ...{ shown: text, serviceMs: ms, networkMs: ms, bridgeMs: ms, answerMs: ms },
        waited: fc.constantFrom(undefined, 'rate limit'),
      }),
      fc.array(text, { maxLength: 4 }),
      (columns, delivery, tickers) => {
        const lines = [
          deliveryLine(delivery, columns),
          announcementLine({ ...announcement, tickers, title: delivery.shown }, columns),
          noteLine('✗', 'bot', delivery.shown, columns),
        ];
        for (const line of lines) expect(cellsOf(bare(line))).toBeLessThanOrEqual(columns);
      },
    ),
  );
  for (const columns of [60, 80, 120, 200])
    for (const line of [
      ...head(columns),
      ...tally()
        .lines(arrived, columns)
        .flatMap((one) => one.split('\n')),
    ])
      expect(cellsOf(bare(line))).toBeLessThanOrEqual(columns);
});
