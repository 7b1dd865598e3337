// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the config's own references, not JavaScript's
/**
 * The JSON Schema for editors against the validation: no file that `check` passes is underlined, and of the bad ones
 * each is, unless its fault is of a kind that no schema of draft-07 sees.
 */
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import { describe, expect, test } from 'vitest';
import { parseDocument } from 'yaml';
import { publishedJsonSchema } from '../../src/config/json-schema.ts';
import { documents, read } from '../docs/comments.ts';

// `secret: true` and the like are words of this program.
const validate = new Ajv({ strict: false, allErrors: true }).compile(publishedJsonSchema());

/** As an editor sees it: nothing is put in place of `${NAME}`. `undefined`: it is no YAML, which editors show by themselves. */
function written(text: string): unknown {
  const document = parseDocument(text, { merge: true, logLevel: 'silent' });
  if (document.errors.length > 0 || document.warnings.length > 0) return undefined;
  try {
    return document.toJS();
  } catch {
    return undefined; // what a `<<` brings is no mapping
  }
}

const faultsOf = (text: string) =>
  validate(written(text))
    ? []
    : (validate.errors ?? []).map((fault) => `${fault.instancePath} ${fault.message}`);

const filesOf = (folder: string) =>
  globSync('**/*.yaml', { cwd: join(import.meta.dirname, folder) })
    .sort()
    .map((name) => ({ name, text: readFileSync(join(import.meta.dirname, folder, name), 'utf8') }));

const SECTION =
  /^(?:destinations|rules|templates|extract|tables|defaults|groups|alerts|store|server|log|tests):/m;

/** Whole configs, and parts of which a section is whole. */
const ofDocuments = documents
  .flatMap((path) =>
    [...read(path).matchAll(/^```yaml\n([\s\S]*?)^```/gm)].map(([, text = ''], index) => ({
      name: `${path}, ${index + 1}`,
      text,
    })),
  )
  .filter(
    ({ text }) => SECTION.test(text) && /^(?:feeds|include):/m.test(text) === /^feeds:.*^rules:/ms.test(text),
  );

describe('good ones are valid', () => {
  test('there are enough of them', () => {
    expect(filesOf('good').length).toBeGreaterThanOrEqual(35);
    expect(ofDocuments.length).toBeGreaterThanOrEqual(25);
  });

  test.each([
    ...filesOf('good'),
    ...ofDocuments,
    ...['config.example.yaml', 'deploy/config.example.yaml'].map((name) => ({ name, text: read(name) })),
  ])('$name', ({ text }) => expect(faultsOf(text)).toEqual([]));
});

/** Faults that a schema of draft-07 does not see, by the message of `check`. */
const UNSEEN: readonly (readonly [kind: string, reason: string, message: RegExp])[] = [
  ['names', 'what a name stands for is elsewhere in the file', /there is no (?:destination|table|template)/],
  [
    'repeats',
    'editors show a key that is given twice by themselves; names are compared across entries',
    /is given twice|there is already a rule|is a destination too/,
  ],
  ['files', 'other files are not at hand', /cannot be read|only files of this machine/],
  ['bytes', 'an editor reads the file in the encoding that it finds', /is not UTF-8/],
  [
    'variables',
    'whether a text means a variable is judged by many forms',
    /\$\{|the variable \w+ is not set|a variable as another program|a place of another program|still a placeholder/,
  ],
  [
    'templates',
    'Liquid is parsed, and its variables are known',
    /is not a template|not closed|unknown (?:filter|variable)|invalid value expression|exists only in a webhook|lookup needs|JSON written as text/,
  ],
  [
    'patterns',
    'a schema cannot say that a text is a regular expression of RE2',
    /not a valid regular expression/,
  ],
  [
    'words',
    'days and zones are read from lists, in short and in long',
    /must be days such as|of the IANA list/,
  ],
  ['cron', 'fields have ranges', /must be cron/],
  [
    'paths of addresses',
    'of an address only the scheme is compared',
    /must be a Discord webhook URL|must have no blank|&amp;|must be a full URL|address of an HTTP proxy/,
  ],
  [
    'secrets',
    'their form is compared after variables are put in',
    /whsec_|the token alone|plain letters and digits/,
  ],
  ['numbers in a text', 'zero is written in too many ways', /must be a duration/],
  ['tables', 'any mapping is a table, of whatever keys', /unknown key `interval`|must be a duration/],
  ['two keys', 'one key depends on the value of another', /set either|unless server\.token is set/],
  ['folders', 'of a path nothing is compared', /must not begin with ~/],
];

const bad = filesOf('corpus').flatMap(({ name, text }) => {
  const printed = readFileSync(join(import.meta.dirname, 'corpus', name.replace(/\.yaml$/, '.txt')), 'utf8');
  const messages = printed.split('\n').filter((line) => /^[\w./-]+:\d+:\d+: (?!warning|note)/.test(line));
  return messages.length === 0 || written(text) === undefined ? [] : [{ name, text, messages }];
});

describe('bad ones are not', () => {
  test('there are enough of them', () => {
    expect(bad.length).toBeGreaterThanOrEqual(250);
    expect(bad.filter(({ text }) => faultsOf(text).length > 0).length).toBeGreaterThanOrEqual(200);
  });

  test.each(bad)('$name', ({ text, messages }) => {
    if (faultsOf(text).length > 0) return;
    // The schema sees none of its faults: each has to be of a kind that it cannot see.
    const seen = messages.filter((message) => !UNSEEN.some(([, , kind]) => kind.test(message)));
    expect(seen).toEqual([]);
  });

  test('no kind is left out that the schema sees', () => {
    const missed = bad.filter(({ text }) => faultsOf(text).length === 0).flatMap(({ messages }) => messages);
    const needed = ([, , kind]: (typeof UNSEEN)[number]) => missed.some((message) => kind.test(message));
    expect(UNSEEN.filter((one) => !needed(one)).map(([kind]) => kind)).toEqual([]);
  });
});

test.each([
  ['a variable for a word', 'log: { level: "${LEVEL:-info}" }', []],
  ['a variable for a duration', 'store: { retention: "${DAYS}d" }', []],
  ['another word', 'log: { level: loud }', ['/log/level']],
  ['another duration', 'store: { retention: 3 days }', ['/store/retention']],
  ['a number that is too large', 'server: { port: 65536 }', ['/server/port']],
  ['a part of a number', 'server: { port: 80.5 }', ['/server/port']],
  ['a number as text', 'server: { port: "8080" }', []],
])('%s', (_name, text, places) => {
  const found = faultsOf(`${text}\n`).map((fault) => fault.split(' ')[0] ?? '');
  expect(places.filter((place) => !found.includes(place))).toEqual([]);
  expect(found.length > 0).toBe(places.length > 0);
});
