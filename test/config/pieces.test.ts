/** A config comes over from the thread that loads it as it would have been loaded here. */
import { globSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { loadConfig } from '../../src/config/load.ts';
import { configOfPieces, piecesOf } from '../../src/config/pieces.ts';
import type { Config } from '../../src/config/schema.ts';
import { fingerprint, Secret } from '../../src/platform/secret.ts';
import { whole } from '../../src/platform/steps.ts';
import { DESTINATIONS, ENV, FEEDS, load } from './load-text.ts';

const plain = ({ types: _, liveTables: _tables, tableOf: _of, ...config }: Config) => config;
const handedOver = (config: Config) => whole(configOfPieces(piecesOf(config)));

function configOf(text: string, files: Readonly<Record<string, string>> = {}): Config {
  const { config, problems } = load(text, ENV, files);
  if (config === undefined) throw new Error(JSON.stringify(problems));
  return config;
}

const FOLDER = join(import.meta.dirname, 'good');
const GOOD = globSync('*.yaml', { cwd: FOLDER }).flatMap((name) => {
  const { config } = loadConfig({ file: join(FOLDER, name), env: ENV, standsIn: true });
  return config ?? [];
});

test('every good config: the same values in the same order, secrets included', () => {
  expect(GOOD.length).toBeGreaterThan(30);
  for (const config of GOOD) {
    const over = handedOver(config);
    expect(fingerprint(over)).toBe(fingerprint(plain(config)));
    expect(over).toEqual(plain(config));
    for (const [at, feed] of config.feeds.entries())
      if ('apiKey' in feed) {
        const got = over.feeds[at];
        expect(got !== undefined && 'apiKey' in got && got.apiKey).toBeInstanceOf(Secret);
      }
  }
});

test('lists that rules share are one list still, and no piece is large', () => {
  const many = Array.from(
    { length: 300 },
    (_, at) => `  b${at}: { type: webhook, url: "http://127.0.0.1/${at}" }\n`,
  );
  const rules = Array.from({ length: 400 }, (_, at) => `  - { match: { ticker: T${at} }, send: "b*" }\n`);
  const config = configOf(`${FEEDS}destinations:\n${many.join('')}rules:\n${rules.join('')}`);
  const pieces = piecesOf(config);
  expect(pieces.length).toBeGreaterThan(12);
  expect(Math.max(...pieces.map(({ byteLength }) => byteLength))).toBeLessThan(50_000);
  const { rules: over, destinations } = whole(configOfPieces(pieces));
  expect(over).toHaveLength(400);
  expect(new Set(over.map(({ send }) => send)).size).toBe(1);
  expect(Object.keys(destinations)).toEqual(Object.keys(config.destinations));
});

test('a long text that many options have is written once', () => {
  const authority = `-----BEGIN CERTIFICATE-----\n${'x'.repeat(5000)}`;
  const { types, liveTables, tableOf, ...config } = configOf(
    `${FEEDS}${DESTINATIONS}rules: [{ match: {}, send: bot }]\n`,
  );
  const [[, bot] = []] = Object.entries(config.destinations);
  if (bot === undefined) throw new Error('it has a destination');
  const same = { ...bot, tls: { ...bot.tls, authority } };
  const destinations = Object.fromEntries(Array.from({ length: 200 }, (_, at) => [`b${at}`, same]));
  const pieces = piecesOf({ types, liveTables, tableOf, ...config, destinations });
  expect(pieces.reduce((sum, { byteLength }) => sum + byteLength, 0)).toBeLessThan(200_000);
  expect(whole(configOfPieces(pieces)).destinations['b199']).toEqual(same);
});
