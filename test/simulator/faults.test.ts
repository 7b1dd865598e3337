/** Each named fault does to a real client what its description says. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { FAULT_EVERY_MS, FAULTS, faultNamed } from '../../src/simulator/fault-list.ts';
import { UPGRADE_NOTICE } from '../../src/simulator/feed-frames.ts';
import { type FeedServer, startFeedServer } from '../../src/simulator/feed-server.ts';
import { GARBAGE } from '../../src/simulator/garbage.ts';
import { connect, KEY, refusalOf, TestClient } from './client.ts';
import { ManualClock } from './clock.ts';

let clock: ManualClock;
let server: FeedServer;
let stop: AbortController;
let reports: string[];

beforeEach(async () => {
  clock = new ManualClock();
  server = await startFeedServer({ clock, cooldownMs: 0, heartbeatMs: 0, pingMs: 0, random: () => 0.5 });
  stop = new AbortController();
  reports = [];
});
afterEach(async () => {
  stop.abort();
  await server.close();
});

function apply(name: string): void {
  const fault = faultNamed(name);
  if (!fault) throw new Error(`no fault ${name}`);
  const report = (line: string) => reports.push(line);
  fault.apply({ server, clock, signal: stop.signal, everyMs: FAULT_EVERY_MS, report });
}

test('every fault that the page of the product promises is there, described', () => {
  expect(FAULTS.map(({ name }) => name)).toEqual(
    expect.arrayContaining(['drop', 'silence', 'garbage', 'slow', 'expire']),
  );
  for (const { name, description } of FAULTS) expect(description.length, name).toBeGreaterThan(10);
});

test('drop cuts the connection again and again', async () => {
  apply('drop');
  for (let round = 1; round <= 2; round += 1) {
    const client = await connect(server.url);
    await clock.advance(FAULT_EVERY_MS);
    expect((await client.closed).code).toBe(1006);
  }
  expect(reports).toHaveLength(2);
});

test('silence loses announcements until the client is back', async () => {
  apply('silence');
  const client = await connect(server.url);
  expect(server.announce().clients).toBe(1);
  await clock.advance(FAULT_EVERY_MS);
  expect(server.announce().clients).toBe(0);
  expect(reports).toEqual(['went silent']);
  client.socket.terminate();
  await server.closes.waitFor(1);
  await connect(server.url);
  expect(server.announce().clients).toBe(1);
});

test('garbage comes between real frames, every kind of it, byte for byte', async () => {
  apply('garbage');
  const client = await connect(server.url);
  await clock.advance(FAULT_EVERY_MS * GARBAGE.length);
  server.announce();
  const frames = await client.frames.waitFor(GARBAGE.length + 2);
  expect(frames.slice(1, -1).map(({ bytes }) => bytes)).toEqual(
    GARBAGE.map(({ payload }) => Buffer.from(payload)),
  );
  expect(frames.at(-1)?.json).toMatchObject({ type: 'announcement' });
});

test('slow holds back the handshake, then the welcome', async () => {
  apply('slow');
  const client = new TestClient(server.url, { 'X-API-Key': KEY });
  await waitForHandshakeAt(server, clock, client);
  expect(server.connections[0]?.atMs).toBeGreaterThanOrEqual(3000);
  expect(client.frames.all).toEqual([]);
  await clock.advance(5000);
  await client.frame('welcome');
});

/** The request reaches the server at some real moment, so time moves on until it was answered. */
async function waitForHandshakeAt(server: FeedServer, clock: ManualClock, client: TestClient): Promise<void> {
  const opened = new Promise((resolve) => client.socket.once('open', resolve));
  while (server.connections.length === 0) await clock.advance(1000);
  await opened;
}

test('expire ends the key and refuses it from then on', async () => {
  apply('expire');
  const client = await connect(server.url);
  await clock.advance(FAULT_EVERY_MS);
  expect(await client.closed).toEqual({ code: 1000, reason: 'key_expired' });
  expect(await refusalOf(server.url)).toMatchObject({ status: 403 });
});

test('refuse answers two handshakes with the cooldown, then lets in, and starts over', async () => {
  apply('refuse');
  for (let round = 1; round <= 2; round += 1) {
    for (let time = 1; time <= 2; time += 1)
      expect(await refusalOf(server.url)).toEqual({
        status: 429,
        body: { error: 'connection_cooldown', retry_after_s: 5 },
      });
    const client = await connect(server.url);
    await clock.advance(FAULT_EVERY_MS);
    expect((await client.closed).code).toBe(1006);
  }
});

test('redacted hides titles and tickers', async () => {
  apply('redacted');
  const client = await connect(server.url);
  server.announce({ ticker: 'ABC' });
  expect((await client.frame('announcement')).json).toMatchObject({ ticker: '', title: UPGRADE_NOTICE });
});

test('duplicate sends each announcement twice, the same', async () => {
  apply('duplicate');
  const client = await connect(server.url);
  server.announce();
  const [first, second] = await client.framesOf('announcement', 2);
  expect(second?.text).toBe(first?.text);
});

test('nowelcome connects and says nothing, yet announces', async () => {
  apply('nowelcome');
  const client = new TestClient(server.url, { 'X-API-Key': KEY });
  await server.waitForClient();
  server.announce();
  const [first] = await client.frames.waitFor(1);
  expect(first?.json).toMatchObject({ type: 'announcement' });
});

test('burst announces fifty at once, new ones each time', async () => {
  apply('burst');
  const client = await connect(server.url);
  await clock.advance(FAULT_EVERY_MS * 2);
  const frames = await client.framesOf('announcement', 100);
  expect(new Set(frames.map(({ json }) => json?.['title'])).size).toBe(100);
});

test('the end of the stage ends what recurs and what is rewritten', async () => {
  for (const name of ['drop', 'duplicate', 'silence', 'burst']) apply(name);
  const client = await connect(server.url);
  stop.abort();
  await clock.advance(FAULT_EVERY_MS * 3);
  server.announce({ ticker: 'LAST' });
  await client.frame('announcement');
  expect(server.announced.all).toHaveLength(1);
  expect(server.clients).toHaveLength(1);
  expect(reports).toEqual([]);
});
