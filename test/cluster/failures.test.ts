/**
 * Everything that goes wrong in a cluster, on built programs and a real PostgreSQL, under steady news: nothing is lost, and nothing comes
 * twice but what docs/cluster.md says. `npm run test:cluster-failures` does the same with 10,000 announcements each.
 */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { describeWithPostgres } from '../support/postgres/installed.ts';
import { PostgresServer } from '../support/postgres/server.ts';
import { play } from './failures/play.ts';
import { promised } from './failures/promises.ts';
import { SCENES } from './failures/scenes.ts';

describeWithPostgres('two bridges under news', () => {
  // Of its own: it is killed.
  let server: PostgresServer;
  beforeAll(async () => {
    server = await PostgresServer.start();
  });
  afterAll(() => server[Symbol.asyncDispose]());

  test.each(SCENES)('$name', async (scene) => {
    const outcome = await play(scene, server, { announcements: 200, perSecond: 40 });
    expect(promised(scene, outcome)).toEqual([]);
  });
});
