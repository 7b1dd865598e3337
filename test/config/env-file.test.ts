// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the config's own references, not JavaScript's
/** `.env` and the config as people's tools write them: read, or explained in words of their own. */
import { resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parseEnvFile } from '../../src/config/dotenv.ts';
import { loadConfig } from '../../src/config/load.ts';
import {
  apiKeyOf,
  DESTINATIONS,
  ENV,
  FEEDS,
  FILE,
  load,
  problemsOf,
  RULES,
  shown,
  warningsOf,
} from './load-text.ts';

const readAs = (text: string) => parseEnvFile(text).entries.get('NAME')?.value;

describe('regression: one entry, however it is written', () => {
  test.each([
    ['NAME=value', 'value'],
    ['NAME="value"', 'value'],
    ["NAME='value'", 'value'],
    ['NAME=`value`', 'value'],
    ['export NAME=value', 'value'],
    ['  export   NAME = value  ', 'value'],
    ['set NAME=value', 'value'],
    ['$env:NAME = "value"', 'value'],
    ['NAME: value', 'value'],
    ['NAME: "value"', 'value'],
    ['"NAME"="value"', 'value'],
    ['NAME=“value”', 'value'],
    ['NAME=\tvalue\t', 'value'],
    ['NAME=value\r\nOTHER=x', 'value'],
    ['OTHER=x\rNAME=value\rMORE=y', 'value'],
    ['NAME=a#b#c', 'a#b#c'],
    ['NAME=#abc', '#abc'],
    ['NAME=value # comment', 'value'],
    ['NAME=value\t# comment', 'value'],
    ['NAME= # comment', ''],
    ['NAME="a # b" # comment', 'a # b'],
    ["NAME='a#b'", 'a#b'],
    ['NAME=', ''],
    ['NAME=""', ''],
    ['NAME=a=b==', 'a=b=='],
    ['NAME=a b', 'a b'],
    ["NAME=it's", "it's"],
    ['NAME=a"b"c', 'a"b"c'],
    ['NAME="a\\nb"', 'a\nb'],
    ["NAME='a\\nb'", 'a\\nb'],
    ['NAME="a\\"b"', 'a"b'],
    ['NAME="line one\nline two"', 'line one\nline two'],
    ["NAME='-----BEGIN-----\r\nabc==\r\n-----END-----'\r\nOTHER=1", '-----BEGIN-----\nabc==\n-----END-----'],
    ['NAME=first\nNAME=second', 'second'],
    ['# NAME=comment\nNAME=value', 'value'],
  ])('%j', (text, value) => {
    expect(readAs(text)).toBe(value);
    expect(parseEnvFile(text).entries.get('NAME')?.fault).toBeUndefined();
  });

  test.each([
    'NAME="value',
    "NAME='value\nOTHER='x'",
    'NAME="value\nOTHER=x\nMORE="y"',
    'NAME="value\nOTHER=x\n"',
  ])('a quote that is never closed: %j', (text) => {
    const { entries } = parseEnvFile(text);
    expect(entries.get('NAME')).toMatchObject({
      line: 1,
      fault: 'the quote that opens its value is never closed',
    });
    // It swallows nothing.
    if (text.includes('OTHER')) expect(entries.get('OTHER')?.value).toBe('x');
  });

  test.each([
    ['NAME', /1: this line is not NAME=value/],
    ['a: b: c\nNAME value', /2: this line is not NAME=value/],
    ['A=1\n\nA=2', /3: A is given twice, here and in line 1/],
    ['A="x"y', /1: A: text after the closing quote/],
    ['A=${B}/x', /1: A: a variable in the value is not expanded/],
    ['A=a\u200bb', /1: A: there is an invisible character/],
    ['A=caf\ufffd', /1: A: the value is not UTF-8/],
    ['A=“x”', /1: A: the curly quotes/],
  ])('%j is told with its line', (text, message) => {
    const { remarks } = parseEnvFile(text);
    expect(remarks.map((remark) => `${remark.line}: ${remark.message}`)).toEqual([
      expect.stringMatching(message),
    ]);
  });

  test('the same twice is no mistake', () => {
    expect(parseEnvFile('A=1\nA="1"').remarks).toEqual([]);
  });
});

const CONFIG = FEEDS + DESTINATIONS + RULES;
const ENV_FILE = '/etc/bridge/.env';
const utf16be = (text: string) => Buffer.from(text, 'utf16le').swap16();

describe('regression: every encoding that an editor offers', () => {
  const text = `KEY=${ENV.KEY}\r\n# 한국어\r\n`;

  test.each<[string, (text: string) => Uint8Array]>([
    ['UTF-8', (one) => Buffer.from(one)],
    ['UTF-8 with a mark', (one) => Buffer.from(`\ufeff${one}`)],
    ['UTF-16LE with a mark', (one) => Buffer.from(`\ufeff${one}`, 'utf16le')],
    ['UTF-16BE with a mark', (one) => utf16be(`\ufeff${one}`)],
    ['UTF-16LE', (one) => Buffer.from(one, 'utf16le')],
    ['UTF-16BE', (one) => utf16be(one)],
  ])('%s: the .env, the config, and a file that it names', (_name, encoded) => {
    expect(apiKeyOf(load(CONFIG, {}, { [ENV_FILE]: encoded(text) }))?.reveal()).toBe(ENV.KEY);
    const loaded = load(encoded(`${CONFIG.replaceAll('\n', '\r\n')}# 한국어\r\n`), ENV);
    expect(problemsOf(loaded)).toEqual([]);
    const named = CONFIG.replace('${KEY}', '${file:/run/key}');
    const key = apiKeyOf(load(named, {}, { '/run/key': encoded(`${ENV.KEY}\r\n`) }))?.reveal();
    expect(key).toBe(ENV.KEY);
  });
});

describe('regression: what is there is never called not set', () => {
  const problems = (env: Readonly<Record<string, string>>, file?: string) => {
    const loaded = load(CONFIG, env, file === undefined ? {} : { [ENV_FILE]: file });
    return { problems: problemsOf(loaded), shown: shown(loaded), warnings: warningsOf(loaded), loaded };
  };

  test('an open quote', () => {
    expect(problems({}, 'A=1\nKEY="dsk_x').problems).toEqual([
      '2:13: the variable KEY cannot be used: .env:2: the quote that opens its value is never closed',
    ]);
  });

  test.each([
    'A=1\nKEY dsk_x',
    'A=1\nKEY',
    'A=1\nKEY:dsk_x',
    'A=1\nKEY＝dsk_x',
    'A=1\n{ "KEY": "dsk_x" }',
    'A=1\nB=2 KEY=dsk_x',
    'A=1\nB="2"KEY=dsk_x',
  ])('a line of another form: %j', (file) => {
    const { problems: told, shown: text } = problems({}, file);
    expect(told).toEqual([
      '2:13: the variable KEY cannot be used: .env:2 names it, but not in a line of its own that reads KEY=…',
    ]);
    expect(text).not.toContain('dsk_x');
  });

  test.each(['A=${KEY}', 'A=1 # KEY=x', 'MY_KEY x', 'KEY2 x', '#KEY x'])('a mere mention: %j', (file) => {
    expect(problems({}, file).problems).toEqual(['2:13: the variable KEY is not set']);
  });

  test.each([
    ['EISDIR', 'it is a folder'],
    ['EACCES', 'permission denied'],
  ])('a .env that cannot be read: %s', (code, why) => {
    const readFile = (path: string) => {
      if (path === FILE) return CONFIG;
      throw Object.assign(new Error(code), { code });
    };
    expect(problemsOf(loadConfig({ file: FILE, env: {}, readFile }))).toContainEqual(
      `2:13: the variable KEY cannot be used: it is not set in the environment, and ${ENV_FILE} cannot be read: ${why}`,
    );
  });

  test('a comment', () => {
    const { problems: told, shown: text } = problems({}, 'A=1\n# KEY=dsk_x\n');
    expect(told).toEqual(['2:13: the variable KEY is not set']);
    expect(text).toContain('hint: line 2 of .env has it as a comment: remove the #');
  });

  test('an empty value', () => {
    const { problems: told, shown: text } = problems({}, '\nKEY=   # later\n');
    expect(told).toEqual(['2:13: the variable KEY is set, but empty']);
    expect(text).toContain('hint: write the value behind KEY= in line 2 of .env');
  });

  test('a name that is nearly it', () => {
    expect(problems({}, 'key=dsk_x').shown).toContain('hint: line 1 of .env has key: is that the one?');
    expect(problems({ Key: 'dsk_x' }).shown).toContain(
      'hint: the environment has Key: upper and lower case matter',
    );
  });

  test('no .env at all', () => {
    expect(problems({}).shown).toContain('add a line KEY=… to /etc/bridge/.env (which does not exist yet)');
  });

  test.each([
    ['/etc/bridge/.env.txt', 'rename it to .env'],
    ['/etc/bridge/.env.example', 'copy it to .env and fill it in'],
    [resolve('.env'), 'only the .env beside the config is read: move it'],
  ])('a file of another name or place: %s', (path, advice) => {
    expect(shown(load(CONFIG, {}, { [path]: 'KEY=x' }))).toContain(`there is ${path}; ${advice}`);
  });

  test.each([
    [`"${ENV.KEY}"`, 'has quotes around its value, because docker --env-file keeps them'],
    [`'${ENV.KEY}'`, 'has quotes around its value'],
    [`${ENV.KEY}\r`, 'ends in a carriage return'],
  ])('%j from docker --env-file', (value, remark) => {
    const { loaded, warnings } = problems({ KEY: value });
    expect(apiKeyOf(loaded)?.reveal()).toBe(ENV.KEY);
    expect(warnings).toEqual([expect.stringContaining(`the variable KEY ${remark}`)]);
  });

  test('a byte order mark before the first name', () => {
    expect(problems({ '\ufeffKEY': ENV.KEY }).problems).toEqual([]);
  });

  test('a comment that docker --env-file took for part of the value', () => {
    expect(problems({ KEY: `${ENV.KEY} # mine` }).warnings.join()).toContain('has no comments');
  });

  test('remarks name the file and the line, and show nothing of it', () => {
    const { shown: text } = problems({}, `KEY=${ENV.KEY}\nsecret-of-a-broken-line\n`);
    expect(load(CONFIG, {}, { [ENV_FILE]: `KEY=${ENV.KEY}\nx\n` }).warnings[0]).toMatchObject({
      file: '/etc/bridge/.env',
      line: 2,
    });
    expect(text).toContain('/etc/bridge/.env:2:1: this line is not NAME=value');
    expect(text).not.toContain('secret-of');
    expect(FILE).toBe('/etc/bridge/config.yaml');
  });

  test('a value of the announcement is no variable', () => {
    const yaml = CONFIG.replace(
      'https://bot.bridge.test/x }',
      'https://bot.bridge.test/x, body: { a: "${ticker}" } }',
    );
    expect(shown(load(yaml, ENV))).toContain('hint: a value of the announcement is written {{ ticker }}');
  });
});
