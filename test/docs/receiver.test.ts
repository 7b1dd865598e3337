/** The receiver that the README points to, run as it stands, against requests made by the sender's own library. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Webhook } from 'standardwebhooks';
import { afterAll, beforeAll, expect, test } from 'vitest';

const SECRET = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
const receiver = spawn(process.execPath, [join(import.meta.dirname, '../../docs/recipes/receiver.mjs')], {
  env: { BOT_SECRET: SECRET, PORT: '0' },
  stdio: ['ignore', 'pipe', 'inherit'],
});
const lines = createInterface(receiver.stdout)[Symbol.asyncIterator]();
let url = '';

beforeAll(async () => {
  const { value } = await lines.next();
  url = `http://127.0.0.1:${String(value).split(' ').at(-1)}`;
});

afterAll(async () => {
  receiver.kill();
  await once(receiver, 'exit');
});

async function post(
  id: string,
  change: Readonly<Record<string, string>> = {},
  at = new Date(),
): Promise<number> {
  const body = JSON.stringify({ symbol: `${id}USDT` });
  const headers = {
    'webhook-id': id,
    'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
    'webhook-signature': new Webhook(SECRET).sign(id, at, body),
    'x-listing-bridge-expires': new Date(Date.now() + 600_000).toISOString(),
    ...change,
  };
  return (await fetch(url, { method: 'POST', headers, body })).status;
}

test('acts once on a signed request, never on a late, forged or replayed one', async () => {
  expect(await post('FORGED', { 'webhook-signature': 'v1,AAAA' })).toBe(401);
  expect(await post('MOVED', { 'webhook-id': 'OTHER' })).toBe(401);
  expect(await post('OLD', {}, new Date(Date.now() - 600_000))).toBe(400);
  expect(await post('LATE', { 'x-listing-bridge-expires': new Date(Date.now() - 1).toISOString() })).toBe(
    200,
  );
  expect(await post('ABC')).toBe(200);
  expect(await post('ABC')).toBe(200);
  expect(await post('DEF')).toBe(200);
  expect((await lines.next()).value).toBe('act on {"symbol":"ABCUSDT"}');
  expect((await lines.next()).value).toBe('act on {"symbol":"DEFUSDT"}');
});
