/** `bare.mjs` for many receivers: one announcement, one `Promise.all`. `SINK_URLS` is a JSON file with their addresses. */
import { readFileSync } from 'node:fs';
import { Agent, request } from 'undici';
import WebSocket from 'ws';

const dispatcher = new Agent({
  connections: Number(process.env.CONNECTIONS),
  pipelining: 1,
  keepAliveTimeout: 600_000,
});
const urls = JSON.parse(readFileSync(process.env.SINK_URLS, 'utf8'));
const feed = new WebSocket(process.env.FEED_URL, { headers: { 'X-API-Key': process.env.FEED_KEY } });
feed.on('message', (data) => {
  const message = JSON.parse(data);
  if (message.type !== 'announcement') return;
  const body = JSON.stringify({ t: message.ticker, title: message.title });
  const headers = { 'content-type': 'application/json' };
  Promise.all(
    urls.map((url) =>
      request(url, { method: 'POST', headers, body, dispatcher }).then((answer) => answer.body.dump()),
    ),
  ).catch((error) => process.stderr.write(`${error}\n`));
});
