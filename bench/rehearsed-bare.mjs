/**
 * `bare.mjs` with one addition: before it listens, 300 synthetic frames go through the same code over the same
 * sockets to a path that the receiver ignores. So the engine has compiled it and a connection is open: the
 * best that a single script can do about the first announcement.
 */
import { Pool } from 'undici';
import WebSocket from 'ws';

const FRAMES = 300;

const pool = new Pool(process.env.SINK_URL, { connections: 4, pipelining: 1, keepAliveTimeout: 600_000 });

function take(data, path) {
  const message = JSON.parse(data);
  if (message.type !== 'announcement') return;
  return pool
    .request({
      path,
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ t: message.ticker, title: message.title }),
    })
    .then((answer) => answer.body.dump())
    .catch((error) => process.stderr.write(`${error}\n`));
}

for (let n = 0; n < FRAMES; n++) {
  const frame = { type: 'announcement', ticker: `R${n}`, title: `rehearsal ${n}`, publisher: 'upbit' };
  await take(Buffer.from(JSON.stringify(frame)), '/rehearsal');
}
const feed = new WebSocket(process.env.FEED_URL, { headers: { 'X-API-Key': process.env.FEED_KEY } });
feed.on('message', (data) => take(data, '/hook'));
