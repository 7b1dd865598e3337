/**
 * `bare.mjs` in front of Alertmanager, which reads no feed itself: every announcement becomes an alert, handed to its
 * API over a connection that stays open. The arguments are Alertmanager's command line; it ends with this process.
 */
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { Pool } from 'undici';
import WebSocket from 'ws';

const manager = spawn('setpriv', ['--pdeathsig', 'KILL', ...process.argv.slice(2)], {
  stdio: ['ignore', 'inherit', 'pipe'],
});
manager.on('error', (error) => {
  throw error;
});

function follow(port) {
  const pool = new Pool(`http://127.0.0.1:${port}`, {
    connections: 4,
    pipelining: 1,
    keepAliveTimeout: 600_000,
  });
  const feed = new WebSocket(process.env.FEED_URL, { headers: { 'X-API-Key': process.env.FEED_KEY } });
  feed.on('message', (data) => {
    const { type, ticker, publisher, title } = JSON.parse(data);
    if (type !== 'announcement') return;
    pool
      .request({
        path: '/api/v2/alerts',
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify([{ labels: { alertname: 'listing', ticker, publisher, title } }]),
      })
      .then((answer) => answer.body.dump())
      .catch((error) => process.stderr.write(`${error}\n`));
  });
}

for await (const line of createInterface({ input: manager.stderr })) {
  process.stderr.write(`${line}\n`);
  const port = /msg="Listening on" address=127\.0\.0\.1:(\d+)/.exec(line)?.[1];
  if (port !== undefined) follow(port);
}
