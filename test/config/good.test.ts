/**
 * Configs as people write them, on which `check --strict` has nothing to say: a false alarm teaches to look away. Every
 * file of the folder `good`, every whole config of the documents, and the examples. `note: 1` in a file: so many notes.
 */
import { cpSync, globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { documents, read } from '../docs/comments.ts';
import { env as ofDocuments } from '../docs/environment.ts';
import { runCommandLine } from '../support/command.ts';

const FOLDER = join(import.meta.dirname, 'good');
const NAMES = globSync('*.yaml', { cwd: FOLDER }).sort();
const HOOK =
  'https://discord.com/api/webhooks/887766554433221100/Zq3-kT7_a8Bd0fG2hJ4kL6mN8pQ0rS2tU4vW6xY8zA0bC2dE4fG6hI8jK0lM';

const ENV = {
  CRYPTOLISTING_API_KEY: `dsk_${'a1'.repeat(32)}`,
  DISCORD_WEBHOOK_URL: HOOK,
  DISCORD_WEBHOOK_URL_2: HOOK.replace('8877', '8878'),
  DISCORD_BOT_TOKEN: 'MTIzNDU2Nzg5MDEyMzQ1Njc4.GabcdE.abcdefghijklmnopqrstuvwxyz0123456789AB',
  TELEGRAM_BOT_TOKEN: '7654321098:AAEhBOweik9ai2o01cbsaiCh5ecohfa2o9A',
  TELEGRAM_CHAT_ID: '-1002345678903',
  BOT_URL: 'https://bot.anns-desk.io/signal',
  BOT_SECRET: 'whsec_c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0',
  SLACK_URL: 'https://hooks.slack.com/services/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',
  DATABASE_URL: 'postgres://bridge:0b9f6a31c2d84e75a6f0@db.anns-desk.io/bridge?sslmode=verify-full',
  ADMIN_TOKEN: 'f3a9c1d7e5b2a8c4f6e0d1b3a5c7e9f1',
};

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'good-'));
  cpSync(FOLDER, folder, { recursive: true });
  for (const [name, value] of [
    ['feed_key', ENV.CRYPTOLISTING_API_KEY],
    ['hook', HOOK],
  ] as const)
    writeFileSync(join(folder, name), `${value}\n`, { mode: 0o600 });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function strictly(text: string | Buffer, env: Readonly<Record<string, string>>) {
  const file = join(folder, 'config.yaml');
  writeFileSync(file, typeof text === 'string' ? text : text);
  const { out, exitCode } = await runCommandLine(['check', '--strict', '--json', '-c', file], { env });
  const { problems, warnings, notes } = JSON.parse(out);
  return {
    exitCode,
    found: [...problems, ...warnings].map(({ line, message }) => `${line}: ${message}`),
    notes,
  };
}

test('there are enough of them', () => {
  expect(NAMES.length).toBeGreaterThanOrEqual(35);
});

test.each(NAMES)('%s is clean', async (name) => {
  const text = readFileSync(join(FOLDER, name), 'utf8')
    .replaceAll('/run/secrets', folder)
    .replaceAll('/data/', `${folder}/data/`);
  const { exitCode, found, notes } = await strictly(text, ENV);
  expect(found).toEqual([]);
  expect(exitCode).toBe(0);
  expect(notes).toHaveLength(Number(/note: (\d)/.exec(text)?.[1] ?? 0));
});

const OF_DOCUMENTS = [
  ...documents
    .filter((path) => !path.startsWith('docs/decisions/'))
    .flatMap((path) =>
      [...read(path).matchAll(/^```yaml\n([\s\S]*?)^```/gm)].map(([, code = ''], index) => ({
        name: `${path}, ${index + 1}`,
        text: code,
      })),
    )
    .filter(({ text }) => /^feeds:/m.test(text) && /^rules:/m.test(text)),
  ...['config.example.yaml', 'deploy/config.example.yaml'].map((name) => ({ name, text: read(name) })),
];

test.each(OF_DOCUMENTS)('$name is clean', async ({ text }) => {
  const { exitCode, found } = await strictly(text, { ...ENV, ...ofDocuments });
  expect(found).toEqual([]);
  expect(exitCode).toBe(0);
});
