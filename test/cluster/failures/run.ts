/**
 * Every scene with many announcements, as a table of counts: `npm run test:cluster-failures`. Needs a PostgreSQL and `npm run build`.
 *
 * `-- --only WORDS`          only scenes whose name has these words (may be repeated)
 * `-- --announcements 1000`  of each scene; default 10,000
 * `-- --rate 50`             a second; default 100
 *
 * Ends with 1 if a promise was not kept.
 */
import { parseArgs } from 'node:util';
import { PostgresServer } from '../../support/postgres/server.ts';
import { play } from './play.ts';
import { promised } from './promises.ts';
import { SCENES } from './scenes.ts';

const { values } = parseArgs({
  options: {
    only: { type: 'string', multiple: true, default: [] },
    announcements: { type: 'string', default: '10000' },
    rate: { type: 'string', default: '100' },
  },
});

const say = (line: string) => void process.stdout.write(`${line}\n`);

await using server = await PostgresServer.start();
say(
  '| what happens | times | announced | deliveries | lost | sent twice | orders not sent | orders sent twice | above a limit |',
);
say('|---|--:|--:|--:|--:|--:|--:|--:|--:|');
for (const scene of SCENES) {
  if (values.only.length > 0 && !values.only.some((words) => scene.name.includes(words))) continue;
  const { counts, times } = await play(scene, server, {
    announcements: Number(values.announcements),
    perSecond: Number(values.rate),
  });
  const { announced, wanted, lost, doubled, ordersLost, ordersDoubled, overLimit } = counts;
  const cells = [times, announced, wanted, lost, doubled, ordersLost, ordersDoubled, overLimit];
  say(`| ${[scene.name, ...cells].join(' | ')} |`);
  for (const sentence of promised(scene, counts)) {
    say(`NOT KEPT: ${sentence}`);
    process.exitCode = 1;
  }
}
