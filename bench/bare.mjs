/**
 * The floor that everything is measured against: `ws` → `JSON.parse` → `undici` Pool, and nothing else. No
 * journal, no rules, no retries, no deadlines: what a trader writes in an evening.
 */
import { Pool } from 'undici';
import WebSocket from 'ws';

const pool = new Pool(process.env.SINK_URL, { connections: 4, pipelining: 1, keepAliveTimeout: 600_000 });
const feed = new WebSocket(process.env.FEED_URL, { headers: { 'X-API-Key': process.env.FEED_KEY } });
feed.on('message', (data) => {
  const message = JSON.parse(data);
  if (message.type !== 'announcement') return;
  pool
    .request({
      path: '/hook',
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ t: message.ticker, title: message.title }),
    })
    .then((answer) => answer.body.dump())
    .catch((error) => process.stderr.write(`${error}\n`));
});
