// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the config's own references, not JavaScript's
/** `groups:` of destinations, and `*` in the name of a destination. */
import { describe, expect, test } from 'vitest';
import { DestinationNames, destinationNames } from '../../src/config/destination-names.ts';
import { fingerprint } from '../../src/platform/secret.ts';
import { compileRules } from '../../src/routing/router.ts';
import { announcementOf } from '../destinations/render-support.ts';
import { ENV as KEY, load, problemsOf, told, warningsOf } from './load-text.ts';

const ENV = { ...KEY, BOT_URL: 'https://bot.bridge.test/x' };
const FEEDS = 'feeds:\n  - apiKey: ${KEY}\n';
const DESTINATIONS = `destinations:
  bot: { type: webhook, url: "\${BOT_URL}" }
  sub-1: { type: webhook, url: "\${BOT_URL}" }
  sub-2: { type: webhook, url: "\${BOT_URL}" }
`;
const TEMPLATES = 'templates: { loud: { text: a }, quiet: { text: b } }\n';
const rule = (send: string) => `rules:\n  - { match: {}, send: ${send} }\n`;
const RULES = rule('[bot, sub-1, sub-2]');

/** `name`, or `name:template`, of the only rule. */
function sends(groups: string, send: string, more = ''): readonly string[] | undefined {
  const { config, problems } = load(`${FEEDS}${groups}${DESTINATIONS}${rule(send)}${more}`, ENV);
  expect(problems).toEqual([]);
  return config?.rules[0]?.send.map(({ to, template }) =>
    template === undefined ? to : `${to}:${template}`,
  );
}

describe('a rule sends to each destination of a group', () => {
  test.each([
    ['a group', 'subs: [sub-*, bot]', '[subs]', ['sub-1', 'sub-2', 'bot']],
    ['one name', 'subs: bot', 'subs', ['bot']],
    ['a group of groups', 'all: [subs, bot], subs: [sub-2, sub-1]', '[all]', ['sub-2', 'sub-1', 'bot']],
    ['a pattern', '', '[sub-*]', ['sub-1', 'sub-2']],
    ['everything', '', '"*"', ['bot', 'sub-1', 'sub-2']],
    ['a star in the middle, and none of its letters', '', '["s*b-*1*"]', ['sub-1']],
    ['in the middle, but not twice the same letters', '', '["bo*ot", bot]', ['bot']],
    [
      'with the template of the entry',
      'subs: [sub-*]',
      '[{ to: subs, template: loud }, bot]',
      ['sub-1:loud', 'sub-2:loud', 'bot'],
    ],
    [
      'by two groups: once, by the first',
      'a: [bot, sub-1], b: [sub-1, sub-2]',
      '[{ to: a, template: loud }, { to: b, template: quiet }]',
      ['bot:loud', 'sub-1:loud', 'sub-2:quiet'],
    ],
    [
      'by a group and by name: once, as the name says',
      'subs: [sub-*]',
      '[{ to: subs, template: loud }, { to: sub-1, template: quiet }]',
      ['sub-2:loud', 'sub-1:quiet'],
    ],
    [
      'by name, then by a group',
      'subs: [sub-*]',
      '[sub-1, { to: subs, template: loud }]',
      ['sub-1', 'sub-2:loud'],
    ],
  ])('%s', (_name, groups, send, expected) => {
    expect(sends(`groups: { ${groups} }\n`, send, TEMPLATES)).toEqual(expected);
  });

  test('alerts go to each destination of a group', () => {
    const yaml = `${FEEDS}groups: { subs: [sub-*] }\n${DESTINATIONS}${RULES}alerts: { send: [subs, "b*", sub-1] }\n`;
    const { config, problems } = load(yaml, ENV);
    expect(problems).toEqual([]);
    expect(config?.alerts?.send).toEqual(['sub-1', 'sub-2', 'bot']);
  });

  test('one that is meant by a group is not unused; a group that is used in another neither', () => {
    const used = `${FEEDS}groups: { all: [subs, bot], subs: sub-* }\n${DESTINATIONS}${rule('all')}`;
    expect(warningsOf(load(used, ENV))).toEqual([]);
  });

  test('rules that come down to the same destinations are duplicates', () => {
    const yaml = `${FEEDS}groups: { subs: sub-* }\n${DESTINATIONS}${RULES}  - { name: again, match: {}, send: subs }\n`;
    expect(warningsOf(load(yaml, ENV))).toEqual([
      '10:37: rule "again" never sends anything: rules above already send the same announcements to sub-1, sub-2',
    ]);
  });
});

describe('names, for whoever resolves them', () => {
  test('of a config', () => {
    const { config } = load(
      `${FEEDS}groups: { subs: [sub-*], all: [bot, subs] }\n${DESTINATIONS}${rule('all')}`,
      ENV,
    );
    const names = destinationNames(config ?? { destinations: {}, groups: {} });
    expect(['bot', 'all', 'subs', '*', 's*', 'x*', 'nobody'].map((name) => names.find(name))).toEqual([
      ['bot'],
      ['bot', 'sub-1', 'sub-2'],
      ['sub-1', 'sub-2'],
      ['bot', 'sub-1', 'sub-2'],
      ['sub-1', 'sub-2'],
      [],
      undefined,
    ]);
    expect(names.all).toEqual(['bot', 'sub-1', 'sub-2', 'subs', 'all']);
  });

  test('groups of groups of groups, each named twice, are not looked through again and again', () => {
    const groups = new Map(
      Array.from({ length: 1000 }, (_, at) => [`g${at}`, at === 0 ? ['bot'] : [`g${at - 1}`, `g${at - 1}`]]),
    );
    const names = new DestinationNames({ destinations: ['bot'], groups });
    expect(names.find('g999')).toEqual(['bot']);
  });

  test('a pattern of many stars costs no more than its length', () => {
    const names = new DestinationNames({ destinations: ['a'.repeat(40)], groups: new Map() });
    expect(names.find(`${'a*'.repeat(30)}b`)).toEqual([]);
    expect(names.find('a*'.repeat(30))).toHaveLength(1);
  });

  test('three thousand rules, each with a pattern or a group of three thousand destinations', () => {
    const destinations = Array.from(
      { length: 3_000 },
      (_, at) => `  sub-${at}: { type: webhook, url: "\${BOT_URL}" }\n`,
    );
    const rules = Array.from(
      { length: 3_000 },
      (_, at) => `  - { match: { ticker: T${at} }, send: ${at % 2 ? 'all' : `["sub-${at}*"]`} }\n`,
    );
    const yaml = `${FEEDS}groups: { all: "*" }\ndestinations:\n${destinations.join('')}rules:\n${rules.join('')}`;
    const { config, problems } = load(yaml, ENV);
    expect(problems).toEqual([]);
    expect(config?.rules[1]?.send).toHaveLength(3_000);
    expect(config?.rules[3]?.send).toBe(config?.rules[1]?.send);
    // A reload compares them, and the router holds them.
    expect(fingerprint(config?.rules).length).toBeLessThan(1_500_000);
    expect(
      compileRules(config?.rules ?? []).matchFor(announcementOf({ tickers: ['T9'] }), 'sub-77')?.rule,
    ).toBe('rule 10');
  });
});

describe('mistakes in groups', () => {
  test.each([
    [
      '{ subs: [sub-1, sub-3] }',
      ['3:25: there is no destination or group sub-3 | there is: bot, sub-1, sub-2, subs'],
    ],
    ['{ subs: [sbu-*] }', ['3:18: warning: sbu-* stands for no destination | did you mean `sub-*`?']],
    ['{ subs: [] }', ['3:17: `subs` must name at least one destination']],
    [
      '{ subs: }',
      [
        '3:11: `subs` has no value | it must be a list of names of destinations, groups or patterns such as sub-*',
      ],
    ],
    [
      '{ subs: { to: sub-1 } }',
      ['3:17: `subs` must be a list of names of destinations, groups or patterns such as sub-*'],
    ],
    ['{ subs: [{ to: sub-1 }] }', ['3:18: an entry of `subs` must be text, not a mapping']],
    [
      '{ subs: "sub-1, sub-2" }',
      ['3:17: there is no destination or group sub-1, sub-2 | several are a list: [sub-1, sub-2]'],
    ],
    ['{ subs: [sub-1, sub-1] }', ['3:25: sub-1 is named twice: a group holds it once']],
    [
      '{ subs: [sub-?] }',
      [
        '3:18: there is no destination or group sub-? | in a pattern only * stands for something: for any letters, or none',
      ],
    ],
    ['{ subs: [*] }', ['3:18: text that starts with * must be in quotes | write "*"']],
    [
      '{ subs: [*-1] }',
      ['3:18: there is no anchor of this name above | text that starts with * must be in quotes'],
    ],
    ['{ subs: [subs] }', ['3:18: the group subs contains itself: subs → subs | remove it here']],
    [
      '{ subs: [one], one: [two], two: [subs, bot] }',
      ['3:42: the group subs contains itself: subs → one → two → subs | remove it here'],
    ],
    ['[sub-1]', ['3:9: `groups` must be a mapping: name, then a list of destinations']],
  ])('groups: %s', (written, expected) => {
    const yaml = `${FEEDS}groups: ${written}\n${DESTINATIONS}${rule('[subs, bot, sub-1, sub-2]')}`;
    expect(told(load(yaml, ENV))).toEqual(expected);
  });

  test.each([
    [
      '{ bot: [sub-1] }',
      ['3:11: bot is a destination too, in line 5 | give the group another name: one name means one thing'],
    ],
    [
      '{ all subs: [sub-1] }',
      ['3:11: the name `all subs` must be 1 to 40 letters, digits, dots, dashes or underscores'],
    ],
    [
      '{ "sub-*": [sub-1] }',
      ['3:11: the name `sub-*` must be 1 to 40 letters, digits, dots, dashes or underscores'],
    ],
    ['{ unused: [sub-1] }', ['3:11: warning: nothing sends to the group unused']],
  ])('groups: %s', (written, expected) => {
    expect(told(load(`${FEEDS}groups: ${written}\n${DESTINATIONS}${RULES}`, ENV))).toEqual(expected);
  });

  test('a word that is nearly the section', () => {
    expect(told(load(`${FEEDS}${DESTINATIONS}${RULES}group: { subs: bot }\n`, ENV))).toEqual([
      '9:1: unknown key `group` | did you mean `groups`?',
    ]);
  });
});

describe('mistakes in names', () => {
  test.each([
    ['[subs]', ['8:25: there is no destination subs | there is: bot, sub-1, sub-2']],
    [
      '[sbu-*, bot, sub-1, sub-2]',
      ['8:25: warning: sbu-* stands for no destination | did you mean `sub-*`?'],
    ],
    [
      '["xyz-*"]',
      [
        '4:3: warning: no rule sends to bot',
        '5:3: warning: no rule sends to sub-1',
        '6:3: warning: no rule sends to sub-2',
        '8:24: warning: rule "rule 1" never sends anything: xyz-* stands for no destination | there is: bot, sub-1, sub-2',
      ],
    ],
    [
      '[sub-.*, bot]',
      [
        '5:3: warning: no rule sends to sub-1',
        '6:3: warning: no rule sends to sub-2',
        '8:25: warning: sub-.* stands for no destination | * alone stands for any letters: write sub-*',
      ],
    ],
    [
      '["/sub-.*/"]',
      [
        '8:25: there is no destination /sub-.*/ | in a pattern only * stands for something: for any letters, or none',
      ],
    ],
    [
      '["^sub-"]',
      [
        '8:25: there is no destination ^sub- | in a pattern only * stands for something: for any letters, or none',
      ],
    ],
    ['"sub-*, bot"', ['8:24: there is no destination sub-*, bot | several are a list: [sub-*, bot]']],
    ['all', ['8:24: there is no destination all | for every destination write "*", in quotes']],
    ['any', ['8:24: there is no destination any | for every destination write "*", in quotes']],
    ['[*]', ['8:25: text that starts with * must be in quotes | write "*"']],
    ['*', ['8:24: text that starts with * must be in quotes | write "*"']],
    ['[*-1]', ['8:25: there is no anchor of this name above | text that starts with * must be in quotes']],
    ['["*", "*"]', ['8:30: * is named twice: a rule sends to it once']],
    ['[sub-1, "*", sub-1]', ['8:37: sub-1 is named twice: a rule sends to it once']],
    ['[{ to: [bot, sub-1] }]', ['8:31: `to` must be text, not a list']],
    ['[{ to: "*", template: lud }]', ['8:46: there is no template lud']],
  ])('send: %s', (written, expected) => {
    expect(told(load(`${FEEDS}${DESTINATIONS}${rule(written)}`, ENV))).toEqual(expected);
  });

  test.each([
    ['[nobody]', ['9:18: there is no destination nobody | there is: bot, sub-1, sub-2']],
    ['"sub-*, bot"', ['9:17: there is no destination sub-*, bot | several are a list: [sub-*, bot]']],
    ['["x-*"]', ['9:18: warning: x-* stands for no destination | there is: bot, sub-1, sub-2']],
    ['["*", "*"]', ['9:23: * is named twice']],
    ['everyone', ['9:17: there is no destination everyone | for every destination write "*", in quotes']],
  ])('alerts: { send: %s }', (written, expected) => {
    expect(told(load(`${FEEDS}${DESTINATIONS}${RULES}alerts: { send: ${written} }\n`, ENV))).toEqual(
      expected,
    );
  });

  test('an order is no alert, also as one of a group', () => {
    const order =
      '  order: { type: webhook, url: "${BOT_URL}", forEach: ticker, body: { s: "{{ ticker }}" } }\n';
    const yaml = `${FEEDS}${DESTINATIONS}${order}${rule('"*"')}alerts: { send: "*" }\n`;
    expect(told(load(yaml, ENV))).toEqual([
      '10:17: order gets one order for each ticker (forEach), and an alert is not an order | * stands for order too: name the chats instead, or a group of chats',
    ]);
  });

  test('a group with an unknown member hides no other mistake, and no destination is called unused for it', () => {
    const yaml = `${FEEDS}groups: { subs: [sub-1, sbu-2] }\n${DESTINATIONS}${rule('[subs, nobody]')}`;
    expect(problemsOf(load(yaml, ENV))).toEqual([
      '3:25: there is no destination or group sbu-2',
      '9:31: there is no destination or group nobody',
    ]);
    expect(warningsOf(load(yaml, ENV))).toEqual([]);
  });
});
