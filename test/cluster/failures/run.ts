/**
 * Every scene with many announcements, as the table "Counted" of docs/cluster.md: `npm run test:cluster-failures`. Needs a PostgreSQL
 * and `npm run build`. Goes on after a scene that fails.
 *
 * `-- --only WORDS`          only scenes whose name has these words (may be repeated)
 * `-- --announcements 1000`  of each scene; default 10,000
 * `-- --rate 50`             a second; default 200
 *
 * The table goes to the standard output, all else to the standard error. Ends with 1 if a promise was not kept.
 */
import { parseArgs } from 'node:util';
import { messageOf } from '../../../src/platform/message-of.ts';
import { PostgresServer } from '../../support/postgres/server.ts';
import { type Pace, play } from './play.ts';
import { promised } from './promises.ts';
import { SCENES, type Scene } from './scenes.ts';

const { values } = parseArgs({
  options: {
    only: { type: 'string', multiple: true, default: [] },
    announcements: { type: 'string', default: '10000' },
    rate: { type: 'string', default: '200' },
  },
});

const row = (cells: readonly (string | number)[]) => void process.stdout.write(`| ${cells.join(' | ')} |\n`);
const note = (line: string) => void process.stderr.write(`${line}\n`);

/** Gives a sentence about each promise that was not kept. */
async function count(scene: Scene, pace: Pace): Promise<readonly string[]> {
  // Of its own: no scene is a burden for the next.
  await using server = await PostgresServer.start();
  try {
    const outcome = await play(scene, server, pace);
    const { announced, wanted, lost, doubled, ordersLost, ordersDoubled, overLimit } = outcome.counts;
    const cells = [outcome.times, announced, wanted, lost, doubled, ordersLost, ordersDoubled, overLimit];
    row([scene.name, ...cells]);
    return promised(scene, outcome);
  } catch (error) {
    row([scene.name, ...Array(COLUMNS.length).fill('?')]);
    return [messageOf(error)];
  }
}

const COLUMNS = [
  ...['times', 'announced', 'deliveries', 'lost', 'sent twice'],
  ...['orders not sent', 'orders sent twice', 'above a limit'],
];

const pace = { announcements: Number(values.announcements), perSecond: Number(values.rate) };
const chosen = SCENES.filter(
  ({ name }) => values.only.length === 0 || values.only.some((words) => name.includes(words)),
);

row(['trouble', ...COLUMNS]);
process.stdout.write(`|---|${'--:|'.repeat(COLUMNS.length)}\n`);
for (const [n, scene] of chosen.entries()) {
  const beganMs = performance.now();
  const sentences = await count(scene, pace);
  const seconds = Math.round((performance.now() - beganMs) / 1000);
  note(`${n + 1} of ${chosen.length}, ${seconds} s: ${scene.name}`);
  for (const sentence of sentences) note(`  NOT KEPT: ${sentence}`);
  if (sentences.length > 0) process.exitCode = 1;
}
if (chosen.length === 0) {
  note('No scene has these words.');
  process.exitCode = 1;
}
