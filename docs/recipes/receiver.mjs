// A bot's end of a signed webhook, without any library. Run: BOT_SECRET=whsec_… PORT=9000 node receiver.mjs
import { createHmac, timingSafeEqual } from 'node:crypto';
import { createServer } from 'node:http';

const key = Buffer.from(process.env.BOT_SECRET.replace('whsec_', ''), 'base64');
const acted = new Set(); // of one process, until it ends: with several, or to survive a restart, use a database

const server = createServer(async (request, response) => {
  const answer = (status) => response.writeHead(status).end();
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  const body = Buffer.concat(chunks).toString('utf8'); // exactly as it came; parse it later

  const {
    'webhook-id': id,
    'webhook-timestamp': seconds,
    'webhook-signature': signatures = '',
  } = request.headers;
  const expected = createHmac('sha256', key).update(`${id}.${seconds}.${body}`).digest('base64');
  // Several signatures, separated by spaces, while a secret is being changed.
  const isSigned = signatures.split(' ').some((given) => same(given, `v1,${expected}`));
  if (!isSigned) return answer(401); // not from your bridge
  if (Math.abs(Date.now() / 1000 - Number(seconds)) > 300) return answer(400); // an old request, played again

  const expires = Date.parse(request.headers['x-listing-bridge-expires'] ?? '');
  if (expires < Date.now()) return answer(200); // too late to act on
  if (request.headers['x-listing-bridge-sample']) return answer(200); // made by `listing-bridge send`: all but the order
  if (acted.has(id)) return answer(200); // a repeat of what was done
  acted.add(id);
  process.stdout.write(`act on ${body}\n`);
  answer(200);
});

function same(given, expected) {
  return given.length === expected.length && timingSafeEqual(Buffer.from(given), Buffer.from(expected));
}

server.listen(Number(process.env.PORT ?? 9000), '127.0.0.1', () => {
  process.stdout.write(`listening on ${server.address().port}\n`);
});
