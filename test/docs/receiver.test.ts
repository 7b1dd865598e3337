/** The receivers of docs/webhooks.md, run as they stand: against the real bridge, and against requests signed by the library. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Webhook } from 'standardwebhooks';
import { describe, expect, test } from 'vitest';
import { Arrivals } from '../../src/simulator/arrivals.ts';
import { startFeedServer } from '../../src/simulator/feed-server.ts';
import { Workplace } from '../support/program.ts';

const SECRET = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;

interface Receiver extends AsyncDisposable {
  readonly url: string;
  /** The lines that it printed after its address. */
  readonly acts: Arrivals<string>;
}

async function startReceiver(command: string, file: string): Promise<Receiver> {
  const child = spawn(command, [join(import.meta.dirname, '../../docs/recipes', file)], {
    env: { PATH: process.env['PATH'] ?? '', BOT_SECRET: SECRET, PORT: '0' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const acts = new Arrivals<string>('act of the receiver');
  const lines = createInterface(child.stdout);
  const [first] = await once(lines, 'line');
  lines.on('line', (line) => acts.add(line));
  return {
    url: `http://127.0.0.1:${String(first).split(' ').at(-1)}/signal`,
    acts,
    [Symbol.asyncDispose]: async () => {
      child.kill();
      await once(child, 'exit');
    },
  };
}

interface Taken {
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  readonly status: number;
}

/** A network between the two: `lose` = the receiver has it, and its answer is lost; `keep` = it is taken and never handed on. */
async function startWire(target: string) {
  const taken = new Arrivals<Taken>('request on the wire');
  const faults: ('lose' | 'keep')[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const body = Buffer.concat(chunks).toString();
    const { headers } = request;
    const fault = faults.shift();
    const status = fault === 'keep' ? 200 : await deliver(target, headers, body);
    taken.add({ headers, body, status });
    if (fault === 'lose') request.socket.destroy();
    else response.writeHead(status).end();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/signal`,
    taken,
    faults,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

/** As it came, but for the headers of the connection, which are those of a new one. */
async function deliver(url: string, headers: IncomingHttpHeaders, body: string): Promise<number> {
  const own = Object.entries(headers).filter(([name]) => /^(?:content-type|webhook-|x-)/.test(name));
  const response = await fetch(url, { method: 'POST', headers: own as [string, string][], body });
  return response.status;
}

const CONFIG = `feeds: [{ name: tokyo, url: "\${FEED_URL}", apiKey: "\${FEED_KEY}", selfTest: false }]
destinations:
  bot: { type: webhook, url: "\${BOT_URL}", secret: "\${BOT_SECRET}", forEach: ticker, body: { symbol: "{{ ticker }}USDT" }, maxAge: 5m }
rules: [{ name: all, match: {}, send: [bot] }]
server: false
`;

const listing = (ticker: string) => ({
  publisher: 'upbit',
  listingType: 'spot_listing',
  ticker,
  title: `${ticker} is listed`,
});

const act = (ticker: string) => `act on {"symbol":"${ticker}USDT"}`;

const PAST = new Date(Date.now() - 1000).toISOString();

describe.each([
  ['receiver.mjs', process.execPath],
  ['receiver.py', 'python3'],
])('%s', (file, command) => {
  test('acts once on each order of the real bridge, whatever is lost, forged, replayed or late', async () => {
    await using receiver = await startReceiver(command, file);
    await using wire = await startWire(receiver.url);
    const feed = await startFeedServer();
    await using _ = { [Symbol.asyncDispose]: () => feed.close() };
    using workplace = new Workplace(CONFIG);
    await using bridge = workplace.start(['run'], {
      FEED_URL: feed.url,
      FEED_KEY: `dsk_${'0'.repeat(64)}`,
      BOT_URL: wire.url,
      BOT_SECRET: SECRET,
    });
    await bridge.event('feed.live');

    wire.faults.push('lose');
    feed.announce(listing('ABC'));
    const [first, again] = await wire.taken.waitFor(2);
    expect(again?.headers['webhook-id']).toBe(first?.headers['webhook-id']);
    expect([first, again].map((one) => [one?.status, one?.headers['x-listing-bridge-attempt']])).toEqual([
      [200, '1'],
      [200, '2'],
    ]);

    wire.faults.push('keep');
    feed.announce(listing('DEF'));
    const kept = await wire.taken.waitFor(({ body }) => body.includes('DEF'));
    const post = (change: IncomingHttpHeaders, body = kept.body) =>
      deliver(receiver.url, { ...kept.headers, ...change }, body);
    expect(await post({}, kept.body.replace('DEF', 'XYZ'))).toBe(401);
    expect(await post({ 'webhook-id': 'another' })).toBe(401);
    expect(await post({ 'webhook-timestamp': '1' })).toBe(401);
    expect(await post({ 'x-listing-bridge-expires': PAST })).toBe(200);
    expect(await post({})).toBe(200);
    expect(await post({})).toBe(200);

    feed.announce(listing('GHI'));
    await wire.taken.waitFor(4);
    expect(await receiver.acts.waitFor(3)).toEqual(['ABC', 'DEF', 'GHI'].map(act));
  });

  test('acts once on a signed request, never on a late, forged or replayed one', async () => {
    await using receiver = await startReceiver(command, file);
    const post = (id: string, change: IncomingHttpHeaders = {}, at = new Date()) => {
      const body = JSON.stringify({ symbol: `${id}USDT` });
      const signed = {
        'webhook-id': id,
        'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
        'webhook-signature': new Webhook(SECRET).sign(id, at, body),
        'x-listing-bridge-expires': new Date(Date.now() + 600_000).toISOString(),
      };
      return deliver(receiver.url, { ...signed, ...change }, body);
    };
    const other = new Webhook(`whsec_${Buffer.alloc(32, 8).toString('base64')}`);
    const now = new Date();
    const both = [
      other.sign('NEW', now, '{"symbol":"NEWUSDT"}'),
      new Webhook(SECRET).sign('NEW', now, '{"symbol":"NEWUSDT"}'),
    ];
    expect(await post('FORGED', { 'webhook-signature': 'v1,AAAA' })).toBe(401);
    expect(await post('FORGED', { 'webhook-signature': '' })).toBe(401);
    expect(await post('MOVED', { 'webhook-id': 'OTHER' })).toBe(401);
    expect(await post('OLD', {}, new Date(Date.now() - 600_000))).toBe(400);
    expect(await post('LATE', { 'x-listing-bridge-expires': PAST })).toBe(200);
    expect(await post('SAMPLE', { 'x-listing-bridge-sample': 'true' })).toBe(200);
    expect(await post('ABC')).toBe(200);
    expect(await post('ABC')).toBe(200);
    expect(await post('NEW', { 'webhook-signature': both.join(' ') }, now)).toBe(200);
    expect(await receiver.acts.waitFor(2)).toEqual(['ABC', 'NEW'].map(act));
  });
});
