// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the config's own references, not JavaScript's
/** `include:`: the config and other files as one, and each problem in its own file. */
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { describe, expect, test } from 'vitest';
import { loadConfig } from '../../src/config/load.ts';
import { Folder } from '../support/outbox.ts';
import { FILE, ENV as KEY, loadFiles, shown, told } from './load-text.ts';

const ENV = { ...KEY, BOT_URL: 'https://bot.bridge.test/x' };
const main = (include: string) => `include: ${include}
feeds:
  - apiKey: \${KEY}
destinations:
  bot: { type: webhook, url: "\${BOT_URL}" }
rules:
  - { name: first, match: { publisher: upbit }, send: bot }
`;
const rule = (name: string, send = 'bot') =>
  `rules:\n  - { name: ${name}, match: { ticker: ${name} }, send: ${send} }\n`;
const names = (loaded: ReturnType<typeof loadFiles>) => loaded.config?.rules.map(({ name }) => name);

describe('tables of included files', () => {
  const withTable = (table: string) =>
    `tables: { ${table} }\nrules:\n  - { match: { ticker: { in: t } }, send: bot }\n`;
  const csv = { 'lists/t.csv': 'ticker\nABC\n', 'sub/lists/t.csv': 'ticker\nXYZ\n' };

  test('are those of all files; their own files start at the folder of the config', () => {
    const loaded = loadFiles(
      `tables: { mine: [DEF] }\n${main('sub/*.yaml')}`,
      {
        ...csv,
        'sub/a.yaml': withTable('t: { file: lists/t.csv }').replace('in: t', 'in: [t, mine, other]'),
        'sub/b.yaml': 'tables: { other: { XYZ: XYZUSDT } }\n',
      },
      ENV,
    );
    expect(told(loaded)).toEqual([]);
    const rows = [...(loaded.config?.liveTables ?? [])].map(([name, table]) => [name, ...table.keys()]);
    expect(rows).toEqual([
      ['mine', 'def'],
      ['t', 'abc'],
      ['other', 'xyz'],
    ]);
    expect(loaded.files.map(({ path, as }) => [as, path])).toContainEqual([
      'table',
      '/etc/bridge/lists/t.csv',
    ]);
  });

  test.each<[string, Readonly<Record<string, string>>, string[]]>([
    [
      'a file that is not there',
      { 'a.yaml': withTable('t: { file: nowhere.csv }') },
      ['a.yaml:1:22: /etc/bridge/nowhere.csv cannot be read: it does not exist'],
    ],
    [
      'a column that is not there',
      { ...csv, 'a.yaml': withTable('t: { file: lists/t.csv, key: tikcer }') },
      ['a.yaml:1:40: /etc/bridge/lists/t.csv: there is no column `tikcer` in it | did you mean `ticker`?'],
    ],
    [
      'one name in two files',
      { 'a.yaml': withTable('t: [ABC]'), 'b.yaml': 'tables: { t: [DEF] }\n' },
      [
        `b.yaml:1:11: there is already \`t\` in \`tables\`, in /etc/bridge/a.yaml:1 | give one of them another name`,
      ],
    ],
    [
      'an unknown key',
      { ...csv, 'a.yaml': withTable('t: { file: lists/t.csv, kye: ticker }') },
      ['a.yaml:1:35: unknown key `kye` | did you mean `key`?'],
    ],
    [
      'one that nothing uses',
      { 'a.yaml': `${withTable('t: [ABC]')}`, 'b.yaml': 'tables: { u: [ABC] }\n' },
      ['b.yaml:1:11: warning: nothing uses the table u'],
    ],
    [
      'one of a file that is not there is not missed',
      { 'a.yaml': 'rules:\n  - { match: { ticker: { in: t } }, send: bot }\n' },
      ['1:19: /etc/bridge/nowhere.yaml cannot be read: it does not exist'],
    ],
  ])('%s', (_, files, expected) => {
    const include = expected.some((line) => line.includes('nowhere.yaml'))
      ? '[a.yaml, nowhere.yaml]'
      : '["*.yaml"]';
    const loaded = loadFiles(main(include), files, ENV);
    expect(told(loaded)).toEqual(expected);
  });
});

describe('one config of many files', () => {
  test('the rules of the config come first, then those of each file, in the order of `include` and of the names', () => {
    const files = {
      'rules/b.yaml': rule('b'),
      'rules/a.yaml': rule('a'),
      'rules/10.yaml': rule('ten'),
      'z.yaml': rule('z'),
    };
    const loaded = loadFiles(main('[z.yaml, rules/*.yaml]'), files, ENV);
    expect(told(loaded)).toEqual([]);
    expect(names(loaded)).toEqual(['first', 'z', 'ten', 'a', 'b']);
  });

  test('a file brings destinations, groups, rules, tables, templates and tests; its own x-… and anchors are its own', () => {
    const vip = `x-mine: &mine { timeout: 2s }
destinations:
  vip-1: { <<: *mine, type: webhook, url: "\${BOT_URL}" }
  vip-2: { type: webhook, url: "\${BOT_URL}" }
groups: { vips: vip-* }
templates: { loud: { body: { a: "{{ title }}" } } }
rules:
  - { match: { ticker: V }, send: [{ to: vips, template: loud }, bot] }
`;
    const loaded = loadFiles(
      `defaults: { webhook: { maxAge: 7s } }\nx-mine: &mine { timeout: 9s }\n${main('vip.yaml')}`,
      { 'vip.yaml': vip },
      ENV,
    );
    expect(told(loaded)).toEqual([]);
    expect(loaded.config).toMatchObject({
      destinations: {
        bot: { maxAge: 7000 },
        'vip-1': { timeout: 2000, maxAge: 7000 },
        'vip-2': { timeout: 5000 },
      },
      rules: [
        { name: 'first' },
        { name: 'rule 2', send: [{ to: 'vip-1', template: 'loud' }, { to: 'vip-2' }, { to: 'bot' }] },
      ],
    });
  });

  test('a config may have all its rules and destinations in other files', () => {
    const parts = {
      'd.yaml': 'destinations:\n  bot: { type: webhook, url: "${BOT_URL}" }\n',
      'r.yaml': rule('a'),
    };
    const loaded = loadFiles('include: [r.yaml, d.yaml]\nfeeds: [{ apiKey: "${KEY}" }]\n', parts, ENV);
    expect(told(loaded)).toEqual([]);
    expect(names(loaded)).toEqual(['a']);
  });

  test.each([
    ['one text', 'a.yaml'],
    ['named and found', '[a.yaml, "*.yaml"]'],
    ['named twice', '[a.yaml, ./a.yaml, ../bridge/a.yaml]'],
    ['by its whole path', `[${dirname(FILE)}/a.yaml]`],
    ['by a variable', '["${WHICH}.yaml"]'],
    ['with one that has only comments', '[a.yaml, none.txt]'],
  ])('a file takes part once: %s', (_name, include) => {
    const files = { 'a.yaml': rule('a'), 'none.txt': '# nothing yet\n' };
    const loaded = loadFiles(main(include), files, { ...ENV, WHICH: 'a' });
    expect(told(loaded)).toEqual([]);
    expect(names(loaded)).toEqual(['first', 'a']);
  });

  test.each([
    ['UTF-8 with a mark', `\ufeff${rule('a')}`],
    ['UTF-16', Buffer.from(`\ufeff${rule('a')}`, 'utf16le')],
    ['Windows line endings', rule('a').replaceAll('\n', '\r\n')],
    ['JSON', '{"rules":[{"name":"a","match":{"ticker":"A"},"send":"bot"}]}'],
  ])('a file may be %s', (_name, content) => {
    expect(names(loadFiles(main('a.yaml'), { 'a.yaml': content }, ENV))).toEqual(['first', 'a']);
  });

  test('a thousand files are read', () => {
    const files = Object.fromEntries(
      Array.from({ length: 1000 }, (_, at) => [
        `subs/${at}.yaml`,
        `destinations:\n  sub-${at}: { type: webhook, url: "\${BOT_URL}" }\n`,
      ]),
    );
    const { config } = loadFiles(
      `groups: { subs: sub-* }\n${main('subs/*.yaml').replace('send: bot', 'send: [bot, subs]')}`,
      files,
      ENV,
    );
    expect(config?.rules[0]?.send).toHaveLength(1001);
  });
});

describe('places', () => {
  test('each value stands in its own file', () => {
    const { where } = loadFiles(main('rules/*.yaml'), { 'rules/a.yaml': rule('a') }, ENV);
    expect(where(['rules', 0])).toEqual({ file: FILE, line: 7, column: 5 });
    expect(where(['rules', 1])).toEqual({ file: '/etc/bridge/rules/a.yaml', line: 2, column: 5 });
    expect(where(['rules', 1, 'send'])).toMatchObject({ file: '/etc/bridge/rules/a.yaml', line: 2 });
  });

  test('problems of all files are reported at once, the config first, with the line of their file', () => {
    const files = {
      'a.yaml': 'rules:\n  - name: "open\n',
      'b.yaml': 'rules:\n  - { name: b, mtch: {}, send: bot }\n',
      'c.yaml': Buffer.from([0x61, 0xff, 0x00]),
      'd.yaml': 'destinations:\n  d: { type: webhook, url: "${BOT_URL}", timeout: 5 }\n',
    };
    const loaded = loadFiles(`${main('["[a-e].yaml", e.yaml]')}lgo: {}\n`, files, ENV);
    expect(told(loaded)).toEqual([
      '1:25: /etc/bridge/e.yaml cannot be read: it does not exist',
      '8:1: unknown key `lgo` | did you mean `log`?',
      'a.yaml:2:11: the closing quote is missing',
      'b.yaml:2:16: unknown key `mtch` | did you mean `match`?',
      'c.yaml:1:2: this is not UTF-8 text | save the file as UTF-8',
      'd.yaml:2:51: `timeout` must be a duration with a unit, such as 500ms, 5s, 10m, 1h or 3d | did you mean 5s or 5ms?',
    ]);
    expect(shown(loaded)).toContain(
      'b.yaml:2:16: unknown key `mtch`\n    2 |   - { name: b, mtch: {}, send: bot }\n',
    );
  });

  test('where a file cannot be read, nothing that it may have brought is missing or unused', () => {
    const yaml =
      'include: gone.yaml\nfeeds: [{ apiKey: "${KEY}" }]\ndestinations:\n  bot: { type: webhook, url: "${BOT_URL}" }\nrules: [{ match: {}, send: [vip, { to: subs, template: loud }] }]\nalerts: { send: vip }\n';
    expect(told(loadFiles(yaml, {}, ENV))).toEqual([
      '1:10: /etc/bridge/gone.yaml cannot be read: it does not exist',
    ]);
    const only = 'include: [broken.yaml]\nfeeds: [{ apiKey: "${KEY}" }]\n';
    expect(told(loadFiles(only, { 'broken.yaml': 'rules: [\n' }, ENV))).toEqual([
      expect.stringMatching(/^broken.yaml:1:8: /),
    ]);
  });

  test('the syntax of the included files is checked though that of the config is wrong', () => {
    const loaded = loadFiles(`${main('a.yaml')}log: "open\n`, { 'a.yaml': 'rules:\n\t- {}\n' }, ENV);
    expect(told(loaded)).toEqual([
      '8:6: the closing quote is missing',
      'a.yaml:2:1: a tab cannot indent YAML | use spaces',
    ]);
  });

  test('a default that does not fit is reported where it stands, though the destination stands elsewhere', () => {
    const loaded = loadFiles(
      `${main('a.yaml')}defaults: { telegram: { silent: maybe, botToken: "\${T}" } }\n`,
      { 'a.yaml': 'destinations:\n  chat: { type: telegram }\nrules: [{ match: {}, send: chat }]\n' },
      { ...ENV, T: '123456789:AAbbCCddEEffGGhhIIjjKKllMMnn' },
    );
    expect(told(loaded)).toEqual([
      '8:33: `silent` must be true or false',
      'a.yaml:2:3: `chatId` is missing | it must be a chat id (a number, negative for groups and channels) or a public name such as "@my_channel"',
    ]);
  });
});

describe('secrets of an included file', () => {
  const TOKEN = '123456789:AAbbCCddEEffGGhhIIjjKKllMMnn';

  test('are shown nowhere, and warned about in clear', () => {
    const chat = `destinations:\n  chat: { type: telegram, botToken: "${TOKEN}", chatId: 5 }\nrules: [{ match: {}, send: chat }]\n`;
    const loaded = loadFiles(main('a.yaml'), { 'a.yaml': chat }, ENV);
    expect(told(loaded)).toEqual([
      'a.yaml:2:37: warning: `botToken` is written in the file in clear text | put it into the environment or .env and write ${CHAT_BOT_TOKEN} here',
    ]);
    expect(shown(loaded)).not.toContain('AAbbCC');
    expect(loaded.redact(`x ${TOKEN} y`)).not.toContain('AAbbCC');
  });

  test.each([
    ['in a section that does not belong there', `feeds: [{ apiKey: dsk_${'b2'.repeat(32)} }]\n`],
    ['beside a mistake', `destinations:\n  chat: { type: telegram, botToken: "${TOKEN}", chatid: 5 }\n`],
    [
      'in a file that does not parse',
      `destinations:\n  chat: { type: telegram, botToken: "${TOKEN}", chatId: 5\n`,
    ],
    [
      'in a destination that is there already',
      `destinations:\n  bot: { type: webhook, url: "https://b.bridge.test/x", secret: "${TOKEN}" }\n`,
    ],
    ['where a list belongs', `rules:\n  botToken: "${TOKEN}"\n`],
  ])('are hidden %s', (_name, content) => {
    const loaded = loadFiles(main('a.yaml'), { 'a.yaml': content }, ENV);
    expect(loaded.problems).not.toEqual([]);
    expect(shown(loaded)).not.toMatch(/AAbbCC|b2b2b2/);
    const secret = content.includes(TOKEN) ? TOKEN : `dsk_${'b2'.repeat(32)}`;
    expect(loaded.redact(secret)).not.toMatch(/AAbbCC|b2b2b2/);
  });
});

describe('the files that take part', () => {
  const files = {
    'rules/a.yaml': rule('a'),
    '.env': 'BOT_URL=https://bot.bridge.test/x\n',
    'key.txt': KEY.KEY,
  };
  const text = main('rules/*.yaml').replace('${KEY}', '${file:key.txt}');

  test('are known, with those that are not there, and the patterns that more of them may fit', () => {
    const loaded = loadFiles(
      `${text}x-ca: &ca { tls: { ca: ca.pem } }\n`.replace(
        'url: "${BOT_URL}"',
        'url: "${BOT_URL}", tls: { ca: ca.pem }',
      ),
      files,
    );
    const digest = expect.stringMatching(/^[0-9a-f]{64}$/);
    expect(loaded.files).toEqual([
      { path: FILE, as: 'config', digest },
      { path: '/etc/bridge/.env', as: 'env', digest },
      { path: '/etc/bridge/key.txt', as: 'value', digest },
      { path: '/etc/bridge/rules/a.yaml', as: 'include', digest },
      { path: '/etc/bridge/ca.pem', as: 'authority', digest: undefined },
    ]);
    expect(loaded.patterns).toEqual([
      { pattern: 'rules/*.yaml', folder: '/etc/bridge', found: ['/etc/bridge/rules/a.yaml'] },
    ]);
  });

  test('the digest is that of the config and its included files, and of nothing secret', () => {
    const digest = (more: Readonly<Record<string, string>>) => loadFiles(text, { ...files, ...more }).digest;
    const all = [
      digest({}),
      digest({ 'rules/a.yaml': rule('b') }),
      digest({ 'rules/b.yaml': rule('b') }),
      loadFiles(`${text}\n`, files).digest,
    ];
    expect(new Set(all).size).toBe(4);
    expect(digest({ 'key.txt': `dsk_${'b2'.repeat(32)}`, '.env': 'BOT_URL=https://c.bridge.test/y\n' })).toBe(
      all[0],
    );
    expect(all[0]).toMatch(/^[0-9a-f]{64}$/);
  });
});

test('on a disk: links are followed once, hidden files, backups and folders are no files, a broken link is a problem', () => {
  using folder = new Folder();
  const at = (name: string) => {
    mkdirSync(dirname(folder.file(name)), { recursive: true });
    return folder.file(name);
  };
  writeFileSync(at('config.yaml'), main('["rules/**/*.yaml*"]'));
  writeFileSync(at('rules/b.yaml'), rule('b'));
  writeFileSync(at('rules/deep/a.yaml'), rule('a'));
  writeFileSync(at('rules/.hidden.yaml'), 'nonsense');
  writeFileSync(at('rules/b.yaml~'), 'nonsense');
  mkdirSync(at('rules/folder.yaml'));
  symlinkSync('b.yaml', at('rules/link.yaml'));
  symlinkSync('../config.yaml', at('rules/main.yaml'));
  const load = () => loadConfig({ file: at('config.yaml'), env: ENV });
  expect(load().problems).toEqual([]);
  expect(names(load())).toEqual(['first', 'b', 'a']);
  symlinkSync('nowhere.yaml', at('rules/broken.yaml'));
  expect(load().problems.map(({ line, column, message }) => `${line}:${column}: ${message}`)).toEqual([
    expect.stringMatching(/^1:11: .*\/rules\/broken\.yaml cannot be read: it does not exist$/),
  ]);
});

const elsewhere = (key: string) =>
  `a.yaml:1:1: \`${key}\` belongs in ${FILE}: an included file has destinations, groups, rules, tables, templates and tests | move it to ${FILE}`;

describe('mistakes', () => {
  test.each<[string, readonly string[], readonly string[]]>([
    ['[rules/a.yaml]', [], ['1:11: /etc/bridge/rules/a.yaml cannot be read: it does not exist']],
    [
      '[rules/aa.yaml]',
      ['rules/a.yaml'],
      ['1:11: /etc/bridge/rules/aa.yaml cannot be read: it does not exist | did you mean `rules/a.yaml`?'],
    ],
    [
      '[rules/*.yaml]',
      ['rules/a.yml'],
      ['1:11: warning: no file fits rules/*.yaml | there are files that fit rules/*.yml'],
    ],
    ['[rules/*.yaml]', [], ['1:11: warning: no file fits rules/*.yaml | paths start at /etc/bridge']],
    [
      'rules',
      ['rules/a.yaml'],
      ['1:10: /etc/bridge/rules cannot be read: it is a folder | for every file in it write rules/*.yaml'],
    ],
    [
      'rules/',
      ['rules/a.yaml'],
      ['1:10: /etc/bridge/rules cannot be read: it is a folder | for every file in it write rules/*.yaml'],
    ],
    [
      '[*.yaml]',
      [],
      ['1:11: there is no anchor of this name above | text that starts with * must be in quotes'],
    ],
    ['[config.yaml]', [], ['1:11: a file cannot include itself | remove this entry']],
    ['[./config.yaml]', [], ['1:11: a file cannot include itself | remove this entry']],
    [
      '{ rules: a.yaml }',
      ['a.yaml'],
      ['1:10: `include` must be a list of files or of patterns such as rules/*.yaml'],
    ],
    ['[{ file: a.yaml }]', ['a.yaml'], ['1:11: an entry of `include` must be text, not a mapping']],
    [
      '"a.yaml, b.yaml"',
      ['a.yaml', 'b.yaml'],
      ['1:10: this is one text, and no file has this name | several are a list: [a.yaml, b.yaml]'],
    ],
    [
      '[rules\\*.yaml]',
      ['rules/a.yaml'],
      ['1:11: a backslash does not separate folders here | write rules/*.yaml'],
    ],
    [
      '["~/rules/a.yaml"]',
      [],
      ['1:11: ~ does not stand for a home folder here | write the whole path, or one relative to this file'],
    ],
    [
      '["https://rules.bridge.test/c.yaml"]',
      [],
      [
        '1:11: only files of this machine can be included, not addresses | fetch it with a program of your own, and include the file',
      ],
    ],
    [
      '',
      [],
      ['1:1: `include` has no value | it must be a list of files or of patterns such as rules/*.yaml'],
    ],
    [
      '[5]',
      [],
      ['1:11: an entry of `include` must be text (in quotes), not a number | put it in quotes: "5"'],
    ],
    ['""', [], ['1:10: `include` must not be empty']],
    [
      '["${NOPE}/a.yaml"]',
      [],
      [
        '1:11: the variable NOPE is not set | set it in the environment, or add a line NOPE=… to /etc/bridge/.env (which does not exist yet)',
      ],
    ],
  ])('include: %s, with %j', (written, files, expected) => {
    const all = Object.fromEntries(files.map((name, at) => [name, rule(`a${at}`)]));
    expect(told(loadFiles(main(written), all, ENV))).toEqual(expected);
  });

  test.each<[string, readonly string[]]>([
    ['', ['a.yaml:1:1: the file is empty | delete it, or write a comment into it if it is to bring nothing']],
    [
      '\n\n',
      ['a.yaml:1:1: the file is empty | delete it, or write a comment into it if it is to bring nothing'],
    ],
    ['rules:\n', ['a.yaml:1:1: `rules` has no value | remove the key, or write entries below it']],
    [
      '- { name: a, match: {}, send: bot }\n',
      [
        'a.yaml:1:1: must be a mapping: an included file has destinations, groups, rules, tables, templates and tests | begin the file with `rules:`',
      ],
    ],
    [
      'name: a\nmatch: {}\nsend: bot\n',
      [
        'a.yaml:1:1: has no section: an included file has destinations, groups, rules, tables, templates and tests | begin the file with `rules:`, and write a dash before each rule',
      ],
    ],
    [
      'type: webhook\nurl: ${BOT_URL}\n',
      [
        'a.yaml:1:1: has no section: an included file has destinations, groups, rules, tables, templates and tests | begin the file with `destinations:`, then the name of this one, and indent the rest below it',
      ],
    ],
    [
      'just text',
      [
        'a.yaml:1:1: must be a mapping: an included file has destinations, groups, rules, tables, templates and tests',
      ],
    ],
    [
      'include: [b.yaml]\n',
      [
        'a.yaml:1:1: `include` stands only in the config itself: an included file includes no others | name the files in /etc/bridge/config.yaml',
      ],
    ],
    ['version: 1\n', [elsewhere('version')]],
    ['feeds: []\n', [elsewhere('feeds')]],
    ['store: { path: x }\n', [elsewhere('store')]],
    ['server: false\n', [elsewhere('server')]],
    ['log: {}\n', [elsewhere('log')]],
    ['alerts: { send: bot }\n', [elsewhere('alerts')]],
    ['defaults: {}\n', [elsewhere('defaults')]],
    ['dedupeWindow: 1h\n', [elsewhere('dedupeWindow')]],
    ['rule: []\n', ['a.yaml:1:1: unknown key `rule` | did you mean `rules`?']],
    ['destination: {}\n', ['a.yaml:1:1: unknown key `destination` | did you mean `destinations`?']],
    [
      'clusters: {}\n',
      [
        'a.yaml:1:1: unknown key `clusters` | an included file has destinations, groups, rules, tables, templates and tests',
      ],
    ],
    [
      'rules:\n  a: { match: {}, send: bot }\n',
      ['a.yaml:2:3: `rules` must be a list, as in /etc/bridge/config.yaml'],
    ],
    [
      'destinations:\n  - x\n',
      ['a.yaml:2:3: `destinations` must be a mapping, as in /etc/bridge/config.yaml'],
    ],
    [
      'rules:\n  - { name: first, match: { ticker: A }, send: bot }\n',
      [
        'a.yaml:2:13: there is already a rule named first, in /etc/bridge/config.yaml:8 | names tell rules apart in logs and metrics',
      ],
    ],
    [
      'destinations:\n  bot: { type: webhook, url: "${BOT_URL}" }\n',
      [
        'a.yaml:2:3: there is already `bot` in `destinations`, in /etc/bridge/config.yaml:6 | give one of them another name',
      ],
    ],
    [
      'groups: { bot: [bot] }\n',
      [
        'a.yaml:1:11: bot is a destination too, in /etc/bridge/config.yaml:6 | give the group another name: one name means one thing',
      ],
    ],
    [
      'rules:\n  - { name: a, mach: {}, send: [bto] }\n',
      [
        'a.yaml:2:16: unknown key `mach` | did you mean `match`?',
        'a.yaml:2:33: there is no destination bto | did you mean `bot`?',
      ],
    ],
    [
      'rules:\n  - { name: a, match: { title: { matches: "(" } }, send: [{ to: bot, template: lod }] }\n',
      [
        'a.yaml:2:43: not a valid regular expression: missing closing ): `(`',
        'a.yaml:2:80: there is no template lod',
      ],
    ],
    ['rules:\n  - name: a\n\tmatch: {}\n', ['a.yaml:3:1: a tab cannot indent YAML | use spaces']],
    ['rules:\n  - name: "a\n', ['a.yaml:2:11: the closing quote is missing']],
    [
      'rules:\n  - { <<: *common, name: a, send: bot }\n',
      [
        'a.yaml:2:11: the anchor common stands in /etc/bridge/config.yaml, and an anchor counts only in its own file | write it in this file too; for options of destinations there is `defaults`',
      ],
    ],
    [
      'rules:\n  - { <<: *nope, name: a, send: bot }\n',
      ['a.yaml:2:11: there is no anchor of this name above | text that starts with * must be in quotes'],
    ],
    [
      'rules: !include b.yaml\n',
      [
        'a.yaml:1:8: tags (!name) are not supported | at the top level write include: [the file]; it has the section in it, such as `rules:`',
      ],
    ],
    [
      'rules:\n  - { name: a, match: { ticker: A }, send: bot }\n---\nrules:\n  - { name: a, match: { ticker: A }, send: bot }\n',
      [
        'a.yaml:3:1: the file holds more than one YAML document | a line of --- starts another document: remove it',
      ],
    ],
    [
      'destinations:\n  chat: { type: telegram, botToken: "${NOPE}", chatId: 5 }\n',
      [
        'a.yaml:2:37: the variable NOPE is not set | set it in the environment, or add a line NOPE=… to /etc/bridge/.env (which does not exist yet)',
        'a.yaml:2:3: warning: no rule sends to chat',
      ],
    ],
    [
      'destinations:\n  chat: { type: webhook, url: "${file:url.txt}" }\n',
      [
        'a.yaml:2:31: the file /etc/bridge/url.txt cannot be read: it does not exist',
        'a.yaml:2:3: warning: no rule sends to chat',
      ],
    ],
    [
      'rules: [{ name: a, match: { ticker: A }, send: bot }\n',
      ['a.yaml:1:8: this [ is not closed | write ] where it ends'],
    ],
  ])('a file with %j', (content, expected) => {
    const yaml = `x-common: &common { match: {} }\n${main('a.yaml')}`;
    expect(told(loadFiles(yaml, { 'a.yaml': content }, ENV))).toEqual(expected);
  });

  test.each([
    ['includes', 'did you mean `include`?'],
    ['import', 'did you mean `include`?'],
    ['imports', 'did you mean `include`?'],
    ['Include', 'did you mean `include`?'],
  ])('%s: is understood', (word, hint) => {
    expect(told(loadFiles(main('[]').replace('include', word), {}, ENV))).toEqual([
      `1:1: unknown key \`${word}\` | ${hint}`,
    ]);
  });

  test('a rule, a destination or a template of two files: both are named', () => {
    const files = {
      'a.yaml': `${rule('a')}templates: { t: { text: a } }\n`,
      'b.yaml': `${rule('a')}templates: { t: { text: b } }\n`,
    };
    expect(
      loadFiles(main('[a.yaml, b.yaml]'), files, ENV).problems.map(
        ({ file, line, message }) => `${file}:${line}: ${message}`,
      ),
    ).toEqual([
      '/etc/bridge/b.yaml:2: there is already a rule named a, in /etc/bridge/a.yaml:2',
      '/etc/bridge/b.yaml:3: there is already `t` in `templates`, in /etc/bridge/a.yaml:3',
    ]);
  });
});
