import { FileDeliveries } from '../src/outbox/file-deliveries.ts';
import { systemClock } from '../src/platform/clock.ts';
const d = new FileDeliveries('/tmp/js/settled.db', 3000);
const D = 86_400_000;
const nowMs = systemClock.monotonicMs();
for (const [days, by, of] of [[1,'destination',{}],[7,'hour',{}],[12/24,'feed',{}],[30,'destination',{}],[30,'feed',{feed:'seoul'}],[31,'destination',{}],[90,'destination',{}],[1,'destination',{destination:'bot'}]] as const) {
  const times = [];
  let missing = 0, points = 0;
  for (let k = 0; k < 7; k++) { const t0 = process.threadCpuUsage(); const t = (t0.user + t0.system) / 1000; const a = await d.stats({ sinceMs: nowMs - days * D, untilMs: nowMs, nowMs, by, ...of }); const t1 = process.threadCpuUsage(); times.push((t1.user + t1.system) / 1000 - t); if (a.ok) { missing = a.value.missing.length; points = a.value.series.length; } }
  times.sort((a, b) => a - b);
  console.log(days, by, JSON.stringify(of), times.map((x) => x.toFixed(1)).join(' '), 'missing', missing, 'points', points);
}
