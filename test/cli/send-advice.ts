/** Runs `send` for one destination of each kind, for the tables of the tests beside it. */
import { writeFileSync } from 'node:fs';
import { expect } from 'vitest';
import { type CommandOptions, runCommandLine } from '../support/command.ts';
import { type Behaviour, FaultyServer, type Reply } from '../support/faulty-server.ts';
import { Folder } from '../support/outbox.ts';

export const SECRET = 'aVerySecretWebhookToken0123456789';
const TOKEN = '123456789:AAxyzxyzxyzxyzxyzxyzxyz_0123456789aa';

/** A destination of each kind that sends to ORIGIN. */
const KINDS = {
  webhook: `type: webhook, url: "ORIGIN/signal?key=${SECRET}"`,
  confirmed: `type: webhook, url: "ORIGIN/signal?key=${SECRET}", success: { status: 200, bodyMatches: '"ok":true' }`,
  careful: `type: webhook, url: "ORIGIN/signal?key=${SECRET}", onAmbiguous: drop`,
  discord: `type: discord, webhookUrl: "ORIGIN/api/webhooks/123456789012345678/${SECRET}"`,
  discordBot: `type: discord, botToken: ${SECRET}, channelId: "123456789012345678", apiUrl: "ORIGIN/api"`,
  telegram: `type: telegram, botToken: "${TOKEN}", chatId: 42, apiUrl: "ORIGIN"`,
} as const;
export type Kind = keyof typeof KINDS;

/** Of all rows of one test file, which clears it at its beginning: files share their modules. */
export const seen = new Set<string>();
const LINE =
  /^✗ d {2}not delivered\. ([A-Z0-9].+[.?)]) \[((?:[a-z_]+)(?:, HTTP \d{3})?); run would (?:retry|not retry|suspend it|not send it again)\]$/;

export async function said(kind: Kind, origin: string, options: CommandOptions = {}): Promise<string> {
  using folder = new Folder();
  const config = folder.file('config.yaml');
  writeFileSync(
    config,
    `feeds: [{ name: tokyo, url: "ws://127.0.0.1:1", apiKey: "\${KEY}" }]
destinations:
  d: { ${KINDS[kind].replace('ORIGIN', origin)}, warm: false }
rules: [{ match: {}, send: d }]
`,
  );
  const env = { KEY: `dsk_${'0'.repeat(64)}` };
  const { out, err, exitCode } = await runCommandLine(['send', 'd', '-c', config], {
    ...options,
    env,
  });
  expect([exitCode, err]).toEqual([1, '']);
  const [, sentence = '', code = ''] = LINE.exec(out) ?? [];
  expect(out).toMatch(LINE);
  seen.add(code.split(',')[0] ?? '');
  // More than one thought: the event, and the thing to do.
  expect(sentence).toMatch(/: .|\. .|, so /);
  expect(out).not.toMatch(/\bat [\w./]+:\d+:\d+\b|undefined|\[object/);
  for (const secret of [SECRET, TOKEN]) expect(out).not.toContain(secret);
  return out;
}

/** Of an answer, in the part after the name; [kind, answer, words before the code, code]. */
export type Row = readonly [kind: Kind, name: string, reply: Behaviour, words: RegExp, code: string];

export async function holds([kind, , behaviour, words, code]: Row) {
  await using server = await FaultyServer.start(behaviour);
  const line = await said(kind, server.origin);
  expect(line).toMatch(words);
  expect(line).toContain(` [${code}; run would `);
}

export const json = (status: number, body: object, headers = {}): Reply => ({
  status,
  headers: { 'content-type': 'application/json', ...headers },
  body: JSON.stringify(body),
});
export const page = (status: number, title: string): Reply => ({
  status,
  headers: { 'content-type': 'text/html' },
  body: `<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8"><title>${title}</title></head><body><h1>no</h1></body></html>`,
});
