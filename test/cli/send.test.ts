/** `send`: what a real delivery carries, marked as a sample; where it goes and where it does not; its answer in words. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingHttpHeaders, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { loadConfig } from '../../src/config/load.ts';
import { ownBudgetKey } from '../../src/delivery/budget-book.ts';
import { typeOf } from '../../src/destinations/registry.ts';
import { openStore } from '../../src/outbox/store.ts';
import { systemClock } from '../../src/platform/clock.ts';
import { runCommandLine } from '../support/command.ts';
import { startConnectProxy } from '../support/connect-proxy.ts';

interface Received {
  readonly url: string | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'send-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

async function receiver(answer: RequestListener = (_request, response) => void response.end('ok')) {
  const received: Received[] = [];
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk) => {
      body += chunk;
    });
    request.on('end', () => {
      const { url, headers } = request;
      received.push({ url, headers, body });
      answer(request, response);
    });
  });
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { received, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

const SECRET = `whsec_${Buffer.alloc(32, 's').toString('base64')}`;

const configOf = (url: string, more = '') => `feeds:
  - { name: tokyo, url: "ws://127.0.0.1:1", apiKey: "\${KEY}" }
destinations:
  bot: { type: webhook, url: "${url}/bot", secret: "\${SECRET}", maxAge: 5s, warm: false, body: { buy: "{{ title }}" } }
  old: { type: webhook, url: "${url}/old", maxAge: false, warm: false }
  dry: { type: webhook, url: "${url}/dry", dryRun: true, warm: false }
rules:
  - { name: orders, match: { listingType: spot_listing }, send: [{ to: bot, template: order }, old] }
  - { name: all, match: {}, send: [bot, old, dry] }
templates:
  order: { body: { order: "{{ tickers | join: ',' }}" } }
${more}`;

const write = (text: string) => writeFileSync(join(folder, 'config.yaml'), text);
const send = (...args: readonly string[]) =>
  runCommandLine(['send', ...args, '-c', join(folder, 'config.yaml')], {
    env: { KEY: `dsk_${'0'.repeat(64)}`, SECRET },
  });

describe('what a sample carries', () => {
  test('regression: every header of a real delivery, and the mark of a sample', async () => {
    const { received, url } = await receiver();
    write(configOf(url));
    const beforeMs = Date.now();
    expect(await send('bot')).toMatchObject({
      exitCode: 0,
      out: expect.stringMatching(/^✓ bot {2}delivered in [\d.]+m?s\. \[HTTP 200\]$/),
    });
    const { headers = {}, body = '' }: Partial<Received> = received[0] ?? {};
    expect(headers).toMatchObject({
      'webhook-id': expect.stringMatching(/^[0-9a-z]{16}-0$/),
      'webhook-timestamp': expect.stringMatching(/^\d+$/),
      'webhook-signature': expect.stringMatching(/^v1,/),
      'x-listing-bridge-attempt': '1',
      'x-listing-bridge-sample': 'true',
      'user-agent': expect.stringMatching(/^listing-bridge\//),
    });
    const expiresMs = Date.parse(String(headers['x-listing-bridge-expires']));
    expect(expiresMs).toBeGreaterThan(beforeMs + 4000);
    expect(expiresMs).toBeLessThanOrEqual(Date.now() + 5000);
    expect(JSON.parse(body)).toEqual({ buy: 'SAMPLE from listing-bridge: not a real announcement' });
  });

  test('without a maxAge there is no end to name', async () => {
    const { received, url } = await receiver();
    write(configOf(url));
    await send('old');
    expect(received[0]?.headers['x-listing-bridge-expires']).toBeUndefined();
  });

  test('regression: `--rule` takes that rule’s template, and alone its destinations', async () => {
    const { received, url } = await receiver();
    write(configOf(url));
    expect((await send('bot', '--rule', 'orders')).exitCode).toBe(0);
    expect((await send('--rule', 'orders')).exitCode).toBe(0);
    expect(received.map(({ url: path, body }) => [path, path === '/bot' ? JSON.parse(body) : ''])).toEqual([
      ['/bot', { order: 'SAMPLE' }],
      ['/bot', { order: 'SAMPLE' }],
      ['/old', ''],
    ]);
  });
});

describe('where it goes', () => {
  test('regression: a dryRun destination is refused without --force', async () => {
    const { received, url } = await receiver();
    write(configOf(url));
    expect(await send('dry')).toMatchObject({
      exitCode: 1,
      out: '! dry  not sent. It has `dryRun: true`, so the bridge sends nothing there; --force sends the sample for real. [dry_run]',
    });
    expect(received).toEqual([]);
    expect((await send('dry', '--force')).exitCode).toBe(0);
    expect(received).toHaveLength(1);
  });

  test('several, and all but what is a dry run', async () => {
    const { received, url } = await receiver();
    write(configOf(url));
    expect((await send('old', 'bot', 'old')).exitCode).toBe(0);
    expect((await send('--all')).exitCode).toBe(0);
    expect(received.map(({ url: path }) => path)).toEqual(['/old', '/bot', '/bot', '/old']);
  });

  test('regression: nothing goes where the bridge pauses, without --force', async () => {
    const { received, url } = await receiver();
    write(configOf(url));
    const { config } = loadConfig({ file: join(folder, 'config.yaml'), env: { KEY: 'k', SECRET } });
    const options = config?.destinations['old'];
    if (config === undefined || options === undefined) throw new Error('the config of this test is sound');
    const store = openStore(config.store.path, systemClock, () => undefined);
    store.outbox.pause(
      ownBudgetKey('old', typeOf(options, config.types).budgets(options).farEnd),
      systemClock.wallMs() + 60_000,
    );
    await store.close();
    expect(await send('old')).toMatchObject({
      exitCode: 1,
      out: expect.stringMatching(
        /^! old {2}not sent\. The bridge has paused it for another .*, as the platform requested; .* \[paused\]$/,
      ),
    });
    expect((await send('bot')).exitCode).toBe(0);
    expect((await send('old', '--force')).exitCode).toBe(0);
    expect(received.map(({ url: path }) => path)).toEqual(['/bot', '/old']);
  });

  test.each([
    [[], 2, 'Nothing to send to: name destinations, or give --all'],
    [['bot', '--all'], 2, 'Nothing to send to: name destinations, or give --all'],
    [['bott'], 1, 'No destination bott in the config (did you mean "bot"?); there is: bot, old, dry'],
    [
      ['bot', '--rule', 'order'],
      1,
      'No rule order in the config (did you mean "orders"?); there is: orders, all',
    ],
    [['dry', '--rule', 'orders'], 1, 'The rule orders does not send to dry; it sends to: bot, old'],
  ])('%j is exit code %i', async (args, exitCode, err) => {
    write(configOf('http://127.0.0.1:1'));
    expect(await send(...args)).toMatchObject({ exitCode, out: '', err: expect.stringContaining(err) });
  });

  test('regression: with a mistake elsewhere in the config it goes on; with one in the destination it does not', async () => {
    const { received, url } = await receiver();
    write(configOf(url).replace('maxAge: false', 'maxAge: soon'));
    const sent = await send('bot');
    expect(sent.exitCode).toBe(0);
    expect(sent.err).toContain('has 1 problem, which `listing-bridge check` shows');
    const broken = await send('old');
    expect(broken).toMatchObject({
      exitCode: 1,
      err: expect.stringContaining('`maxAge` must be a duration'),
    });
    expect((await send('--all')).exitCode).toBe(1);
    write(configOf(url).replace('{{ title }}', '{{ titel }}'));
    expect(await send('bot')).toMatchObject({ exitCode: 1, err: expect.stringContaining('titel') });
    write(`${configOf(url)}\n  ]: {`);
    expect((await send('bot')).exitCode).toBe(1);
    expect(received).toHaveLength(1);
  });
});

describe('regression: what came back, in words', () => {
  test('nobody listens', async () => {
    write(configOf('http://127.0.0.1:1'));
    expect(await send('bot')).toMatchObject({
      exitCode: 1,
      out: expect.stringMatching(
        /^✗ bot {2}not delivered\. Nothing listens at 127\.0\.0\.1:1 \(connect ECONNREFUSED\): start the bot or correct `url`\. \[unreachable; run would retry\]$/,
      ),
    });
  });

  test.each([
    [400, /^✗ bot {2}not delivered\. .* \[message_refused, HTTP 400; run would not retry\]/],
    [401, /\[unauthorized, HTTP 401; run would (suspend it|retry)\]/],
    [404, /\[gone, HTTP 404; run would (suspend it|retry)\]/],
    [503, /\[server_error, HTTP 503; run would retry\]/],
  ])('HTTP %i', async (status, words) => {
    const { url } = await receiver(
      (_request, response) => void response.writeHead(status).end('no \u001b[31m'),
    );
    write(configOf(url));
    const { exitCode, out } = await send('bot');
    expect(exitCode).toBe(1);
    expect(out).toMatch(words);
    expect(out).not.toContain('\u001b');
  });

  test('--json: one object for one destination, a list for several', async () => {
    const { url } = await receiver((_request, response) => void response.writeHead(400).end('no'));
    write(configOf(url));
    const one = JSON.parse((await send('bot', '--json')).out);
    expect(one).toMatchObject({
      destination: 'bot',
      outcome: 'reject',
      reason: 'message_refused',
      status: 400,
    });
    expect(one).toMatchObject({
      detail: expect.any(String),
      advice: expect.any(String),
      tookMs: expect.any(Number),
    });
    expect(JSON.parse((await send('bot', 'old', '--json')).out)).toHaveLength(2);
    expect(JSON.parse((await send('dry', '--json')).out)).toMatchObject({
      outcome: 'not_sent',
      reason: 'dry_run',
    });
  });
});

test('regression: a sample takes the proxy of the environment, as a real delivery does', async () => {
  const { received, url } = await receiver();
  await using proxy = await startConnectProxy({ resolve: () => '127.0.0.1' });
  const { port } = new URL(url);
  write(configOf(`http://bot.bridge.test:${port}`));
  const args = ['send', 'bot', '-c', join(folder, 'config.yaml')];
  const env = { KEY: `dsk_${'0'.repeat(64)}`, SECRET, http_proxy: `http://127.0.0.1:${proxy.port}` };
  const sent = await runCommandLine(args, { env });
  expect([sent.exitCode, sent.out]).toEqual([0, expect.stringContaining('delivered in')]);
  expect([proxy.asked, received.length]).toEqual([[`bot.bridge.test:${port}`], 1]);
  const around = await runCommandLine(args, { env: { ...env, NO_PROXY: '.bridge.test' } });
  expect([around.exitCode, proxy.asked.length]).toEqual([1, 1]);
});
