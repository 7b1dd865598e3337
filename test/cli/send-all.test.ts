/** `send` to several: at once, within every budget that they share, in the order of the config, and until Ctrl-C. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { loadConfig } from '../../src/config/load.ts';
import { newsOf } from '../../src/delivery/content.ts';
import { openStore } from '../../src/outbox/store.ts';
import { systemClock } from '../../src/platform/clock.ts';
import { type CommandOptions, runCommandLine } from '../support/command.ts';
import { FaultyServer } from '../support/faulty-server.ts';
import { announcementAt, attemptOf, deliveriesOf } from '../support/outbox.ts';

let folder = '';
let scope = new AsyncDisposableStack();
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'send-all-'));
});
afterEach(async () => {
  rmSync(folder, { recursive: true, force: true });
  await scope.disposeAsync();
  scope = new AsyncDisposableStack();
});

const write = (destinations: readonly string[], more = '') =>
  writeFileSync(
    join(folder, 'config.yaml'),
    `feeds:
  - { name: tokyo, url: "ws://127.0.0.1:1", apiKey: "\${KEY}" }
destinations:
${destinations.map((line) => `  ${line}\n`).join('')}rules:
  - { name: all, match: {}, send: [${destinations.map((line) => line.split(':')[0]).join(', ')}] }
${more}`,
  );

const env = { KEY: `dsk_${'0'.repeat(64)}` };
const send = (args: readonly string[], options: CommandOptions = {}) =>
  runCommandLine(['send', ...args, '-c', join(folder, 'config.yaml')], { ...options, env });

const WEBHOOK = 'api/webhooks/123456789012345678/aVerySecretWebhookToken0123456789';
const taken = { status: 200, headers: { 'content-type': 'application/json' }, body: '{"id":"1"}' };

test('all at once, printed in the order of the config as they finish', async () => {
  const fast = scope.use(await FaultyServer.start({ status: 204 }));
  const slow = scope.use(
    await FaultyServer.start({ until: fast.receivedAtLeast(2), reply: { status: 202 } }),
  );
  write([
    `slow: { type: webhook, url: "${slow.origin}", warm: false }`,
    `fast: { type: webhook, url: "${fast.origin}/1", warm: false }`,
    `bad: { type: webhook, url: "${fast.origin}/2", warm: false, success: { status: 200 } }`,
  ]);
  const { exitCode, out } = await send(['--all']);
  expect(out.split('\n').map((line) => line.replace(/in [\d.]+m?s/, 'in 1ms'))).toEqual([
    '✓ slow  delivered in 1ms. [HTTP 202]',
    '✓ fast  delivered in 1ms. [HTTP 204]',
    expect.stringMatching(
      /^✗ bad {2}not delivered\. .*`success`.* \[unconfirmed, HTTP 204; run would not retry\]$/,
    ),
    '2 of 3 delivered',
  ]);
  expect(exitCode).toBe(1);
});

test('never beyond a budget that several share; Ctrl-C ends it and says who was not tried', async () => {
  const discord = scope.use(await FaultyServer.start(taken));
  const one = (name: string, more: string) =>
    `${name}: { type: discord, webhookUrl: "${discord.origin}/${WEBHOOK}", warm: false${more} }`;
  // One webhook, and so one bucket: the strictest limit holds for all.
  write([
    one('a', ''),
    one('b', ', threadId: "223456789012345678"'),
    one('c', ', rateLimit: { limit: 2, per: 1h }'),
  ]);
  const interrupt = new AbortController();
  const { exitCode, out } = await send(['--all'], {
    signal: interrupt.signal,
    onPrint: (lines) => lines === 2 && interrupt.abort(),
  });
  expect(out).toMatch(
    /^✓ a {2}delivered.*\n✓ b {2}delivered.*\n! Interrupted\. Not tried: c\. \[interrupted\]\n2 of 3 delivered$/,
  );
  expect(exitCode).toBe(1);
  expect(discord.received).toHaveLength(2);
});

test('regression: the limit of Discord’s webhooks, five at once, without a rateLimit', async () => {
  const discord = scope.use(await FaultyServer.start(taken));
  const names = ['a', 'b', 'c', 'd', 'e', 'f', 'g'];
  write(
    names.map(
      (name, index) =>
        `${name}: { type: discord, webhookUrl: "${discord.origin}/${WEBHOOK}", warm: false, threadId: "22345678901234567${index}" }`,
    ),
  );
  const interrupt = new AbortController();
  const onPrint = (lines: number) => lines === 5 && interrupt.abort();
  const { out } = await send(['--all'], { signal: interrupt.signal, onPrint });
  expect(out).toContain('Not tried: f, g.');
  expect(discord.received).toHaveLength(5);
});

test('the bridge’s own requests count: they stand in its store', async () => {
  const server = scope.use(await FaultyServer.start({ status: 204 }));
  write([
    `bot: { type: webhook, url: "${server.origin}", warm: false, rateLimit: { limit: 2, per: 1h } }`,
    `other: { type: webhook, url: "${server.origin}", warm: false }`,
  ]);
  const { config } = loadConfig({ file: join(folder, 'config.yaml'), env });
  if (config === undefined) throw new Error('the config of this test is sound');
  const store = openStore(config.store.path, systemClock, () => undefined);
  const nowMs = systemClock.monotonicMs();
  for (const ordinal of [1, 2]) {
    const content = newsOf(announcementAt(ordinal, nowMs - 1000));
    for (const delivery of deliveriesOf(content.announcement, 'bot')) {
      store.outbox.record(content, [delivery]);
      store.outbox.settle([attemptOf(delivery, { startedMs: nowMs - 500, durationMs: 10 })]);
    }
  }
  await store.close();
  const interrupt = new AbortController();
  const { out } = await send(['other', 'bot'], {
    signal: interrupt.signal,
    onPrint: () => interrupt.abort(),
  });
  expect(out).toMatch(/^✓ other {2}delivered.*\n! Interrupted\. Not tried: bot\./);
  expect(server.received).toHaveLength(1);
});

test('an answer that asks for a pause holds back what shares its budget', async () => {
  const limited = {
    status: 429,
    headers: { 'content-type': 'application/json', 'retry-after': '40' },
    body: JSON.stringify({ message: 'You are being rate limited.', retry_after: 40, global: false }),
  };
  const discord = scope.use(await FaultyServer.start(limited));
  const other = scope.use(await FaultyServer.start({ status: 204 }));
  const url = `${discord.origin}/${WEBHOOK}`;
  write([
    `a: { type: discord, webhookUrl: "${url}", warm: false, rateLimit: { limit: 1, per: 1h } }`,
    `b: { type: discord, webhookUrl: "${url}", warm: false, threadId: "223456789012345678" }`,
    `c: { type: webhook, url: "${other.origin}", warm: false }`,
  ]);
  const { exitCode, out } = await send(['--all']);
  expect(out).toMatch(
    /^✗ a {2}not delivered\. Discord wants fewer messages here\. .* It asks for a pause of 40s\. .* \[rate_limited, HTTP 429; run would retry\]\n/,
  );
  expect(out).toMatch(
    /\n! b {2}not sent\. An answer to another sample has just asked for a pause of (40|39\.\d)s; try again after it\. \[paused\]\n/,
  );
  expect(out).toMatch(/\n✓ c {2}delivered.*\n1 of 3 delivered$/);
  expect(exitCode).toBe(1);
  expect(discord.received).toHaveLength(1);
});

test('one that is under way at Ctrl-C is cut, and the line says that it may have arrived', async () => {
  const server = scope.use(await FaultyServer.start({ fault: 'stall' }));
  write([`bot: { type: webhook, url: "${server.origin}", warm: false }`]);
  const interrupt = new AbortController();
  void server.actedAtLeast(1).then(() => interrupt.abort());
  const { exitCode, out } = await send(['bot'], { signal: interrupt.signal });
  expect(out).toMatch(
    /^✗ bot {2}not delivered\. 127\.0\.0\.1:\d+ has the request and gave no full answer before the interruption: it may or may not have acted\. .*\[timeout; run would retry\]$/,
  );
  expect(exitCode).toBe(1);
});

test('orders that nobody named are announced before anything is sent', async () => {
  const server = scope.use(await FaultyServer.start({ status: 204 }));
  write([
    `order: { type: webhook, url: "${server.origin}/1", warm: false, body: { side: buy } }`,
    `marked: { type: webhook, url: "${server.origin}/2", warm: false, body: { text: "{{ title }}" } }`,
    `plain: { type: webhook, url: "${server.origin}/3", warm: false }`,
    `dry: { type: webhook, url: "${server.origin}/4", warm: false, dryRun: true, body: { side: buy } }`,
  ]);
  expect((await send(['--all'])).err).toMatch(/^! order {2}gets a real request: [^\n]*$/);
  expect((await send(['order'])).err).toBe('');
});

test('only dry runs: nothing has arrived, which is not fine', async () => {
  write(['dry: { type: webhook, url: "http://127.0.0.1:1", warm: false, dryRun: true }']);
  expect(await send(['--all'])).toMatchObject({ exitCode: 1, out: expect.stringContaining('[dry_run]') });
});

test('80 and 120 columns hold every line, and colours change no text', async () => {
  const server = scope.use(await FaultyServer.start({ status: 404, body: 'no '.repeat(200) }));
  write([
    `bot: { type: webhook, url: "${server.origin}", warm: false, body: { side: buy } }`,
    'down: { type: webhook, url: "http://127.0.0.1:1", warm: false }',
  ]);
  for (const columns of [80, 120]) {
    const { out, err } = await send(['--all'], { columns });
    for (const line of `${out}\n${err}`.split('\n')) expect(line.length).toBeLessThanOrEqual(columns);
    const coloured = await send(['--all'], { columns, hasColors: true });
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
    const stripped = coloured.out.replaceAll(/\u001b\[\d+m/g, '');
    expect(stripped).toBe(out);
    expect(coloured.out).not.toBe(out);
  }
});
