/** The example that `init` writes: what is commented out in it works when the # is taken away. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { load, problemsOf, warningsOf } from './load-text.ts';

const LINES = readFileSync(join(import.meta.dirname, '../../config.example.yaml'), 'utf8').split('\n');
const ENV = {
  CRYPTOLISTING_API_KEY: `dsk_${'a1'.repeat(32)}`,
  DISCORD_WEBHOOK_URL: 'https://discord.com/api/webhooks/123456789012345678/abc',
  TELEGRAM_BOT_TOKEN: `123456789:${'A'.repeat(35)}`,
  TELEGRAM_CHAT_ID: '@listings_of_nobody',
  BOT_URL: 'http://127.0.0.1:9000/signal',
  BOT_SECRET: `whsec_${'MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'}`,
  ADMIN_TOKEN: 'a-long-token-of-nobody',
};

/** `# silent: true`, with its place; a sentence has a capital. */
const SETTINGS = LINES.flatMap((line, index) => {
  const [, indent, setting] = /^(\s*)# ([a-z]\w*: \S.*)$/.exec(line) ?? [];
  return setting === undefined
    ? []
    : [[setting.replace(/\s+#.*/, ''), index, `${indent}${setting}`] as const];
});

test('there are some', () => expect(SETTINGS.length).toBeGreaterThan(8));

test.each(SETTINGS)('regression: %s', (_setting, index, line) => {
  const loaded = load(LINES.with(index, line).join('\n'), ENV);
  expect([...problemsOf(loaded), ...warningsOf(loaded)]).toEqual([]);
});
