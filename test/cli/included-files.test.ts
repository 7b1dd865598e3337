/** The commands with a config of several files: each place is named with its file. */
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { runCommandLine } from '../support/command.ts';
import { Folder } from '../support/outbox.ts';

const CONFIG = `include: rules/*.yaml
defaults: { webhook: { dryRun: true, maxAge: 5s } }
groups: { bots: bot-* }
feeds: [{ url: "ws://127.0.0.1:1", apiKey: "\${KEY}" }]
destinations:
  bot-1: { type: webhook, url: "http://127.0.0.1:1/one" }
rules:
  - { name: first, match: { publisher: upbit }, send: bots }
`;
const MORE = `destinations:
  bot-2: { type: webhook, url: "http://127.0.0.1:1/two" }
rules:
  - { name: second, match: { publisher: binance }, send: [{ to: "*" }] }
`;

function workplace(more = MORE) {
  const folder = new Folder();
  mkdirSync(folder.file('rules'));
  writeFileSync(folder.file('config.yaml'), CONFIG);
  writeFileSync(folder.file('rules/more.yaml'), more);
  const file = folder.file('config.yaml');
  const run = (...args: readonly string[]) =>
    runCommandLine([...args, '-c', file], { env: { KEY: `dsk_${'0'.repeat(64)}` } });
  return {
    run,
    file,
    more: join(folder.file('rules'), 'more.yaml'),
    [Symbol.dispose]: () => folder[Symbol.dispose](),
  };
}

test('check counts the files, and everything of all of them', async () => {
  using place = workplace();
  const { out: output, exitCode } = await place.run('check');
  expect(output).toContain(`${place.file} and 1 included file: fine (1 feed, 2 destinations, 2 rules`);
  expect(exitCode).toBe(0);
});

test('check shows a problem of an included file with its name, line and column', async () => {
  using place = workplace(MORE.replace('publisher', 'publihser'));
  const { out: output, exitCode } = await place.run('check');
  expect(output).toContain(`${place.more}:4:30: unknown key \`publihser\``);
  expect(output).toContain('    4 |   - { name: second, match: { publihser: binance }');
  expect(exitCode).toBe(1);
});

test('check warns of an included file that others can read and that has a secret in clear', async () => {
  const secret = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
  using place = workplace(MORE.replace('url:', `secret: "${secret}", url:`));
  chmodSync(place.more, 0o644);
  const { out: output } = await place.run('check');
  expect(output).toContain(`${place.more}:1:1: warning: `);
  expect(output).not.toContain(secret.slice(6, 20));
});

test('explain names the file of a rule that is not of the config itself, and the destinations of a group', async () => {
  using place = workplace();
  const { out: output } = await place.run('explain', '--publisher', 'binance', '--title', 'New');
  expect(output).toMatch(/first \(line 8\)/);
  expect(output).toContain(`second (${place.more}, line 4) → bot-1, bot-2`);
  const { out: json } = await place.run('explain', '--publisher', 'upbit', '--title', 'New', '--json');
  expect(JSON.parse(json)).toMatchObject({
    rules: [
      { rule: 'first', file: place.file, line: 8 },
      { rule: 'second', file: place.more, line: 4 },
    ],
    deliveries: [{ destination: 'bot-1' }, { destination: 'bot-2' }],
  });
});

test('send takes groups and patterns, each destination once, and refuses a pattern that stands for none', async () => {
  using place = workplace();
  const { out: output } = await place.run('send', 'bots', 'bot-1', '*-2', '--json');
  expect(JSON.parse(output)).toMatchObject([
    { destination: 'bot-1', reason: 'dry_run' },
    { destination: 'bot-2', reason: 'dry_run' },
  ]);
  const { exitCode, err: errors } = await place.run('send', 'bto-*');
  expect(errors).toContain('bto-* stands for no destination; there is: bot-1, bot-2, bots');
  expect(exitCode).toBe(1);
});
