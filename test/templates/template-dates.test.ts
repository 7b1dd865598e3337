/** Dates in templates are UTC and English, wherever the machine stands. */
import { execFileSync } from 'node:child_process';
import { resolve } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { momentUs } from '../../src/templates/moment.ts';
import { strftime } from '../../src/templates/strftime.ts';
import { compilePlain } from '../../src/templates/template.ts';
import { scopeOf } from '../../src/templates/variables.ts';
import { inputOf } from '../destinations/render-support.ts';

const ISO = '%Y-%m-%dT%H:%M:%SZ';

/** 2026-01-01T00:00:00.120Z is `detectedTimestampUs` of the sample. */
const CASES: readonly (readonly [source: string, expected: string])[] = [
  [`{{ detectedTimestampUs | date: "${ISO}" }}`, '2026-01-01T00:00:00Z'],
  ['{{ detectedTimestampUs | date: "%L %6N %N %3N" }}', '120 120000 120000000 120'],
  [`{{ detectedTimestampUs | divided_by: 1000000 | date: "${ISO}" }}`, '2026-01-01T00:00:00Z'],
  [`{{ detectedTimestampUs | divided_by: 1000 | floor | date: "${ISO}" }}`, '2026-01-01T00:00:00Z'],
  [`{{ "now" | date: "${ISO}" }} {{ "today" | date: "%F" }}`, '2026-01-01T00:00:00Z 2026-01-01'],
  [`{{ 1767225600 | date: "${ISO}" }}`, '2026-01-01T00:00:00Z'],
  [`{{ "1767225600" | date: "${ISO}" }}`, '2026-01-01T00:00:00Z'],
  [`{{ 0 | date: "${ISO}" }}`, '1970-01-01T00:00:00Z'],
  [`{{ "2026-03-08 02:30" | date: "${ISO}" }}`, '2026-03-08T02:30:00Z'],
  [`{{ "2026-03-08T02:30:00" | date: "${ISO}" }}`, '2026-03-08T02:30:00Z'],
  [`{{ "2026-03-08" | date: "${ISO}" }}`, '2026-03-08T00:00:00Z'],
  [`{{ "March 8, 2026 02:30" | date: "${ISO}" }}`, '2026-03-08T02:30:00Z'],
  [`{{ "2026-03-08T02:30:00+09:00" | date: "${ISO}" }}`, '2026-03-07T17:30:00Z'],
  [`{{ "Sun, 08 Mar 2026 02:30:00 GMT" | date: "${ISO}" }}`, '2026-03-08T02:30:00Z'],
  ['{{ "2026-03-08 02:30" | date }}', 'Sunday, March 8, 2026 at 2:30 am +0000'],
  [
    '{{ "2026-03-08 02:30" | date: "%c|%x|%X|%Z|%z|%:z|%s|%j|%U|%A %B" }}',
    'Sun Mar  8 02:30:00 2026|03/08/26|02:30:00|UTC|+0000|+00:00|1772937000|067|10|Sunday March',
  ],
  ['{{ "2026-03-08 02:30" | date_to_xmlschema }}', '2026-03-08T02:30:00+00:00'],
  ['{{ "2026-03-08 02:30" | date_to_rfc822 }}', 'Sun, 08 Mar 2026 02:30:00 +0000'],
  ['{{ "2026-03-08 02:30" | date_to_string }}', '08 Mar 2026'],
  ['{{ "2026-03-08 02:30" | date_to_long_string: "ordinal", "US" }}', 'March 8th, 2026'],
  ['{{ detectedTimestampUs | date: "%F %T %z", "Asia/Seoul" }}', '2026-01-01 09:00:00 +0900'],
  ['{{ detectedTimestampUs | date: "%F %T %:z", -540 }}', '2026-01-01 09:00:00 +09:00'],
  ['{{ "2026-03-08T07:30:00Z" | date: "%H:%M", "America/New_York" }}', '03:30'],
  ['{{ "nonsense" | date: "%Y" }}{{ publishTimestampUs | date: "%Y" }}', 'nonsense'],
];

const SOURCES = CASES.map(([source]) => source);
const EXPECTED = CASES.map(([, expected]) => expected);
const CHANGES = { receivedTimestampUs: 1_767_225_600_180_500, publishTimestampUs: undefined };

test('by the format codes of Liquid', () => {
  const scope = scopeOf(inputOf(CHANGES));
  expect(SOURCES.map((source) => compilePlain(source)(scope))).toEqual(EXPECTED);
});

describe('regression: the time zone and the language of the machine change nothing', () => {
  test.each([
    ['Asia/Seoul', 'ko_KR.UTF-8'],
    // 02:30 on 8 March does not exist there.
    ['America/New_York', 'en_US.UTF-8'],
    ['Pacific/Kiritimati', 'de_DE.UTF-8'],
  ])('%s', (TZ, LANG) => {
    const script = resolve(import.meta.dirname, '../support/rendered-dates.ts');
    const changes = JSON.stringify({ ...CHANGES, publishTimestampUs: null });
    const env = { ...process.env, TZ, LANG, LC_ALL: LANG };
    const printed = execFileSync(process.execPath, [script, changes, ...SOURCES], { env, encoding: 'utf8' });
    expect(JSON.parse(printed)).toEqual(EXPECTED);
  });
});

test('every moment is read from every unit, and written as UTC', () => {
  const seconds = fc.integer({ min: 200_000_000, max: 4_102_444_800 });
  fc.assert(
    fc.property(seconds, (second) => {
      const iso = new Date(second * 1000).toISOString().replace('.000', '');
      for (const value of [
        second,
        second * 1e3,
        second * 1e6,
        second * 1e9,
        String(second),
        iso,
        iso.slice(0, -1),
      ]) {
        const us = momentUs(value, 0);
        expect(us).toBe(second * 1e6);
        expect(strftime(us ?? 0, ISO)).toBe(iso);
      }
    }),
  );
});

test.each([
  Number.NaN,
  Number.POSITIVE_INFINITY,
  1e300,
  '9'.repeat(400),
  {},
  [],
  null,
  undefined,
  true,
  'now()',
])('what is no moment stays as it is: %j', (value) => {
  expect(momentUs(value, 0)).toBeUndefined();
});
