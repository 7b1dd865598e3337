/** The config of `deploy/cluster`: two readers and a sender, each with variables of its own, as compose.yaml starts them, and a PostgreSQL. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { describeWithPostgres } from '../support/postgres/installed.ts';
import { TestDatabase } from '../support/postgres/shared.ts';
import { type Program, Workplace } from '../support/program.ts';
import { startStandIns } from '../support/stand-ins.ts';

/** The feed and the channel are on this machine. */
const CONFIG = readFileSync(new URL('../../deploy/cluster/config.example.yaml', import.meta.url), 'utf8')
  .replace('wss://cryptolisting.ws', `\${FEED_URL}`)
  .replace('host: 0.0.0.0, port: 8787', 'port: 0');

const isEach = (programs: readonly Program[], event: string) =>
  Promise.all(programs.map((program) => program.event(event)));

describeWithPostgres('deploy/cluster', () => {
  test('two readers and a sender send each announcement once, also when a reader dies', async () => {
    await using cleanup = new AsyncDisposableStack();
    const database = cleanup.use(await TestDatabase.create());
    const standIns = cleanup.use(await startStandIns());
    const { FEED_URL = '', FEED_KEY = '', DISCORD_WEBHOOK_URL = '' } = standIns.env;
    const start = (HOSTNAME: string, CLUSTER_ROLES: string) => {
      const own = { HOSTNAME, CLUSTER_ROLES, CRYPTOLISTING_API_KEY: FEED_KEY, DATABASE_URL: database.url() };
      const env = { ...own, FEED_URL, DISCORD_WEBHOOK_URL, ADMIN_TOKEN: 'a-token-for-the-tests' };
      return cleanup.use(cleanup.use(new Workplace(CONFIG)).start(['run'], env));
    };
    const readers = [start('reader-a', 'read, deliver'), start('reader-b', 'read, deliver')];
    const sender = start('sender', 'deliver');
    await isEach(readers, 'feed.live');
    await isEach([...readers, sender], 'cluster.taken');
    const announce = (title: string) =>
      standIns.feed.announce({
        ...{ publisher: 'upbit', listingType: 'spot_listing', ticker: 'ABC' },
        title,
      });
    const timesOf = (title: string) =>
      standIns.discord.received.filter(({ body }) => JSON.stringify(body).includes(title)).length;
    announce('first of all');
    await expect.poll(() => timesOf('first of all')).toBe(1);
    // Ends of the last 50 ms are not yet known to the others: such a delivery may be sent again (docs/cluster.md).
    const ends = () => database.query('SELECT * FROM listing_bridge.ends');
    await expect.poll(async () => (await ends()).length).toBe(1);
    readers[0]?.kill('SIGKILL');
    announce('after a death');
    await expect.poll(() => timesOf('after a death')).toBe(1);
    expect(sender.stderr).not.toContain('"feed.live"');
    expect([timesOf('first of all'), timesOf('after a death')]).toEqual([1, 1]);
  });
});
