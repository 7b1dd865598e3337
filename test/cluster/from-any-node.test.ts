/** Two bridges as one, as built programs with a real PostgreSQL: a person on one of them sees and changes what both do. */
import { expect, test } from 'vitest';
import { BOTS, ofTitle, type Shown, startTwoNodes } from '../support/cluster/two-nodes.ts';
import { describeWithPostgres } from '../support/postgres/installed.ts';

interface Counted {
  readonly name: string;
  readonly sent: { readonly delivered: number };
}

describeWithPostgres('a person on one node of two', () => {
  test('sees what both do, and has it changed by the one that sends', async () => {
    await using cluster = await startTwoNodes();
    const { a, b, bots, announce, ends } = cluster;
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
    const stats = await a.command('stats', '--since', '1h');
    expect(stats.err).toBe('');
    expect(stats.out).toMatch(/^FEED +NODE +NEWS.*\none +a +1 .*\none +b +1 /m);
    expect(stats.out.match(/^bot\d +1 +100% /gm)).toHaveLength(BOTS.length);
    const { destinations, nodes } = JSON.parse((await b.command('stats', '--since', '1h', '--json')).out);
    expect(destinations).toHaveLength(BOTS.length);
    const sent = nodes.map(({ total }: { total: Counted }) => total.sent.delivered);
    expect(sent.reduce((sum: number, one: number) => sum + one, 0)).toBe(BOTS.length);

    // An export has what both have, once.
    const exported = await a.command('export', '--since', '1h');
    const rows = exported.out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Shown);
    expect(rows.map(({ destination, state }) => `${destination} ${state}`).sort()).toEqual(all('delivered'));
    expect(new Set(rows.map(({ node }) => node))).toEqual(new Set(['a', 'b']));
    expect([exported.err, exported.exitCode]).toEqual(['', 0]);
    const news = await b.command('export', '--what', 'announcements', '--since', '1h');
    expect(news.out.trim().split('\n')).toHaveLength(1);

    // Rows of a node that is gone are missing, and the other one takes its part.
    const ofThem = ofB?.filter(({ node }) => node === 'b').map(({ destination }) => destination) ?? [];
    expect(ofThem).toHaveLength(BOTS.length / 2);
    for (const name of ofThem) bots[BOTS.indexOf(name)]?.faults.push({ status: 400 });
    announce('before it goes');
    await expect.poll(async () => (await listed(a, ofTitle('before it goes')))?.length).toBe(BOTS.length);
    await expect
      .poll(async () => (await listed(a, `${ofTitle('before it goes')}&state=dead`))?.length)
      .toBe(ofThem.length);
    await expect.poll(ends).toBe(2 * BOTS.length);
    b.program.kill('SIGKILL');
    await expect.poll(async () => (await a.get('/api/cluster')).nodes?.[0]?.partitions).toBe(256);
    await expect
      .poll(async () => (await a.get('/api/deliveries')).missing)
      .toEqual([expect.stringMatching(/^node b: gone for \d+s; what only it has is missing here$/)]);
    expect(await a.command('export', '--since', '1h')).toMatchObject({
      ...{
        exitCode: 1,
        err: expect.stringMatching(
          /^node b: gone for \d+s; what only it has is missing here \[node_missing\]$/,
        ),
      },
    });
    // Whoever takes over has a record of what the other one has sent, and does not count it.
    const after = JSON.parse((await a.command('stats', '--since', '1h', '--json')).out);
    expect(after.nodes).toEqual([expect.objectContaining({ node: 'a' })]);
    const twice = after.destinations.filter((one: Counted) => one.sent.delivered > 1);
    expect(twice.filter(({ name }: Counted) => ofThem.includes(name))).toEqual([]);
    expect(after.away).toEqual([expect.stringContaining('node b: gone for')]);
    const late = await a.command('deliveries', 'retry', '--dead');
    expect(late.err).toContain('node b: gone for');
    expect(late.out).toContain(`${ofThem.length} deliveries queued`);
    await expect.poll(() => listed(a, ofTitle('before it goes'))).toEqual(all('delivered'));
    for (const { received } of bots) expect(received.map(({ repeat }) => repeat)).toEqual([false, false]);
    expect((await a.get('/api/deliveries/01m8c8h3t44tebsvkj-gdf72d505t')).code).toBe('store');
    expect((await a.command('replay', '--since', '1h', '--send', '--yes')).out).not.toContain('queued');
  });
});
