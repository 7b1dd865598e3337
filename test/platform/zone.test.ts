/** Local time in time zones, against Node's own formatting of each moment. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isZone, machineZone, minuteText, Zone } from '../../src/platform/zone.ts';

const NAMES = [
  'UTC',
  'Asia/Seoul',
  'Asia/Kolkata',
  'Asia/Kathmandu',
  'America/New_York',
  'Europe/London',
  'Australia/Lord_Howe',
  'Africa/Casablanca',
  'Pacific/Apia',
  'Pacific/Chatham',
];

const asked = (name: string, wallMs: number) => {
  const format = new Intl.DateTimeFormat('en-US', {
    ...{ timeZone: name, hourCycle: 'h23', weekday: 'short', hour: '2-digit', minute: '2-digit' },
  });
  const part = Object.fromEntries(format.formatToParts(wallMs).map(({ type, value }) => [type, value]));
  return `${part['weekday']} ${part['hour']}:${part['minute']}`;
};

const WEEKDAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
const got = (zone: Zone, wallMs: number) => {
  const { weekday, minute } = zone.localTime(wallMs);
  return `${WEEKDAYS[weekday]} ${minuteText(minute)}`;
};

test('it is the time that the place has, whatever was asked before', () => {
  const moment = fc.integer({ min: Date.UTC(2000, 0), max: Date.UTC(2040, 0) });
  fc.assert(
    fc.property(
      fc.constantFrom(...NAMES),
      fc.array(moment, { minLength: 1, maxLength: 4 }),
      (name, moments) => {
        const zone = new Zone(name);
        for (const wallMs of moments) expect(got(zone, wallMs)).toBe(asked(name, wallMs));
      },
    ),
  );
});

test.each([
  ['America/New_York', Date.UTC(2026, 2, 8, 7)],
  ['America/New_York', Date.UTC(2026, 10, 1, 6)],
  ['Australia/Lord_Howe', Date.UTC(2026, 3, 4, 15)],
  ['Europe/London', Date.UTC(2026, 2, 29, 1)],
])('in %s, around a change, by the millisecond', (name, changeMs) => {
  for (const first of [-5, 0, 5]) {
    const zone = new Zone(name);
    for (const away of [first, -7_200_000, -1, 0, 1, 3_600_000])
      expect(got(zone, changeMs + away)).toBe(asked(name, changeMs + away));
  }
  expect(new Zone(name).offsetMs(changeMs - 1)).not.toBe(new Zone(name).offsetMs(changeMs));
});

test('a name that is no zone is none', () => {
  expect(isZone('KST')).toBe(false);
  expect(isZone('Asia/Seoul')).toBe(true);
  expect(isZone(machineZone())).toBe(true);
});
