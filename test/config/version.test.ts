// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the config's own references, not JavaScript's
/** `version:`, keys `x-…` of one's own, and anchors. */
import { describe, expect, test } from 'vitest';
import { configJsonSchema } from '../../src/config/json-schema.ts';
import { DESTINATIONS, ENV, FEEDS, load, problemsOf, RULES, shown, told, warningsOf } from './load-text.ts';

const MINIMAL = FEEDS + DESTINATIONS + RULES;
const ONLY_ONE = '`version` must be 1, without quotes: there is no other form of this file';

describe('version', () => {
  test('1 is the form of the file', () => {
    expect(load(`version: 1\n${MINIMAL}`, ENV).config?.version).toBe(1);
  });

  test.each([
    ['version: 2', [`1:10: ${ONLY_ONE}`]],
    ['version: "1"', [`1:10: ${ONLY_ONE} | did you mean \`1\`?`]],
    ['version: 1.1', [`1:10: ${ONLY_ONE}`]],
    ['version: latest', [`1:10: ${ONLY_ONE}`]],
    ['version: "3.8"', [`1:10: ${ONLY_ONE}`]],
    ['version: [1]', [`1:10: ${ONLY_ONE}`]],
    ['version:', [`1:1: \`version\` has no value | it ${ONLY_ONE.slice('`version` '.length)}`]],
    ['Version: 1', ['1:1: unknown key `Version` | did you mean `version`?']],
  ])('%s', (line, expected) => {
    expect(told(load(`${line}\n${MINIMAL}`, ENV))).toEqual(expected);
  });
});

describe('x-…', () => {
  const ANCHORED = `x-order: &order
  type: webhook
  timeout: 3s
  forEach: ticker
  body: { symbol: "{{ ticker }}USDT" }
x-note: "anything, also {{ this }}"
x-: 5
${FEEDS}destinations:
  one: { <<: *order, url: "https://one.bridge.test/x" }
  two: { <<: *order, url: "https://two.bridge.test/x", timeout: 1s }
rules: [{ match: {}, send: [one, two] }]
`;

  test('is a place for anchors and notes, and nothing else reads it', () => {
    const { config, problems } = load(ANCHORED, ENV);
    expect(problems).toEqual([]);
    expect(config?.destinations).toMatchObject({
      one: { timeout: 3000, forEach: 'ticker', body: { symbol: '{{ ticker }}USDT' } },
      two: { timeout: 1000, forEach: 'ticker' },
    });
    expect(Object.keys(config ?? {}).filter((key) => key.startsWith('x'))).toEqual([]);
    expect(configJsonSchema()).toMatchObject({ patternProperties: { '^x-': {} } });
  });

  test('a template that is wrong in it is reported where it is used, at its place', () => {
    expect(problemsOf(load(ANCHORED.replace('{{ ticker }}USDT', '{{ tiker }}'), ENV))).toEqual([
      expect.stringMatching(/^5:23: unknown variable "tiker"/),
    ]);
  });

  test('what is secret in it is shown nowhere, and warned about in clear', () => {
    const token = '123456789:AAbbCCddEEffGGhhIIjjKKllMMnn';
    const yaml = `x-chat: &chat { botToken: "${token}", apiUrl: "https://user:hunter2hunter2@x.br.test", urls: 5 }\n${MINIMAL}y: *chat\n`;
    const loaded = load(yaml, ENV);
    expect(shown(loaded)).not.toMatch(/AAbbCC|hunter2/);
    expect(loaded.redact(`a ${token} b`)).not.toContain('AAbbCC');
    expect(warningsOf(loaded)).toContain('1:27: `botToken` is written in the file in clear text');
    expect(shown(loaded)).toContain('write ${BOT_TOKEN} here');
  });

  const KNOWN =
    'version, include, defaults, groups, feeds, destinations, rules, extract, templates, tables, alerts, tests, store, cluster, server, log, watch, dedupeWindow, shutdownTimeout';
  test.each([
    [
      'x_common: 1',
      [`1:1: unknown key \`x_common\` | known here: ${KNOWN}; a key of your own starts with x-`],
    ],
    [
      'X-common: 1',
      [`1:1: unknown key \`X-common\` | known here: ${KNOWN}; a key of your own starts with x-`],
    ],
    [
      'common: &c { timeout: 3s }',
      [`1:1: unknown key \`common\` | known here: ${KNOWN}; a key of your own starts with x-`],
    ],
    [
      'log: { x-a: 5 }',
      ['1:8: unknown key `x-a` | a key of your own, x-…, stands at the top level of the file'],
    ],
    [
      'log: { <<: common }',
      [
        '1:8: `<<` must be followed by an anchor of a mapping, or a list of those | write <<: *name, where &name stands before a mapping above',
      ],
    ],
    [
      'log: { <<: *common }',
      ['1:12: there is no anchor of this name above | text that starts with * must be in quotes'],
    ],
    [
      'x-l: &l [1]\nlog: { <<: [*l] }',
      [
        '2:8: `<<` must be followed by an anchor of a mapping, or a list of those | write <<: *name, where &name stands before a mapping above',
      ],
    ],
  ])('%s', (line, expected) => {
    expect(told(load(`${line}\n${MINIMAL}`, ENV))).toEqual(expected);
  });
});
