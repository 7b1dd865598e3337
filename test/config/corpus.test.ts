/**
 * Files that people write in a hurry, paste from a chat, a phone or another program's config: for each the exact text
 * that `check` prints is beside it. `UPDATE_CORPUS=1 npx vitest run --config test/vitest.config.ts test/config/corpus.test.ts`
 * rewrites these texts: read the difference, a message has to lead to the mend.
 */
import { globSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type ConfigProblem, formatProblem, type RequiredConfig } from '../../src/config/load.ts';
import { ENV, load } from './load-text.ts';

const FOLDER = join(import.meta.dirname, 'corpus');
const NAMES = globSync('**/*.yaml', { cwd: FOLDER }).sort();

const SECRET = 'a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8s9T0u1V2w3X4y5Z6a7B8c9D0e1F2g3H4';
const VARIABLES = {
  ...ENV,
  HOOK: `https://discord.com/api/webhooks/887766554433221100/${SECRET}`,
  TG: '7654321098:AAEhBOweik9ai2o01cbsaiCh5ecohfa2o9A',
  DISCORD: 'MTIzNDU2Nzg5MDEyMzQ1Njc4.GabcdE.abcdefghijklmnopqrstuvwxyz0123456789AB',
};

const as = (gravity: string) => (problem: ConfigProblem) =>
  formatProblem('config.yaml', { ...problem, message: `${gravity}: ${problem.message}` });

const checked = ({ problems, warnings, notes }: RequiredConfig) =>
  [
    ...problems.map((problem) => formatProblem('config.yaml', problem)),
    ...warnings.map(as('warning')),
    ...notes.map(as('note')),
  ]
    .map((text) => `${text}\n`)
    .join('');

test('there are enough of them', () => {
  expect(NAMES.length).toBeGreaterThanOrEqual(150);
});

describe.each(NAMES)('%s', (name) => {
  const loaded = load(readFileSync(join(FOLDER, name)), VARIABLES);
  const expectedFile = join(FOLDER, name.replace(/\.yaml$/, '.txt'));

  test('check prints what stands beside it', () => {
    const text = checked(loaded);
    expect(text, 'a bad file has at least a warning').not.toBe('');
    if (process.env['UPDATE_CORPUS']) writeFileSync(expectedFile, text);
    expect(text).toBe(readFileSync(expectedFile, 'utf8'));
  });

  test('no secret is shown, and every message says something', () => {
    const text = checked(loaded);
    for (const secret of [SECRET, ENV.KEY, 'hunter22', 'open sesame']) expect(text).not.toContain(secret);
    for (const { message } of [...loaded.problems, ...loaded.warnings]) {
      expect(message).not.toMatch(/undefined|\[object|NaN|null\b/);
      expect(message).not.toMatch(/\n/);
    }
  });
});
