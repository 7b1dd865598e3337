/** docs/troubleshooting.md has one row for each word of a feed, an attempt, a delivery and the log, and none for another. */
import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { CONDITIONS } from '../../src/conditions/registry.ts';
import { DELIVERY_STATES, ENDING_REASONS } from '../../src/delivery/delivery.ts';
import { helpForReason } from '../../src/delivery/describe.ts';
import {
  AMBIGUOUS_REASONS,
  REJECT_REASONS,
  RETRY_REASONS as RETRY_OUTCOMES,
} from '../../src/delivery/outcome.ts';
import { FAULT_REASONS } from '../../src/feeds/fault.ts';
import { feedTypes } from '../../src/feeds/index.ts';
import { helpFor } from '../../src/feeds/warning.ts';
import { FAULTS } from '../../src/simulator/fault-list.ts';

const root = new URL('../../', import.meta.url);
const page = readFileSync(new URL('docs/troubleshooting.md', root), 'utf8');
/** `| <a id="ANCHOR"></a>`WORD` | …`; the state of a delivery may stand before its word. */
const rows = [...page.matchAll(/^\| <a id="([^"]+)"><\/a>(?:\w+ )?`([^`]+)` \|(.*)\|$/gm)].map(
  ([, anchor = '', word = '', rest = '']) => ({
    anchor,
    word,
    cells: rest.split('|').map((cell) => cell.trim()),
  }),
);

/** Words of feeds and of deliveries are apart: `unreachable` is one of each. Lines of the log have a dot. */
const DELIVERY = 'delivery-';
const isOfDelivery = ({ anchor }: { anchor: string }) => anchor.startsWith(DELIVERY);
const isOfLog = ({ anchor }: { anchor: string }) => anchor.includes('.');
const isOfFeed = (row: { anchor: string }) => !isOfDelivery(row) && !isOfLog(row);

const source = (folder: string) =>
  readdirSync(new URL(`src/${folder}`, root), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts'))
    .map((path) => readFileSync(new URL(`src/${folder}/${path}`, root), 'utf8'))
    .join('\n');

test('regression: each word that an attempt or a delivery can end with has one row', () => {
  const found = rows.filter(isOfDelivery);
  const words = [...RETRY_OUTCOMES, ...REJECT_REASONS, ...AMBIGUOUS_REASONS, ...ENDING_REASONS];
  expect(found.map(({ word }) => word).toSorted()).toEqual(words.toSorted());
  for (const { anchor, word, cells } of found) {
    expect(anchor).toBe(DELIVERY + word);
    expect(helpForReason(word)).toBe(`docs/troubleshooting.md#${anchor}`);
    for (const cell of cells.slice(0, 2)) expect(cell, word).toMatch(/\w/);
  }
});

test('and no delivery ends with a word that is not among them', () => {
  const code = source('.');
  const written = [
    ...code.matchAll(/'(?:dead|expired|skipped)', '(\w+)'/g),
    ...code.matchAll(/state: '(?:dead|expired|skipped)',\s*reason: '(\w+)'/g),
    ...code.matchAll(/\bskipped\('(\w+)'\)/g),
    ...code.matchAll(/state = '(?:dead|expired|skipped)', reason = '(\w+)'/g),
    ...code.matchAll(/'delivery\.ended',[^}]*?reason: '(\w+)'/g),
  ].map(([, word = '']) => word);
  expect(new Set(written)).toContain('max_age');
  // States stand beside each other in lists of their own.
  const known: readonly string[] = [...ENDING_REASONS, ...REJECT_REASONS, ...DELIVERY_STATES];
  expect([...new Set(written)].filter((word) => !known.includes(word))).toEqual([]);
});

/** Lines that ask nothing of anybody, or whose words have their own tables. */
const WITHOUT_ROW: readonly string[] = [
  ...['bridge.started', 'bridge.stopping', 'bridge.stopped', 'bridge.ended'],
  ...['config.reloaded', 'config.effect'],
  ...['announcement.received', 'announcement.duplicate', 'table.refreshed'],
  ...['delivery.attempted', 'delivery.ended', 'delivery.buried', 'delivery.dead', 'destination.resumed'],
  ...['feed.live', 'feed.lost', 'feed.fatal', 'feed.self_test_answered', 'feed.self_test_unanswered'],
  ...['frame.garbage', 'frame.unknown_type', 'warning.raised'],
  ...['alert.started', 'alert.lasts', 'alert.ended'],
  ...['cluster.reached', 'cluster.taken', 'cluster.handed_over', 'cluster.name_free', 'cluster.agrees'],
  'cluster.not_alone',
  ...['mute.started', 'mute.extended', 'mute.lifted', 'mute.ended'],
];

test('regression: each line of the log that a person should do something about has one row', () => {
  const events = source('ops').matchAll(/case '([a-z]+\.[a-z_]+)':|name: '([a-z]+\.[a-z_]+)'/g);
  const own = [source('daemon'), source('cli'), readFileSync(new URL('src/daemon/daemon.ts', root), 'utf8')]
    .join('\n')
    .matchAll(/log\??\.(?:info|warn|error)\([^;]*?'([a-z]+\.[a-z_]+)'/g);
  const lines = new Set([...events, ...own].map(([, word, name]) => word ?? name ?? ''));
  expect(lines).toContain('store.broken');
  expect(lines).toContain('config.reload_failed');
  const wanted = [...lines].filter((line) => !WITHOUT_ROW.includes(line));
  expect(
    rows
      .filter(isOfLog)
      .map(({ word }) => word)
      .toSorted(),
  ).toEqual(wanted.toSorted());
  expect(
    WITHOUT_ROW.filter((line) => !lines.has(line)),
    'lines that are no more',
  ).toEqual([]);
});

/** Words of the tables above, or of configs, where the line says it all. */
const OF_OTHERS: readonly string[] = [
  'withheld',
  'timeout',
  'schema_version',
  'url',
  'not_http',
  'dry_run',
  'paused',
];

test('regression: each word that ends a line of a command has one row', () => {
  const code = ['cli', 'cluster'].map(source).join('\n');
  const written = [
    ...code.matchAll(/[.:)}] \[([a-z]+(?:_[a-z]+)*)\][`'"]/g),
    ...code.matchAll(/code: '(\w+)',?\s*(?:\}|sentence)/g),
  ].map(([, word = '']) => word);
  const [, part = ''] = page.split("## The last word of a command's line");
  const [section = ''] = part.split('\n## ');
  const firstCells = section.split('\n').flatMap((line) => /^\| (`[^|]*)\|/.exec(line)?.[1] ?? []);
  const found = firstCells.flatMap((cell) => [...cell.matchAll(/`(\w+)`/g)].map(([, word = '']) => word));
  expect(new Set(written)).toContain('node_missing');
  expect(found.toSorted()).toEqual(
    [...new Set(written)].filter((word) => !OF_OTHERS.includes(word)).toSorted(),
  );
});

test('regression: each alert has a row that says what to do', () => {
  const alerts = readFileSync(new URL('docs/alerts.md', root), 'utf8');
  for (const code of Object.keys(CONDITIONS))
    expect(alerts).toMatch(new RegExp(`^\\| <a id="${code}"></a>.*\\| [A-Z\`][^|]*[.)] \\|$`, 'm'));
});

test('each word has one row, and each row a word', () => {
  const ofFeeds = [...FAULT_REASONS, ...Object.values(feedTypes).flatMap(({ reasons }) => reasons)];
  // Types of feeds share some.
  const words = [...new Set([...Object.keys(CONDITIONS), ...ofFeeds])];
  const found = rows.filter(isOfFeed).map(({ word }) => word);
  expect(found.toSorted()).toEqual(words.toSorted());
});

test('a warning links to its row, and a row says symptom, cause and fix', () => {
  for (const { anchor, word, cells } of rows.filter(isOfFeed)) {
    expect(helpFor(word)).toBe(`docs/troubleshooting.md#${anchor}`);
    expect(cells).toHaveLength(4);
    for (const cell of cells.slice(0, 3)) expect(cell, word).toMatch(/\w/);
  }
});

test('every fault of the simulator that the page names exists, and every fault with a row is named in it', () => {
  const named = [...page.matchAll(/--fault (\w+)/g)]
    .map(([, name = '']) => name)
    .filter((name) => name !== 'WORD');
  const names = FAULTS.map(({ name }) => name);
  expect(named.filter((name) => !names.includes(name))).toEqual([]);
  const withRow = names.filter((name) => rows.some(({ anchor }) => anchor === name));
  expect(withRow.filter((name) => !named.includes(name))).toEqual([]);
});
