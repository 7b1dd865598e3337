/**
 * Receivers and a feed that repeat what they were sent, in every encoding and cut anywhere: nothing of it is in
 * the log, the store, an answer over HTTP, an alert or the output of a command.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { Arrivals } from '../../src/simulator/arrivals.ts';
import { type BotServer, startBotServer } from '../../src/simulator/bot-server.ts';
import { ENDPOINTS } from '../../src/web/api/endpoints.ts';
import { pageRoutes } from '../../src/web/page/routes.ts';
import type { ShownOps } from '../../src/web/redacted-ops.ts';
import { AwkwardFeed } from '../support/awkward-feed.ts';
import { Workplace } from '../support/program.ts';
import { seededRandom } from '../support/seeded-random.ts';

const LETTERS = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789';

const hexOf = (text: string) => Buffer.from(text).toString('hex');
const ENCODINGS: readonly ((text: string) => string)[] = [
  (text) => text,
  (text) => encodeURIComponent(text),
  (text) => encodeURIComponent(encodeURIComponent(text)),
  (text) => JSON.stringify(text).replaceAll('/', '\\/'),
  (text) => JSON.stringify(JSON.stringify(text)),
  (text) => text.replace(/[&<>"'/=]/g, (mark) => `&#${mark.charCodeAt(0)};`),
  (text) => hexOf(text).replace(/../g, '%$&'),
  (text) => Buffer.from(text).toString('base64'),
  (text) => hexOf(text),
  (text) => JSON.stringify(Buffer.from(text)),
  (text) => hexOf(text).replace(/../g, '$& '),
  (text) => text.replace(/.{7}/g, '$&\u200b'),
];

/** Statuses that mean something else each: refused, gone, limited, failed, taken, moved. */
const STATUSES = [400, 403, 404, 429, 500, 502, 200, 302, 422, 503, 401];

/** Answers with parts of what it was sent: in the status line, in headers, in the body. */
class Echo implements AsyncDisposable {
  readonly requests = new Arrivals<string>('request');
  readonly #random: () => number;
  readonly #server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const sent = `${request.method} ${request.url} ${headersOf(request)} ${Buffer.concat(chunks)}`;
      const number = this.requests.all.length;
      const encoded = this.#pick(ENCODINGS)(sent);
      const start = Math.floor(this.#random() * encoded.length);
      const part = this.#random() < 0.5 ? encoded : encoded.slice(start, start + 40 + this.#random() * 400);
      const ascii = part.replace(/[^\x20-\x7e]/g, '.');
      response.writeHead(STATUSES[number % STATUSES.length] ?? 200, ascii.slice(0, 200), {
        'x-echo': ascii.slice(0, 2000),
        'x-ratelimit-bucket': ascii.slice(0, 200),
        location: `https://elsewhere.example.com/${encodeURIComponent(ascii.slice(0, 500))}`,
        'content-type': this.#random() < 0.5 ? 'text/html' : 'application/json',
      });
      const form = this.#pick([
        part,
        JSON.stringify({ ok: false, error_code: 400, description: part, message: part, code: 0 }),
      ]);
      response.end(form);
      this.requests.add(sent);
    });
  });

  constructor(seed: number) {
    this.#random = seededRandom(seed);
  }

  #pick<Item>(items: readonly Item[]): Item {
    return items[Math.floor(this.#random() * items.length)] as Item;
  }

  async start(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', () => resolve()));
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

const headersOf = ({ rawHeaders }: IncomingMessage) => rawHeaders.join(': ');

/** Twelve characters of a secret in any form in which it was repeated; in hex and percent that is more. */
function leaksIn(text: string, secrets: Readonly<Record<string, string>>): string[] {
  const lower = text.toLowerCase();
  return Object.entries(secrets).flatMap(([name, secret]) => {
    const windows = Array.from({ length: secret.length - 11 }, (_, at) => secret.slice(at, at + 12));
    const forms = windows.flatMap((part) => [
      part,
      hexOf(part),
      hexOf(part).replace(/../g, '%$&'),
      ...[0, 1, 2].map((pad) =>
        Buffer.from('x'.repeat(pad) + part)
          .toString('base64')
          .slice(pad === 0 ? 0 : pad + 1, -4),
      ),
    ]);
    return forms
      .map((form) => lower.indexOf(form.toLowerCase()))
      .filter((at) => at !== -1)
      .map((at) => `${name}: …${text.slice(Math.max(0, at - 80), at + 40)}`);
  });
}

const SEED = Number(process.env['SEED'] ?? 7);

test(`nothing that a far end repeats gets anywhere (SEED=${SEED})`, async () => {
  const random = seededRandom(SEED);
  const secretOf = (length: number) =>
    Array.from({ length }, (_, at) =>
      at % 5 === 4 ? String(Math.floor(random() * 10)) : LETTERS[Math.floor(random() * 52)],
    ).join('');
  const secrets = {
    key: hexOf(secretOf(32)),
    discord: secretOf(68),
    telegram: secretOf(35),
    path: secretOf(24),
    query: secretOf(20),
    header: secretOf(40),
    password: secretOf(18),
    passphrase: secretOf(16),
    admin: secretOf(32),
  };
  await using echo = new Echo(SEED);
  const origin = await echo.start();
  await using feed = await AwkwardFeed.start();
  feed.script = (peer) => {
    peer.accept();
    const { key } = secrets;
    peer.binary({ type: 'welcome', tier: `of ${key}`, allowedCex: ['upbit', key], [key]: 5 });
  };
  await using refusing = await AwkwardFeed.start();
  refusing.script = (peer) =>
    peer.refuse(403, `<html>your key dsk_${secrets.key} is bad: ${encodeURIComponent(secrets.key)}</html>`);
  const ops: BotServer = await startBotServer({});
  await using _ops = { [Symbol.asyncDispose]: () => ops.close() };
  const env = {
    KEY: `dsk_${secrets.key}`,
    HOOK: `${origin}/api/webhooks/123456789012345678/${secrets.discord}`,
    BOT_TOKEN: `123456789:${secrets.telegram}`,
    ADMIN: secrets.admin,
    NAME: 'binance-and-others',
  };
  const lively =
    'rateLimit: { limit: 1000, per: 1s }, retry: { minDelay: 20ms, maxDelay: 50ms, attempts: 3 }, maxAge: 20s';
  using workplace = new Workplace(`feeds:
  - { name: "\${NAME}", url: "${feed.url}", apiKey: "\${KEY}", selfTest: false }
  - { name: refusing, url: "${refusing.url}", apiKey: "\${KEY}", selfTest: false }
destinations:
  chat: { type: discord, webhookUrl: "\${HOOK}", ${lively} }
  group: { type: telegram, botToken: "\${BOT_TOKEN}", chatId: 4242, apiUrl: "${origin}", ${lively} }
  bot:
    type: webhook
    url: "${origin.replace('http://', `http://me:${secrets.password}@`)}/hooks/${secrets.path}?sig=${secrets.query}"
    headers: { Authorization: "Bearer ${secrets.header}" }
    body: { title: "{{ title }}", login: { passphrase: "${secrets.passphrase}" } }
    rateLimit: { limit: 1000, per: 1s }
    retry: { minDelay: 20ms, maxDelay: 50ms, attempts: 3 }
    maxAge: 20s
  ops: { type: webhook, url: "${ops.url}/ops" }
rules:
  - { name: all, match: {}, send: [chat, group, bot] }
alerts: { send: [ops], feedDownAfter: 1s }
store: { path: ./bridge.db }
server: { port: 0, token: "\${ADMIN}" }
log: { format: json, level: debug }
`);
  const said: string[] = [];
  {
    await using bridge = workplace.start(['run'], env);
    await bridge.event('feed.live');
    const { url } = await bridge.event('bridge.started');
    const peer = await feed.peer();
    const { key } = secrets;
    peer.binary({ type: 'error', code: `no ${key}`, message: env.KEY });
    peer.binary({
      type: `new_${key.slice(4, 40)}`,
      [key]: 1,
      listing: `BTC ${Buffer.from(env.KEY).toString('base64')}`,
    });
    peer.binary(`{"type":"announcement","oops":"${key}"`);
    for (let number = 0; number < 12; number++) {
      const quoted = number % 4 === 0 ? ` for ${number % 8 === 0 ? env.KEY : key.slice(9, 33)}` : '';
      peer.binary({
        ...{ type: 'announcement', publisher: 'upbit', listingType: 'spot_listing', ticker: `T${number}` },
        title: `T${number} is listed${quoted}`,
        ...(number === 3 && { debug: { headers: { 'X-API-Key': env.KEY } } }),
      });
      // One after the other, so that each answer is to another one.
      await echo.requests.waitFor(number + 1);
    }
    await bridge.log.waitFor((line) => line.msg === 'delivery.attempted' || line.msg === 'delivery.dead');
    await ops.waitFor(1);
    // While it is connected, its own words about itself are shown.
    said.push(...(await everyAnswer(String(url), { authorization: `Bearer ${secrets.admin}` })));
    peer.close(1008, `bad key ${key.slice(0, 40)}`);
    await bridge.event('feed.lost');
    const headers = { authorization: `Bearer ${secrets.admin}` };
    said.push(...(await everyAnswer(String(url), headers)));
    said.push(ops.requests.map(({ body }) => JSON.stringify(body)).join('\n'));
    for (const args of [['status', '--url', String(url)], ['deliveries'], ['deliveries', '--json']]) {
      const command = workplace.start(args, env);
      await command.finished;
      said.push(command.stdout + command.stderr);
    }
    bridge.kill('SIGTERM');
    await bridge.finished;
    said.push(bridge.stderr);
  }
  const ids = [...new Set([...said.join('\n').matchAll(/"id": ?"([\w-]+-\d+)"/g)].map(([, id = '']) => id))];
  for (const id of ids.slice(0, 6)) {
    const command = workplace.start(['deliveries', 'show', id], env);
    await command.finished;
    said.push(command.stdout + command.stderr);
  }
  for (const name of ['check', 'explain --publisher upbit --title x --ticker ABC']) {
    const command = workplace.start(name.split(' '), env);
    await command.finished;
    said.push(command.stdout + command.stderr);
  }
  for (const name of readdirSync(workplace.folder).filter((file) => file.startsWith('bridge.db')))
    said.push(readFileSync(join(workplace.folder, name)).toString('latin1'));

  expect(echo.requests.all.length).toBeGreaterThan(11);
  expect(ids.length).toBeGreaterThan(0);
  const { key, ...ours } = secrets;
  expect(said.flatMap((text) => leaksIn(text, { key, ...ours }))).toEqual([]);
  // It was repeated, and it was hidden; and a word from the environment is no secret.
  expect(said.join('\n')).toContain('<redacted>');
  expect(said.join('\n')).toContain('binance-and-others');
});

/** Every answer of the HTTP side: health, the API, every page. */
async function everyAnswer(url: string, headers: Readonly<Record<string, string>>): Promise<string[]> {
  const said: string[] = [];
  const ask = async (path: string, init: RequestInit = {}) => {
    const text = await (await fetch(url + path, { ...init, headers })).text();
    said.push(`${path}\n${text}`);
    return text;
  };
  for (const path of ['/readyz', '/metrics', '/healthz', '/api/openapi.json']) await ask(path);
  const [known] = JSON.parse(await ask('/api/deliveries')).deliveries;
  for (const { method, path, example, needs } of ENDPOINTS) {
    const filled = example.path.replace('ID', path.includes('announcements') ? known.announcement : known.id);
    const body = example.body === undefined ? undefined : JSON.stringify(example.body);
    if (needs === 'read') await ask(filled, { method, ...(body !== undefined && { body }) });
  }
  for (const { method, path } of pageRoutes({} as ShownOps).routes)
    if (method === 'GET' && !path.startsWith('/assets/'))
      await ask(`${path.replace(/:\w+/, known.announcement)}?title=ABC+is+listed&ticker=ABC`);
  return said;
}
