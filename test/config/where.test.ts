/** Where the values of a config stand in its file. */
import { expect, test } from 'vitest';
import { loadConfig } from '../../src/config/load.ts';

const TEXT = `feeds:
  - { name: one, url: "ws://127.0.0.1:1", apiKey: "\${KEY}" }
orders: &orders
  type: webhook
  maxAge: 5s
destinations:
  bot:
    <<: *orders
    url: http://127.0.0.1:1/
  second: { <<: *orders, url: "http://127.0.0.1:2/", maxAge: 9s }
rules:
  - name: first
    match: &upbit { publisher: upbit }
    send: bot
  - match: *upbit
    send:
      - bot
      - second
`;

const load = (text: string) =>
  loadConfig({
    file: 'some/config.yaml',
    env: { KEY: `dsk_${'a1'.repeat(32)}` },
    readFile: (path) => {
      if (path.endsWith('config.yaml')) return text;
      throw Object.assign(new Error('ENOENT'), { code: 'ENOENT' });
    },
  });

test.each([
  ['a value', ['feeds', 0, 'name'], 2, 13],
  ['a value from a variable', ['feeds', 0, 'apiKey'], 2, 51],
  ['an item of a list', ['rules', 0], 12, 5],
  ['a mapping, by its key', ['destinations', 'bot'], 7, 3],
  ['a list, by its key', ['rules', 1, 'send'], 16, 5],
  ['an item of it', ['rules', 1, 'send', 1], 18, 9],
  ['merged: where it is written', ['destinations', 'bot', 'maxAge'], 5, 11],
  ['merged and written anew', ['destinations', 'second', 'maxAge'], 10, 62],
  ['in an alias: at its anchor', ['rules', 1, 'match', 'publisher'], 13, 32],
  ['an alias, by its own key', ['rules', 1, 'match'], 15, 5],
  ['a default: what it belongs to', ['destinations', 'bot', 'timeout'], 7, 3],
  ['a default in a default', ['destinations', 'bot', 'retry', 'attempts'], 7, 3],
] as const)('%s', (_name, path, line, column) => {
  const { where } = load(TEXT);
  expect(where(path)).toEqual({ file: 'some/config.yaml', line, column });
});

test('a default of the whole file stands nowhere, and nothing stands in a file that cannot be read', () => {
  expect(load(TEXT).where(['store', 'path'])).toBeUndefined();
  expect(load('').where(['rules', 0])).toBeUndefined();
  expect(load('\0').where(['rules', 0])).toBeUndefined();
});
