import { copyFileSync } from 'node:fs';
import { openDatabase, closeDatabase } from '../src/outbox/open.ts';
import { systemClock } from '../src/platform/clock.ts';
import { FileDeliveries } from '../src/outbox/file-deliveries.ts';
const to = '/tmp/js/settled.db';
copyFileSync('/tmp/million.db', to);
const open = openDatabase(to, systemClock, { replaced: () => { throw new Error('r'); }, refused: (w) => { throw new Error(String(w)); } });
open.database.exec('PRAGMA synchronous = OFF; PRAGMA cache_size = -262144;');
const d = new FileDeliveries(to);
let n = 0; const t = Date.now();
for (;;) { const a = await d.nextChanges(systemClock.monotonicMs()); if (!a.ok) throw new Error(a.message); if (a.value.changes.length === 0) break;
 for (const c of a.value.changes) open.outbox.keepHistory(c); if (++n % 500 === 0) console.log(n, Date.now() - t); }
console.log(n, Date.now() - t);
closeDatabase(open);
