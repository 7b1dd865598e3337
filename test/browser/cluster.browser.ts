/** The page of a node: whose figures it shows, who sends where, and how the other nodes are; also on a phone. */
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { BOTS, startTwoNodes, TOKEN } from '../support/cluster/two-nodes.ts';
import { WAIT_MS } from '../support/limits.ts';
import { describeWithPostgres } from '../support/postgres/installed.ts';
import { openWindow, startBrowser } from './chromium.ts';

const PATHS = ['/', '/destinations', '/latency', '/announcements', '/deliveries', '/rules', '/config'];

describeWithPostgres('the pages of two nodes', () => {
  let browser: Browser;
  let cluster: Awaited<ReturnType<typeof startTwoNodes>>;

  beforeAll(async () => {
    [browser, cluster] = await Promise.all([startBrowser(), startTwoNodes(['a', LONG])]);
    cluster.announce('ABC is listed');
    await vi.waitFor(async () => {
      const { deliveries } = await cluster.a.get('/api/deliveries?state=delivered');
      expect(deliveries?.length).toBe(BOTS.length);
    }, WAIT_MS);
  });

  afterAll(async () => {
    await browser?.close();
    await cluster?.[Symbol.asyncDispose]();
  });

  test.each([360, 768, 1440])('%i pixels wide, nothing has to be pushed sideways', async (width) => {
    for (const { url } of [cluster.a, cluster.b]) {
      const headers = { authorization: `Bearer ${TOKEN}` };
      await using window = await openWindow(browser, {
        viewport: { width, height: 800 },
        extraHTTPHeaders: headers,
      });
      for (const path of [...PATHS, `/destinations/${BOTS[0]}`]) {
        await window.page.goto(url + path);
        const isWide = (await window.page.evaluate('document.documentElement.scrollWidth')) as number;
        expect(isWide, path).toBeLessThanOrEqual(width);
      }
      expect(window.complaints).toEqual([]);
    }
  });

  test('every page names its node, and the overview who sends where and how the others are', async () => {
    await using window = await openWindow(browser, { javaScriptEnabled: false });
    window.page.setDefaultTimeout(5000);
    const textOf = async (url: string, selector: string) => {
      await window.page.goto(url);
      return (await window.page.textContent(selector)) ?? '';
    };
    for (const path of PATHS) expect(await textOf(cluster.a.url + path, 'header .node'), path).toBe('a');
    const overview = await textOf(`${cluster.a.url}/`, 'main');
    for (const words of ['Of node a.', 'Queues and figures are those of node a', `node ${LONG} sends`])
      expect(overview).toContain(words);
    // Each delivery is counted by one of them, which says that it sends there.
    const rows = await window.page.locator('#destinations tr').allTextContents();
    expect(rows.length).toBe(BOTS.length);
    const elsewhere = rows.filter((text) => text.includes(`node ${LONG} sends`));
    expect(elsewhere.length).toBeGreaterThan(0);
    expect(elsewhere.length).toBeLessThan(BOTS.length);
    const nodes = await window.page.locator('#nodes tr').allTextContents();
    expect(nodes.map((text) => /this one/.test(text))).toEqual([true, false]);
    for (const text of nodes) expect(text).toMatch(/live.*read, deliver.*same.*one/s);
    expect(await textOf(`${cluster.b.url}/latency`, 'main')).toContain(`Of what node ${LONG} has received`);
  });
});

const LONG = `b-${'x'.repeat(50)}.example`;
