/** The hours of a rule: whether a moment is within them, and that the rules follow. */
import { describe, expect, test } from 'vitest';
import { rulesOptions } from '../../src/routing/options.ts';
import { compileRules } from '../../src/routing/router.ts';
import { withinHours } from '../../src/routing/when.ts';
import { whenOptions } from '../../src/routing/when-options.ts';
import { announcementOf } from '../destinations/render-support.ts';

const at = (text: string) => Date.parse(text);
/** `2026-11-27` is a Friday. */
const within = (when: unknown, time: string) => withinHours(whenOptions.parse(when), at(time));
const SEOUL = { timezone: 'Asia/Seoul' };

describe('a moment', () => {
  test.each<[string, unknown, string, boolean]>([
    ['at the start', { hours: '09:00-23:00', ...SEOUL }, '2026-11-27T09:00+09:00', true],
    ['just before', { hours: '09:00-23:00', ...SEOUL }, '2026-11-27T08:59:59.999+09:00', false],
    ['just before the end', { hours: '09:00-23:00', ...SEOUL }, '2026-11-27T22:59:59.999+09:00', true],
    ['at the end', { hours: '09:00-23:00', ...SEOUL }, '2026-11-27T23:00+09:00', false],
    ['of another zone', { hours: '09:00-23:00', ...SEOUL }, '2026-11-27T09:00+00:00', true],
    ['too early there', { hours: '9:00-23:00', ...SEOUL }, '2026-11-26T23:00+00:00', false],
    ['until midnight', { hours: '18:00-24:00', ...SEOUL }, '2026-11-27T23:59:59.999+09:00', true],
    ['after midnight', { hours: '18:00-24:00', ...SEOUL }, '2026-11-28T00:00+09:00', false],
    ['over midnight, before', { hours: '22:00-06:00', ...SEOUL }, '2026-11-27T23:30+09:00', true],
    ['over midnight, after', { hours: '22:00-06:00', ...SEOUL }, '2026-11-28T05:59+09:00', true],
    ['over midnight, outside', { hours: '22:00-06:00', ...SEOUL }, '2026-11-28T06:00+09:00', false],
    ['to midnight as 00:00', { hours: '22:00-00:00', ...SEOUL }, '2026-11-28T00:00+09:00', false],
    [
      'the second of two ranges',
      { hours: ['01:00-02:00', '04:00-05:00'], ...SEOUL },
      '2026-11-27T04:30+09:00',
      true,
    ],
    [
      'between two ranges',
      { hours: ['01:00-02:00', '04:00-05:00'], ...SEOUL },
      '2026-11-27T03:00+09:00',
      false,
    ],
    ['on a day', { days: 'fri', ...SEOUL }, '2026-11-27T12:00+09:00', true],
    ['on a day of that place', { days: ['sat'], ...SEOUL }, '2026-11-27T16:00+00:00', true],
    ['on no day', { days: 'mon-thu', ...SEOUL }, '2026-11-27T12:00+09:00', false],
    ['in days over the weekend', { days: 'Fri-Mon', ...SEOUL }, '2026-11-29T12:00+09:00', true],
    ['on a named day', { days: [' Friday'], ...SEOUL }, '2026-11-27T12:00+09:00', true],
    [
      'Saturday early, begun on Friday',
      { hours: '22:00-06:00', days: 'fri', ...SEOUL },
      '2026-11-28T05:00+09:00',
      true,
    ],
    [
      'Friday early, begun on Thursday',
      { hours: '22:00-06:00', days: 'fri', ...SEOUL },
      '2026-11-27T05:00+09:00',
      false,
    ],
    [
      'Monday early, begun on Sunday',
      { hours: '22:00-06:00', days: 'sun', ...SEOUL },
      '2026-11-30T05:00+09:00',
      true,
    ],
    // New York: the clock goes from 02:00 to 03:00 on 8 March, and from 02:00 back to 01:00 on 1 November.
    ['in summer', { hours: '09:00-10:00', timezone: 'America/New_York' }, '2026-07-01T13:30Z', true],
    ['in winter', { hours: '09:00-10:00', timezone: 'America/New_York' }, '2026-12-01T14:30Z', true],
    [
      'in winter, by the summer clock',
      { hours: '09:00-10:00', timezone: 'America/New_York' },
      '2026-12-01T13:30Z',
      false,
    ],
    ['after a gap', { hours: '02:00-03:30', timezone: 'America/New_York' }, '2026-03-08T07:15Z', true],
    ['beside a gap', { hours: '02:00-03:00', timezone: 'America/New_York' }, '2026-03-08T07:00Z', false],
    [
      'the first time in an overlap',
      { hours: '01:15-01:45', timezone: 'America/New_York' },
      '2026-11-01T05:30Z',
      true,
    ],
    [
      'the second time in an overlap',
      { hours: '01:15-01:45', timezone: 'America/New_York' },
      '2026-11-01T06:30Z',
      true,
    ],
    ['between both', { hours: '01:15-01:45', timezone: 'America/New_York' }, '2026-11-01T06:00Z', false],
  ])('%s', (_name, when, time, expected) => {
    expect(within(when, time)).toBe(expected);
  });
});

const RULES = rulesOptions.parse([
  {
    name: 'office',
    match: {},
    when: { hours: '09:00-18:00', days: 'mon-fri', ...SEOUL },
    send: [{ to: 'bot', template: 'loud' }],
    stop: true,
  },
  { name: 'rest', match: {}, send: ['bot', 'team'] },
]);
const receivedAt = (time: string) => ({ ...announcementOf(), receivedTimestampUs: at(time) * 1000 });
const DAY = receivedAt('2026-11-27T12:00+09:00');
const NIGHT = receivedAt('2026-11-27T03:12+09:00');

describe('rules', () => {
  const router = compileRules(RULES);

  test('outside its hours a rule neither matches nor stops; those below it do', () => {
    expect(router.route(DAY).rules).toEqual(['office']);
    expect(router.route(NIGHT)).toMatchObject({
      rules: ['rest'],
      matches: [{ destination: 'bot' }, { destination: 'team' }],
    });
  });

  test('explain says what time it is there, and agrees with what is done', () => {
    const [office, rest] = router.explain(NIGHT);
    expect(office).toMatchObject({ matched: false, sends: [] });
    expect(office?.outsideHours).toBe(
      'outside its hours: it is 03:12 on Friday in Asia/Seoul, wanted 09:00-18:00 on mon, tue, wed, thu, fri',
    );
    expect(rest?.sends.map(({ destination }) => destination)).toEqual(['bot', 'team']);
    expect(router.explain(DAY)[0]).not.toHaveProperty('outsideHours');
    expect(router.explain(DAY)[1]?.stoppedBy).toBe('office');
  });

  test('what waits was right at its moment, also when the hours are edited', () => {
    // By the moment of receipt, not by the clock of today.
    expect(router.matchFor(DAY, 'bot', 'office')?.template).toBe('loud');
    expect(router.matchFor(NIGHT, 'bot', 'rest')?.rule).toBe('rest');
    const [office, ...others] = RULES;
    if (office === undefined) throw new Error('no rule');
    const edited = compileRules([
      { ...office, when: whenOptions.parse({ hours: '20:00-21:00', ...SEOUL }) },
      ...others,
    ]);
    expect(edited.matchFor(DAY, 'bot', 'office')?.template).toBe('loud');
    expect(edited.matchFor(DAY, 'bot')?.rule).toBe('rest');
  });
});
