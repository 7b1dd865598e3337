/** `replay --send` on one node of two: the nodes that send there queue it, once, and whatever did not go is named. */
import { expect, test } from 'vitest';
import { BOTS, ofTitle, startTwoNodes } from '../support/cluster/two-nodes.ts';
import { describeWithPostgres } from '../support/postgres/installed.ts';

describeWithPostgres('a replay on one node of two', () => {
  test('sends everywhere, never twice, and says what did not go', async () => {
    await using cluster = await startTwoNodes();
    const { a, b, bots, announce } = cluster;
    const states = async (title: string) =>
      (await a.get(ofTitle(title))).deliveries
        ?.map(({ destination, state }) => `${destination} ${state}`)
        .sort();
    const all = (state: string) => BOTS.map((name) => `${name} ${state}`);
    for (const { faults } of bots) faults.push({ status: 400 });
    announce('refused');
    await expect.poll(() => states('refused')).toEqual(all('dead'));

    // Of two who do it at once, one does each of them, under the id that the receiver has seen.
    const replay = ['replay', '--since', '1h', '--send', '--yes'];
    const both = await Promise.all([a.command(...replay), b.command(...replay)]);
    const countOf = ({ out }: { readonly out: string }) =>
      Number(/(\d+) deliver\S+ queued/.exec(out)?.[1] ?? 0);
    expect(both.map(countOf).reduce((sum, one) => sum + one, 0)).toBe(BOTS.length);
    await expect.poll(() => states('refused')).toEqual(all('delivered'));
    const idsOf = () => bots.map(({ received }) => received.map(({ id, repeat }) => [id, repeat]));
    const once = idsOf();
    expect(once.map((one) => one.length)).toEqual(BOTS.map(() => 1));
    expect((await b.command(...replay)).out).toContain(`left out: ${BOTS.length} [delivered]`);

    // Again, as ones of their own, by both nodes.
    const again = await Promise.all([a, b].map((node) => node.command(...replay, '--again')));
    expect(again.map(countOf).reduce((sum, one) => sum + one, 0)).toBe(BOTS.length);
    for (const { err } of again) expect(err.replace(/\d not queued: .*\[changed\]\n?/g, '')).toBe('');
    await expect.poll(() => idsOf().map((one) => one.length)).toEqual(BOTS.map(() => 2));
    expect(
      idsOf()
        .flat()
        .map(([, repeat]) => repeat),
    ).toEqual(
      idsOf()
        .flat()
        .map(() => false),
    );

    // News that only one node has: the other one gets it with the delivery.
    const lines = (await a.command('replay', '--since', '1h', '--json')).out;
    const { announcements } = JSON.parse(lines) as { announcements: { deliveries: unknown[] }[] };
    expect(announcements.map(({ deliveries }) => deliveries.length)).toEqual([BOTS.length]);

    // A node that gives no answer: nothing is sent by guess, and with --again it says what did not go.
    const ofB = (await a.get(ofTitle('refused'))).deliveries?.filter(({ node }) => node === 'b') ?? [];
    b.program.kill('SIGSTOP');
    const refused = await a.command(...replay);
    expect(refused.err).toMatch(/node b: no answer within 3 s.*\[node_missing\]/s);
    expect(refused.out).not.toContain('queued');
    b.program.kill('SIGCONT');
    expect(ofB.length).toBeGreaterThan(0);

    // Handed over: the other one sends all of it.
    expect((await b.command('cluster', 'drain', '--url', b.url)).out).toContain('b holds nothing more');
    for (const { faults } of bots) faults.push({ status: 400 });
    announce('refused once more');
    await expect.poll(() => states('refused once more')).toEqual(all('dead'));
    const drained = await b.command('replay', '--since', '1h', '--title', 'once more', '--send', '--yes');
    expect(drained.out).toContain(`${BOTS.length} deliveries queued: a ${BOTS.length}; the nodes`);
    await expect.poll(() => states('refused once more')).toEqual(all('delivered'));
    expect(
      idsOf()
        .flat()
        .filter(([, repeat]) => repeat),
    ).toEqual([]);
  });
});
