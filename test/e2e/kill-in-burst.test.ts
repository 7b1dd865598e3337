/**
 * The built program, killed with SIGKILL in the middle of bursts: much of what was read is on record in rows of `intake`
 * then, and in no table. All of it arrives in later lives, and nothing is doubled but what was in flight.
 */
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, test } from 'vitest';
import { intakeIn } from '../../src/outbox/intake-rows.ts';
import { decisionOf } from '../../src/outbox/queries.ts';
import { systemClock, wait } from '../../src/platform/clock.ts';
import { traceIn } from '../../src/routing/trace.ts';
import { newsIn } from '../support/contents.ts';
import { Workplace } from '../support/program.ts';
import { seededRandom } from '../support/seeded-random.ts';
import { startStandIns } from '../support/stand-ins.ts';

const CONFIG = `feeds:
  - { name: one, url: "\${FEED_URL}", apiKey: "\${FEED_KEY}" }
destinations:
  bot: { type: webhook, url: "\${BOT_URL}", secret: "\${BOT_SECRET}", timeout: 1m, concurrency: 8 }
rules:
  - { name: all, match: {}, send: [bot] }
store: { path: ./bridge.db }
server: { port: 0 }
log: { format: json }
`;
const IN_FLIGHT = 8;
const KILLS = 6;
/** Announced at once, and how often. */
const TOGETHER = 30;
const MOST_READS = 20;

/** Titles on record, in tables or only in a row. Changes nothing: it is the bridge that takes them in. */
function onRecord(path: string): { readonly titles: readonly string[]; readonly inRows: number } {
  using database = new DatabaseSync(path, { readOnly: true });
  const rows = database
    .prepare('SELECT body FROM intake')
    .all()
    .flatMap(({ body }) => intakeIn(body).recorded.map((recorded) => newsIn(recorded).title));
  const inTables = database
    .prepare(`SELECT body ->> 'title' AS title FROM announcements`)
    .all()
    .map(({ title }) => String(title));
  const isOurs = (title: string) => title.startsWith('life');
  return { titles: [...rows, ...inTables].filter(isOurs), inRows: rows.filter(isOurs).length };
}

test('kill -9 in bursts: everything that is on record arrives, and doubled is at most what was in flight', async () => {
  const random = seededRandom(1);
  await using standIns = await startStandIns();
  const { feed, bot, env } = standIns;
  using workplace = new Workplace(CONFIG);
  const wanted = new Set<string>();
  let inRows = 0;
  for (let life = 0; life < KILLS; life++) {
    await using bridge = workplace.start(['run'], env);
    await bridge.event('feed.live');
    const before = bot.received.length;
    const reads = 3 + Math.floor(random() * MOST_READS);
    for (let n = 0; n < reads; n++) {
      for (let place = 0; place < TOGETHER; place++)
        feed.announce({
          ...{ publisher: 'upbit', listingType: 'spot_listing', ticker: 'ABC' },
          title: `life ${life} ${n} ${place}`,
        });
      await wait(systemClock, 1);
    }
    await bot.waitFor(before + 1);
    bridge.kill('SIGKILL');
    await bridge.finished;
    const record = onRecord(join(workplace.folder, 'bridge.db'));
    for (const title of record.titles) wanted.add(title);
    inRows += record.inRows;
  }
  process.stdout.write(`kill in burst: ${JSON.stringify({ onRecord: wanted.size, onlyInRows: inRows })}\n`);
  expect(wanted.size).toBeGreaterThan(KILLS);

  const titles = () => bot.received.map(({ body }) => String((body as { title: string }).title));
  await using last = workplace.start(['run'], env);
  await last.event('feed.live');
  await expect.poll(() => [...wanted].filter((title) => !titles().includes(title))).toEqual([]);
  feed.announce({ publisher: 'upbit', listingType: 'spot_listing', ticker: 'ABC', title: 'calm' });
  await expect.poll(titles).toContain('calm');
  last.kill('SIGTERM');
  expect((await last.finished).code).toBe(0);
  // In flight, and what had been answered in the tick of the kill.
  expect(bot.received.length - new Set(titles()).size).toBeLessThanOrEqual(KILLS * 2 * IN_FLIGHT);

  // Of each announcement the outcome of the rules is whole, with these rules, or is not there.
  const path = join(workplace.folder, 'bridge.db');
  using database = new DatabaseSync(path, { readOnly: true });
  // A feed's self-tests match no rule here.
  const isNews = ({ body }: Readonly<Record<string, unknown>>) =>
    (JSON.parse(String(body)) as { test?: boolean }).test !== true;
  const rows = database.prepare('SELECT id, body, trace FROM announcements').all().filter(isNews);
  const kept = rows.filter(({ trace }) => trace !== null);
  expect(kept.length).toBeGreaterThan(0);
  for (const { id } of kept) {
    const { trace = '', rules } = decisionOf(database, String(id)) ?? {};
    expect(traceIn(trace)).toMatchObject({ outcomes: [{ place: 0, failing: [] }], planned: 1 });
    expect(Array.from(rules?.byPlace ?? [], ([, { name }]) => name)).toEqual(['all']);
  }
  process.stdout.write(`kill in burst: ${JSON.stringify({ traces: kept.length, of: rows.length })}\n`);
});
