/** Two bridges as one, as built programs with a real PostgreSQL: a person on one of them sees and changes what both do. */
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { type BotServer, startBotServer } from '../../src/simulator/bot-server.ts';
import { runCommandLine } from '../support/command.ts';
import { describeWithPostgres } from '../support/postgres/installed.ts';
import { TestDatabase } from '../support/postgres/shared.ts';
import { Workplace } from '../support/program.ts';
import { type StandIns, startStandIns } from '../support/stand-ins.ts';

/** Behind several addresses of this machine, so that both nodes have some of them. */
const BOTS = Array.from({ length: 8 }, (_, n) => `bot${n + 1}`);
const TOKEN = 'a-token-for-the-tests';

const configOf = (node: string) => `feeds:
  - { name: one, url: "\${FEED_URL}", apiKey: "\${FEED_KEY}" }
destinations:
${BOTS.map((name, n) => `  ${name}: { type: webhook, url: "\${BOT_URL_${n + 1}}", maxAge: 1h, retry: { attempts: 1 } }`).join('\n')}
rules:
  - { name: all, match: {}, send: [${BOTS.join(', ')}] }
store: { path: ./${node}.db }
server: { port: 0, token: ${TOKEN} }
cluster: { url: "\${DATABASE_URL}", node: ${node} }
log: { format: json }
`;

async function startCluster() {
  await using cleanup = new AsyncDisposableStack();
  const database = cleanup.use(await TestDatabase.create());
  const standIns: StandIns = cleanup.use(await startStandIns());
  const bots: BotServer[] = [];
  for (const _ of BOTS) bots.push(cleanup.adopt(await startBotServer({}), (server) => server.close()));
  const env = {
    ...standIns.env,
    ...Object.fromEntries(bots.map(({ url }, n) => [`BOT_URL_${n + 1}`, url])),
    DATABASE_URL: database.url(),
  };
  const start = async (node: string) => {
    const workplace = cleanup.use(new Workplace(configOf(node)));
    const program = cleanup.use(workplace.start(['run'], env));
    await program.event('feed.live');
    const { url } = await program.event('bridge.started');
    const get = async (path: string, method = 'GET') => {
      const headers = { authorization: `Bearer ${TOKEN}` };
      return (await (await fetch(`${String(url)}${path}`, { method, headers })).json()) as Answer;
    };
    const command = (...args: readonly string[]) =>
      runCommandLine([...args, '-c', join(workplace.folder, 'config.yaml')], { env });
    return { program, get, command };
  };
  const [a, b] = [await start('a'), await start('b')];
  const partitions = async () => (await a.get('/api/cluster')).nodes?.map((one) => one.partitions) ?? [];
  await expect.poll(async () => (await partitions()).filter((count) => count > 64).length).toBe(2);
  await expect.poll(async () => (await partitions()).reduce((sum, count) => sum + count, 0)).toBe(256);
  const held = cleanup.move();
  return {
    ...{ a, b, bots, env },
    announce: (title: string) =>
      standIns.feed.announce({
        ...{ publisher: 'upbit', listingType: 'spot_listing', ticker: 'ABC' },
        title,
      }),
    [Symbol.asyncDispose]: () => held.disposeAsync(),
  };
}

interface Answer {
  readonly nodes?: readonly { readonly node: string; readonly partitions: number }[];
  readonly deliveries?: readonly Shown[];
  readonly announcements?: readonly { readonly id: string; readonly title: string }[];
  readonly missing?: readonly string[];
  readonly next?: string;
  readonly code?: string;
  readonly ok?: boolean;
}

interface Shown {
  readonly id: string;
  readonly destination: string;
  readonly state: string;
  readonly node?: string;
}

const ofTitle = (title: string) => `/api/deliveries?title=${encodeURIComponent(title)}`;

describeWithPostgres('a person on one node of two', () => {
  test('sees what both do, and has it changed by the one that sends', async () => {
    await using cluster = await startCluster();
    const { a, b, bots, announce } = cluster;
    for (const { faults } of bots) faults.push({ status: 400 });
    announce('refused');
    const listed = async ({ get }: typeof a, path = ofTitle('refused')) =>
      (await get(path)).deliveries?.map(({ destination, state }) => `${destination} ${state}`).sort();
    const all = (state: string) => BOTS.map((name) => `${name} ${state}`);
    await expect.poll(() => listed(a)).toEqual(all('dead'));
    expect(await listed(b)).toEqual(all('dead'));

    // Each says where, and both say the same.
    const [ofA, ofB] = [
      (await a.get(ofTitle('refused'))).deliveries,
      (await b.get(ofTitle('refused'))).deliveries,
    ];
    expect(ofA).toEqual(ofB?.map((one) => expect.objectContaining({ id: one.id, node: one.node })));
    expect(new Set(ofA?.map(({ node }) => node))).toEqual(new Set(['a', 'b']));
    const table = await a.command('deliveries', '--title', 'refused');
    expect(table.out).toMatch(/^ID +NODE +DESTINATION/);
    expect(table.out.match(/ [ab] +bot\d +dead/g)?.length).toBe(BOTS.length);
    expect(table.err).toBe('');

    // Page after page.
    const seen: string[] = [];
    for (let next: string | undefined = ''; next !== undefined; ) {
      const page = await a.get(`/api/deliveries?limit=3${next === '' ? '' : `&before=${next}`}`);
      seen.push(...(page.deliveries ?? []).map(({ id }) => id));
      next = page.next;
    }
    expect(seen.toSorted()).toEqual(ofA?.map(({ id }) => id).toSorted());

    // One announcement, with the deliveries of both.
    const { announcements = [] } = await b.get('/api/announcements');
    expect(announcements.map(({ title }) => title)).toEqual(['refused']);
    const shown = await b.command('deliveries', 'show', announcements[0]?.id ?? '');
    expect(shown.out.match(/^destination +bot\d/gm)?.length).toBe(BOTS.length);

    // Again, those of both: by the one that holds them, under the same id.
    const { out, exitCode } = await a.command('deliveries', 'retry', '--dead');
    expect([out, exitCode]).toEqual([expect.stringContaining(`${BOTS.length} deliveries queued`), 0]);
    await expect.poll(() => listed(b)).toEqual(all('delivered'));
    for (const { received, requests } of bots) {
      const posted = requests
        .filter(({ method }) => method === 'POST')
        .map((one) => one.headers['webhook-id']);
      expect(posted).toEqual([received[0]?.id, received[0]?.id]);
    }
    expect(await b.command('deliveries', 'retry', ofA?.[0]?.id ?? '')).toMatchObject({ exitCode: 1 });
    expect((await a.get(`/api/deliveries/${ofA?.[0]?.id}/retry`, 'POST')).code).toBe('delivered');

    // A delivery that has arrived anywhere is not replayed; figures of one node say whose they are.
    const replay = await a.command('replay', '--since', '1h');
    expect(replay.out).toContain(`left out: ${BOTS.length} [delivered]`);
    expect((await a.command('stats', '--since', '1h')).err).toBe(
      'of node a only: b of the cluster has its own. [one_node]',
    );

    // Rows of a node that is gone are missing, and the other one takes its part.
    const ofThem = ofB?.filter(({ node }) => node === 'b').map(({ destination }) => destination) ?? [];
    for (const name of ofThem) bots[BOTS.indexOf(name)]?.faults.push({ status: 400 });
    announce('before it goes');
    await expect.poll(async () => (await listed(a, ofTitle('before it goes')))?.length).toBe(BOTS.length);
    await expect
      .poll(async () => (await listed(a, `${ofTitle('before it goes')}&state=dead`))?.length)
      .toBe(ofThem.length);
    b.program.kill('SIGKILL');
    await expect.poll(async () => (await a.get('/api/cluster')).nodes?.[0]?.partitions).toBe(256);
    await expect
      .poll(async () => (await a.get('/api/deliveries')).missing)
      .toEqual([expect.stringMatching(/^node b: gone for \d+s; what only it has is missing here$/)]);
    const late = await a.command('deliveries', 'retry', '--dead');
    expect(late.err).toContain('node b: gone for');
    expect(late.out).toContain(`${ofThem.length} deliveries queued`);
    await expect.poll(() => listed(a, ofTitle('before it goes'))).toEqual(all('delivered'));
    for (const { received } of bots) expect(received.map(({ repeat }) => repeat)).toEqual([false, false]);
    expect((await a.get('/api/deliveries/01m8c8h3t44tebsvkj-gdf72d505t')).code).toBe('store');
    expect((await a.command('replay', '--since', '1h', '--send', '--yes')).out).not.toContain('queued');
  });
});
