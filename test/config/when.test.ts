/** `when` as people write it: each mistake with its place and its fix, and nothing else. */
import { describe, expect, test } from 'vitest';
import { ENV, load } from './load-text.ts';

const PARTS = `feeds: [{ apiKey: "\${KEY}" }]
destinations:
  bot: { type: webhook, url: https://bot.bridge.test/x }
rules:
`;

const rule = (entry: string) => `  - { send: bot, match: {}, ${entry} }\n`;
const found = (entry: string) => {
  const loaded = load(`${PARTS}${rule(entry)}`, ENV);
  return [...loaded.problems, ...loaded.warnings].map(
    ({ message, hint }) => `${message}${hint === undefined ? '' : `; ${hint}`}`,
  );
};

const HOURS = 'must be a range such as "09:00-23:00", or a list of those';
const DAYS = 'must be days such as mon, mon-fri, or a list of those';
const PLACE = 'must be a place of the IANA list, such as Asia/Seoul';

test('each is at its place', () => {
  const yaml = `${PARTS}${rule('when: { hours: 9-17, days: [mon, tu], timezone: KST }')}`;
  const written = yaml.split('\n').find((line) => line.includes('when')) ?? '';
  expect(load(yaml, ENV).problems.map(({ line, column }) => [line, column])).toEqual(
    ['9-17', 'tu]', 'KST'].map((text) => [5, written.indexOf(text) + 1]),
  );
});

describe('hours', () => {
  test.each<[string, string]>([
    ['9-17', 'did you mean "09:00-17:00"?'],
    ['"9am-5pm"', 'did you mean "09:00-17:00"?'],
    ['9am - 5:30 pm', 'did you mean "09:00-17:30"?'],
    ['9-5pm', 'did you mean "09:00-17:00"?'],
    ['10-11pm', 'did you mean "22:00-23:00"?'],
    ['12am-12pm', 'did you mean "00:00-12:00"?'],
    ['09:00–23:00', 'did you mean "09:00-23:00"?'],
    ['09.00-23.00', 'did you mean "09:00-23:00"?'],
    ['0900-2300', 'did you mean "09:00-23:00"?'],
    ['9h-17h', 'did you mean "09:00-17:00"?'],
    ['09:00 to 23:00', 'did you mean "09:00-23:00"?'],
    ['from 09:00 until 23:00', 'did you mean "09:00-23:00"?'],
    ['"09:00:00-17:00:00"', 'did you mean "09:00-17:00"?'],
    ['09:00~18:00', 'did you mean "09:00-18:00"?'],
    ['"09:00-18:00 KST"', 'did you mean "09:00-18:00"?, and the zone as `timezone`'],
  ])('%s', (hours, hint) => {
    expect(found(`when: { hours: ${hours}, timezone: UTC }`)).toEqual([`\`hours\` ${HOURS}; ${hint}`]);
  });

  test.each<[string, string]>([
    ['09:00', `\`hours\` ${HOURS}`],
    ['9', `\`hours\` ${HOURS}`],
    ['25:00-26:00', `\`hours\` ${HOURS}`],
    ['"09:60-10:00"', `\`hours\` ${HOURS}`],
    ['always', `\`hours\` ${HOURS}`],
    ['true', `\`hours\` ${HOURS}`],
    ['[]', '`hours` must not be empty'],
    ['', '`hours` has no value; it must be a range such as "09:00-23:00", or a list of those'],
    ['"09:00-09:00"', '`hours` is empty: it ends where it starts; leave `hours` out for the whole day'],
    ['["09:00-12:00", 13-17]', `an entry of \`hours\` ${HOURS}; did you mean "13:00-17:00"?`],
    ['{ from: "09:00", to: "17:00" }', `\`hours\` ${HOURS}`],
  ])('%s', (hours, message) => {
    expect(found(`when: { hours: ${hours}, timezone: UTC }`)).toEqual([message]);
  });
});

describe('days', () => {
  test.each<[string, string]>([
    ['weekdays', 'did you mean [mon-fri]?'],
    ['weekend', 'did you mean [sat, sun]?'],
    ['"mon, wed"', 'did you mean [mon, wed]?'],
    ['mon to fri', 'did you mean [mon-fri]?'],
    ['Mon–Fri', 'did you mean [mon-fri]?'],
    ['1-5', 'did you mean [mon-fri]?'],
    ['mondays', 'did you mean [mon]?'],
    ['monday and friday', 'did you mean [mon, fri]?'],
    ['all', 'leave `days` out for every day'],
    ['"*"', 'leave `days` out for every day'],
  ])('%s', (days, hint) => {
    expect(found(`when: { days: ${days}, timezone: UTC }`)).toEqual([`\`days\` ${DAYS}; ${hint}`]);
  });

  test.each<[string, string]>([
    ['holidays', `\`days\` ${DAYS}`],
    ['[]', '`days` must not be empty'],
    ['[mon, tu]', `an entry of \`days\` ${DAYS}`],
    ['[1, 2]', `an entry of \`days\` ${DAYS}; did you mean mon?`],
  ])('%s', (days, message) => {
    expect(found(`when: { days: ${days}, timezone: UTC }`)[0]).toBe(message);
  });
});

describe('timezone', () => {
  test.each<[string, string]>([
    ['KST', 'write Asia/Seoul'],
    ['kst', 'write Asia/Seoul'],
    ['JST', 'write Asia/Tokyo'],
    ['EST', 'write America/New_York'],
    ['CET', 'write Europe/Berlin'],
    ['PST8PDT', 'write America/Los_Angeles'],
    ['CST', 'CST means several zones: write Asia/Shanghai or America/Chicago'],
    ['UTC+9', 'write Asia/Seoul, or another place'],
    ['"+09:00"', 'write Asia/Seoul, or another place'],
    ['GMT+8', 'write Asia/Singapore, or another place'],
    ['UTC-5', 'write America/New_York, or another place'],
    [
      'Etc/GMT-9',
      'write Asia/Seoul, or another place; in the names Etc/GMT the signs are the other way round',
    ],
    ['UTC+5:30', 'write the name of a place, such as Asia/Seoul or Europe/Berlin'],
    ['Seoul', 'write Asia/Seoul'],
    ['New York', 'write America/New_York'],
    ['America/New York', 'write America/New_York'],
    ['Korea', 'write Asia/Seoul'],
    ['Asia/Soul', 'did you mean `Asia/Seoul`?'],
    ['Asia\\Seoul', 'write Asia/Seoul'],
    ['local', "leave `timezone` out for the machine's own"],
    ['here', 'write the name of a place, such as Asia/Seoul, Europe/Berlin or UTC'],
  ])('%s', (zone, hint) => {
    expect(found(`when: { days: mon, timezone: ${zone} }`)).toEqual([`\`timezone\` ${PLACE}; ${hint}`]);
  });

  test.each(['Asia/Seoul', 'asia/seoul', 'UTC', 'GMT', 'Etc/UTC', 'America/Argentina/Buenos_Aires'])(
    '%s is one',
    (zone) => {
      expect(found(`when: { days: mon, timezone: ${zone} }`)).toEqual([]);
    },
  );

  test('none is a warning: the same file means other hours on another machine', () => {
    expect(found('when: { hours: "09:00-17:00" }')).toEqual([
      '`when` without `timezone` is by the clock of the machine, which is UTC on most servers; add the place that is meant, such as timezone: Asia/Seoul',
    ]);
  });
});

describe('when', () => {
  const FORM = 'must be a mapping such as { hours: "09:00-23:00", days: [mon-fri], timezone: Asia/Seoul }';
  test.each<[string, string]>([
    ['"09:00-17:00"', `\`when\` ${FORM}`],
    ['[mon-fri]', `\`when\` ${FORM}`],
    ['{ timezone: Asia/Seoul }', '`when` must have hours, days or both'],
    ['{ hour: "09:00-17:00", timezone: UTC }', 'unknown key `hour`; did you mean `hours`?'],
    ['{ hours: "09:00-17:00", timeZone: UTC }', 'unknown key `timeZone`; did you mean `timezone`?'],
    ['{ hours: "09:00-17:00", zone: UTC }', 'unknown key `zone`; did you mean `timezone`?'],
  ])('%s', (when, message) => {
    expect(found(`when: ${when}`)).toEqual([message]);
  });

  test('a rule that matches only at some moments shadows nothing', () => {
    const twice = (first: string) =>
      load(
        `${PARTS}  - { send: bot, match: {}, ${first} }\n  - { name: second, send: bot, match: {} }\n`,
        ENV,
      ).warnings;
    expect(twice('stop: true').map(({ message }) => message)).toEqual([
      'rule "second" never matches: rule "rule 1" above has `stop: true` and matches the same announcements',
    ]);
    expect(twice('stop: true, when: { days: mon, timezone: UTC }')).toEqual([]);
    expect(twice('when: { days: mon, timezone: UTC }')).toEqual([]);
  });
});
