/**
 * Somebody who looks at the bridge all the time, in a process of its own: Prometheus, an open page, a load balancer's
 * health check. `node bench/visitor.mjs PORT`; each answer is read whole, over one connection, and one at a time of each.
 */
import { Agent, get } from 'node:http';

const VISITS = [
  { path: '/metrics', everyMs: 5000 },
  { path: '/api/status', everyMs: 2000 },
  { path: '/readyz', everyMs: 10_000 },
];

const agent = new Agent({ keepAlive: true, maxSockets: 4 });
const port = Number(process.argv[2]);

function visit({ path, everyMs }) {
  const again = () => setTimeout(visit, everyMs, { path, everyMs });
  get({ host: '127.0.0.1', port, path, agent }, (answer) => answer.resume().once('close', again)).once(
    'error',
    again,
  );
}
for (const each of VISITS) visit(each);
