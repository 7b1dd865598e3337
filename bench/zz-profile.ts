/* scratch: node bench/zz-profile.ts N SUBS FURTHER STORE PATH... */
import { asker } from './meter/asker.ts';
import { freePort } from './meter/free-port.ts';
import { Meter, pause } from './meter/meter.ts';
import { holdsOf, longestIn } from './meter/loop.ts';
import { aged } from './scenarios/million.ts';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
const [, , n = '20', subs = '296', further = '0', store = '/tmp/million-short.db', ...paths] = process.argv;
await using meter = await Meter.open();
const port = await freePort();
const kind = aged(meter, port, store, { subscribers: Number(subs), furtherRules: Number(further) });
const prof = process.env['PROF'] !== undefined;
const subject = await meter.start({ ...kind, env: { ...kind.env, ...(process.env['TRACEGC'] ? {NODE_OPTIONS: `${kind.env['NODE_OPTIONS']} --trace-gc`} : {}) }, args: [...(prof ? ['--cpu-prof', '--cpu-prof-interval', '200'] : []), ...kind.args] });
for (let k = 0; k < 20; k++) await meter.one(subject);
await pause(4000);
const ask = asker(port, 'token-of-the-bench');
for (const text of paths) {
  const [method, path, body] = text.includes(' ') ? text.split(' ') : ['GET', text];
  const times: number[] = [];
  const spans = [];
  let size = 0; let status = 0;
  for (let k = 0; k < Number(n); k++) {
    const a = await ask({ method: method ?? '', path: path ?? '', body: body === undefined ? undefined : JSON.parse(body) });
    times.push(a.endMs - a.beginMs); spans.push(a); size = a.text.length; status = a.status;
    await pause(4);
  }
  const holds = await holdsOf(subject);
  const held = spans.map((s) => longestIn(holds, s));
  const first = times[0] ?? 0;
  times.sort((a, b) => a - b);
  const sorted = held.toSorted((a, b) => b - a);
  console.log(`${path?.slice(0, 60)} ${status} ${size} B: first ${first.toFixed(1)} p50 ${times[times.length >> 1]?.toFixed(1)} max ${times.at(-1)?.toFixed(1)}; held ${sorted.slice(0, 4).map((x) => x.toFixed(1)).join(' ')} first ${held[0]?.toFixed(1)} p50 ${sorted[sorted.length >> 1]?.toFixed(1)}`);
  const { rmSync } = await import('node:fs'); rmSync(join(subject.folder, 'loop.json'), { force: true });
}
if (process.env['TRACEGC']) console.log(subject.logged().split('\n').filter((l) => /Mark|Scav/.test(l)).slice(-30).join('\n'));
if (prof) {
  subject.signal('SIGTERM'); await pause(3000);
  for (const f of readdirSync(subject.folder).filter((x) => x.endsWith('.cpuprofile'))) { const { copyFileSync } = await import('node:fs'); copyFileSync(join(subject.folder, f), `/tmp/js/${f}`); console.log(`/tmp/js/${f}`); }
} else await meter.stop(subject);
