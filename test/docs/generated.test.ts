/**
 * The documents agree with the program, as far as a machine can check. `UPDATE_DOCS=1 npm test` writes the
 * generated parts.
 */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { processIo } from '../../src/cli/io.ts';
import { buildProgram } from '../../src/cli/program.ts';
import { publishedJsonSchema } from '../../src/config/json-schema.ts';
import { configSchemaOf } from '../../src/config/schema.ts';
import { destinationTypes } from '../../src/destinations/index.ts';
import { createMetrics } from '../../src/ops/metrics.ts';
import { ENDPOINTS } from '../../src/web/api/endpoints.ts';
import { alertsReference } from '../../tools/docs/alerts-reference.ts';
import { apiReference } from '../../tools/docs/api-reference.ts';
import { commandsReference } from '../../tools/docs/commands-reference.ts';
import { configReference } from '../../tools/docs/config-reference.ts';
import { metricsReference } from '../../tools/docs/metrics-reference.ts';
import { withReceivers } from '../../tools/docs/receivers.ts';
import { withRooms } from '../../tools/docs/rooms-table.ts';
import { withTitleFigures } from '../../tools/docs/title-figures.ts';
import { NO_STATUS } from '../support/status.ts';

const root = resolve(import.meta.dirname, '../..');
const read = (path: string) => readFileSync(join(root, path), 'utf8');
const documents = [
  'README.md',
  ...readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.md'))
    .map((path) => join('docs', path)),
];

test('docs/configuration.md is what the schema says (UPDATE_DOCS=1 npm test brings it up to date)', () => {
  const reference = configReference();
  if (process.env['UPDATE_DOCS']) writeFileSync(join(root, 'docs/configuration.md'), reference);
  expect(read('docs/configuration.md')).toBe(reference);
});

test('each key of the config has a section, or a row at the top level', () => {
  const { shape } = configSchemaOf(destinationTypes);
  const missing = Object.keys(shape).filter(
    (key) => !new RegExp(`^## ${key}$|^\\| \`${key}\` `, 'm').test(read('docs/configuration.md')),
  );
  expect(missing).toEqual([]);
});

test('docs/listing-bridge.schema.json is the schema for editors (UPDATE_DOCS=1 npm test brings it up to date)', () => {
  const schema = `${JSON.stringify(publishedJsonSchema(), null, 2)}\n`;
  if (process.env['UPDATE_DOCS']) writeFileSync(join(root, 'docs/listing-bridge.schema.json'), schema);
  expect(read('docs/listing-bridge.schema.json')).toBe(schema);
});

test('regression: the name of the machine is in no generated page', () => {
  const made = `${configReference()}${JSON.stringify(publishedJsonSchema())}`;
  expect([made.includes(`"${hostname()}"`), made.includes(`\`${hostname()}\``)]).toEqual([false, false]);
});

test('docs/metrics.md is what the metrics are (UPDATE_DOCS=1 npm test brings it up to date)', () => {
  const reference = metricsReference(createMetrics('1', () => NO_STATUS).descriptions);
  if (process.env['UPDATE_DOCS']) writeFileSync(join(root, 'docs/metrics.md'), reference);
  expect(read('docs/metrics.md')).toBe(reference);
});

test('docs/api.md is what the endpoints are (UPDATE_DOCS=1 npm test brings it up to date)', () => {
  const reference = apiReference(ENDPOINTS);
  if (process.env['UPDATE_DOCS']) writeFileSync(join(root, 'docs/api.md'), reference);
  expect(read('docs/api.md')).toBe(reference);
});

test('docs/alerts.md is what the conditions are (UPDATE_DOCS=1 npm test brings it up to date)', () => {
  const reference = alertsReference();
  if (process.env['UPDATE_DOCS']) writeFileSync(join(root, 'docs/alerts.md'), reference);
  expect(read('docs/alerts.md')).toBe(reference);
});

test('docs/commands.md is what `--help` says (UPDATE_DOCS=1 npm test brings it up to date)', () => {
  const io = processIo(new AbortController().signal, () => undefined);
  const reference = commandsReference(buildProgram(io, '', () => undefined));
  if (process.env['UPDATE_DOCS']) writeFileSync(join(root, 'docs/commands.md'), reference);
  expect(read('docs/commands.md')).toBe(reference);
});

test('docs/webhooks.md shows the receivers as they are (UPDATE_DOCS=1 npm test brings it up to date)', () => {
  const document = withReceivers(read('docs/webhooks.md'), (name) => read(`docs/recipes/${name}`));
  if (process.env['UPDATE_DOCS']) writeFileSync(join(root, 'docs/webhooks.md'), document);
  expect(read('docs/webhooks.md')).toBe(document);
});

test('the table of folders in docs/source.md is the list of rooms (UPDATE_DOCS=1 npm test brings it up to date)', () => {
  const document = withRooms(read('docs/source.md'));
  if (process.env['UPDATE_DOCS']) writeFileSync(join(root, 'docs/source.md'), document);
  expect(read('docs/source.md')).toBe(document);
});

test('docs/titles.md has the figures as they are (UPDATE_DOCS=1 npm test brings it up to date)', () => {
  const document = withTitleFigures(read('docs/titles.md'));
  if (process.env['UPDATE_DOCS']) writeFileSync(join(root, 'docs/titles.md'), document);
  expect(read('docs/titles.md')).toBe(document);
});

test('every key of the config has a meaning', () => {
  const rows = configReference()
    .split('\n')
    .filter((line) => line.startsWith('| `'));
  expect(rows.length).toBeGreaterThan(60);
  expect(rows.filter((row) => /\|\s*\|$/.test(row))).toEqual([]);
});

test.each(documents)('%s: every link to a file leads somewhere', (path) => {
  const links = [...read(path).matchAll(/\]\((?!https?:|#)([^)#]+)/g)].map(([, target = '']) => target);
  const missing = links.filter((target) => !existsSync(join(root, dirname(path), target)));
  expect(missing).toEqual([]);
});

test('every file that a document names in backticks exists', () => {
  const named = documents.flatMap((path) =>
    [...read(path).matchAll(/`((?:src|test|docs|tools|bench|\.ci)\/[\w./-]+)`/g)].map(
      ([, file = '']) => file,
    ),
  );
  expect(named.length).toBeGreaterThan(3);
  expect(named.filter((file) => !existsSync(join(root, file)))).toEqual([]);
});

test('docs/decisions/dependencies.md speaks of every dependency, and of no other', () => {
  const { dependencies, devDependencies } = JSON.parse(read('package.json'));
  const rows = [...read('docs/decisions/dependencies.md').matchAll(/^\| `([^`]+)` \|/gm)].map(
    ([, name]) => name,
  );
  expect(rows.toSorted()).toEqual([...Object.keys(dependencies), ...Object.keys(devDependencies)].toSorted());
});
