/** Whatever a person does on one node of two: discard, explain, inject, mute, and taking a node out, alive or dead. */
import { expect, test } from 'vitest';
import { BOTS, ofTitle, type Shown, startTwoNodes } from '../support/cluster/two-nodes.ts';
import { describeWithPostgres } from '../support/postgres/installed.ts';

describeWithPostgres('done on one node of two', () => {
  test('holds for both', async () => {
    await using cluster = await startTwoNodes(['a', 'b'], 10);
    const { a, b, bots, announce } = cluster;
    const rows = async (title: string): Promise<readonly Shown[]> =>
      (await a.get(ofTitle(title))).deliveries ?? [];
    const states = async (title: string) =>
      (await rows(title)).map(({ destination, state }) => `${destination} ${state}`).toSorted();
    const all = (state: string) => BOTS.map((name) => `${name} ${state}`);

    // Muted on b, for both within a second or two; `inject` on a leads to deliveries of both.
    expect(await b.command('mute', 'destination:bot1', '--for', '10m')).toMatchObject({ exitCode: 0 });
    await expect.poll(async () => (await a.command('mute', 'list')).out).toContain('bot1');
    const inject = ['inject', '--real', '--ticker', 'XYZ'];
    // Of all, whichever of the two sends them; one that is muted is not sent.
    for (const [at, node] of [a, b].entries()) {
      const held = await node.command(...inject, '--url', node.url, '--title', `held ${at}`);
      expect([held.exitCode, held.err]).toEqual([1, '']);
      for (const name of BOTS.slice(1))
        expect(held.out).toMatch(new RegExp(`^ +${name}: delivered \\(.*answered after`, 'm'));
      expect(held.out).toMatch(/^ +bot1: skipped.*\n.*\[muted\]$/m);
      expect(
        held.out.match(/^Held back: bot1: destination bot1 is muted for another .* \[muted\]$/gm),
        held.out,
      ).toHaveLength(1);
    }
    await a.command(...inject, '--url', a.url, '--title', 'injected');
    const others = BOTS.slice(1).map((name) => `${name} delivered`);
    await expect.poll(() => states('injected')).toEqual(['bot1 skipped', ...others]);
    expect(new Set((await rows('injected')).map(({ node }) => node))).toEqual(new Set(['a', 'b']));
    expect(await a.command('mute', 'lift', 'destination:bot1')).toMatchObject({ exitCode: 0 });
    await expect.poll(async () => (await b.command('mute', 'list')).out).not.toContain('bot1');
    const sent = await b.command(...inject, '--url', b.url, '--title', 'all are sent', '--json');
    expect([sent.exitCode, sent.err]).toEqual([0, '']);
    const results = (JSON.parse(sent.out) as { deliveries: readonly Shown[] }).deliveries;
    expect(results.map(({ destination, state }) => `${destination} ${state}`)).toEqual(all('delivered'));
    // A refusal of a bot has its words, wherever it is sent from.
    for (const { faults } of bots) faults.push({ status: 400 });
    const refused = await a.command(...inject, '--url', a.url, '--title', 'refused');
    expect(refused.exitCode).toBe(1);
    for (const name of BOTS)
      expect(refused.out).toMatch(new RegExp(`^ +${name}: dead.*\\n.*HTTP 400\\]$`, 'm'));

    // Each says of one announcement the same, with the deliveries of both.
    const [one] = (await b.get('/api/announcements?limit=1')).announcements ?? [];
    for (const node of [a, b]) {
      const { out } = await node.command('explain', '--id', one?.id ?? '');
      expect(BOTS.filter((name) => out.includes(name))).toEqual(BOTS);
      expect(out).not.toMatch(/nothing: /);
    }

    // Deliveries that wait at either, for as long as it takes, are cancelled from b.
    for (const { faults } of bots) faults.push(...Array.from({ length: 1000 }, () => ({ status: 503 })));
    announce('waits');
    await expect
      .poll(async () => (await rows('waits')).filter(({ state }) => state === 'pending').length)
      .toBe(BOTS.length);
    const ids = (await rows('waits')).map(({ id }) => id);
    const discarded = await b.command('deliveries', 'discard', ...ids);
    expect([discarded.exitCode, discarded.err]).toEqual([0, '']);
    await expect.poll(() => states('waits')).toEqual(all('skipped'));
    for (const { faults } of bots) faults.length = 0;

    // A live node leaves: the other has all at once. One that is dead cannot be asked.
    const left = await b.command('cluster', 'leave', '--url', b.url);
    expect(left.out).toContain('b has left the cluster and sends nothing more: stop it now.');
    await expect
      .poll(async () => (await a.get('/api/cluster')).nodes?.find(({ node }) => node === 'a')?.partitions)
      .toBe(256);
    announce('after it left');
    await expect.poll(() => states('after it left')).toEqual(all('delivered'));
    expect(new Set((await rows('after it left')).map(({ node }) => node))).toEqual(new Set(['a']));
    b.program.kill('SIGKILL');
    await b.program.exited;
    const dead = await b.command('cluster', 'leave', '--url', b.url);
    expect(dead.exitCode).not.toBe(0);
    expect(dead.err).toMatch(/listens|answer/);
  });
});
