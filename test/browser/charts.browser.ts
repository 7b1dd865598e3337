/** The page of latency, the page of a destination, ages, and the weight of it all, as a browser has them. */
import { gzipSync } from 'node:zlib';
import type { Browser, Page, Response } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Bridge, HOSTILE, PATHS, startBridge, TOKEN } from './bridge.ts';
import { openWindow, startBrowser } from './chromium.ts';

let browser: Browser;
let bridge: Bridge;

beforeAll(async () => {
  [browser, bridge] = await Promise.all([startBrowser(), startBridge()]);
  await bridge.announce('ABC', 'ABC is listed');
});

afterAll(async () => {
  await browser?.close();
  await bridge?.[Symbol.asyncDispose]();
});

test('the first announcement of all appears by itself as well', async () => {
  await using window = await openWindow(browser);
  await window.page.goto(`${bridge.url}/`);
  await window.page.waitForSelector('.live.is-on');
  // As it is before the first, which here the self-test was.
  await window.page.evaluate(
    'document.querySelector("#news").closest(".table").outerHTML = "<div data-awaits=news>none yet</div>"',
  );
  await bridge.announce('FIRST', 'FIRST is listed');
  await window.page.locator('#news > tr', { hasText: 'FIRST' }).waitFor();
  expect(window.complaints).toEqual([]);
});

const charts = (page: Page) => page.locator('figure canvas');

test.each(['light', 'dark'] as const)(
  'each table of latency is drawn as a chart, in the %s and on a phone',
  async (colorScheme) => {
    for (const width of [360, 1440]) {
      await using window = await openWindow(browser, { colorScheme, viewport: { width, height: 800 } });
      const { page } = window;
      await page.goto(`${bridge.url}/latency?since=1h`);
      await charts(page).first().waitFor();
      expect(await charts(page).count()).toBe(await page.locator('figure[data-chart]').count());
      for (const box of await Promise.all((await charts(page).all()).map((one) => one.boundingBox())))
        expect((box?.x ?? 0) + (box?.width ?? width + 1)).toBeLessThanOrEqual(width);
      expect(window.complaints).toEqual([]);
    }
  },
);

test('the arrow keys move through a chart, and its figures are those of the table', async () => {
  await using window = await openWindow(browser);
  const { page } = window;
  await page.goto(`${bridge.url}/latency`);
  await charts(page).first().waitFor();
  const figure = page.locator('section[aria-label="In the bridge"] figure');
  await figure.locator('.plot').focus();
  await page.keyboard.press('ArrowRight');
  const legend = figure.locator('.u-legend .u-value');
  const row = figure.locator('details tbody tr').first();
  await figure.locator('summary').press('Enter');
  expect(await legend.nth(0).textContent()).toBe(await row.locator('th').textContent());
  expect(await legend.nth(1).textContent()).toBe(await row.locator('td').nth(1).textContent());
  expect(await row.isVisible()).toBe(true);
});

test('a window of another size, and another theme, draw them anew', async () => {
  await using window = await openWindow(browser, { colorScheme: 'light' });
  const { page } = window;
  await page.goto(`${bridge.url}/latency`);
  await charts(page).first().waitFor();
  await page.evaluate('window.before = document.querySelector("figure canvas")');
  const isNew = 'document.querySelector("figure canvas") !== window.before';
  await page.emulateMedia({ colorScheme: 'dark' });
  await expect.poll(() => page.evaluate(isNew)).toBe(true);
  await page.setViewportSize({ width: 500, height: 800 });
  const widthOf = 'document.querySelector("figure canvas").getBoundingClientRect().width';
  await expect.poll(() => page.evaluate(widthOf)).toBeLessThan(500);
  const legend = page.locator('figure').first().locator('.u-legend .u-label');
  expect(await legend.allTextContents()).toEqual(['from', 'p50', 'p99', 'request sent, p50']);
  expect(window.complaints).toEqual([]);
});

test('a browser that names no language draws them too', async () => {
  await using window = await openWindow(browser);
  await window.page.addInitScript(
    'Object.defineProperty(navigator, "language", { value: "en-US@posix", configurable: true })',
  );
  await window.page.goto(`${bridge.url}/latency`);
  await charts(window.page).first().waitFor();
  expect(window.complaints).toEqual([]);
});

test('without JavaScript the tables stand there, and periods, feeds and destinations are links', async () => {
  await using window = await openWindow(browser, { javaScriptEnabled: false });
  const { page } = window;
  await page.goto(`${bridge.url}/latency`);
  expect(await page.locator('figure svg').first().isVisible()).toBe(true);
  await page.click('figure summary');
  expect(await page.locator('figure table').first().isVisible()).toBe(true);
  await page.click('nav[aria-label=period] a:has-text("7 days")');
  await page.click('td:has-text("100 %") >> xpath=.. >> a');
  expect(page.url()).toMatch(/since=7d&destination=\w+/);
  expect(await page.textContent('main')).toMatch(/Only deliveries to/);
});

test('only that page loads the library, all from here, and everything together is small', async () => {
  const assets = new Map<string, number>();
  let largestPage = 0;
  for (const path of PATHS) {
    await using window = await openWindow(browser);
    const responses: Response[] = [];
    window.page.on('response', (response) => responses.push(response));
    await window.page.goto(bridge.url + path, { waitUntil: 'load' });
    for (const response of responses) {
      expect(response.url().startsWith(`${bridge.url}/`), response.url()).toBe(true);
      const { pathname } = new URL(response.url());
      if (pathname === '/live') continue;
      if (!pathname.startsWith('/assets/')) {
        largestPage = Math.max(largestPage, gzipSync(await response.body()).byteLength);
        continue;
      }
      if (path !== '/latency') expect(pathname, path).not.toMatch(/uplot|charts/);
      expect(response.headers()['content-encoding']).toBe('gzip');
      assets.set(pathname, (await response.request().sizes()).responseBodySize);
    }
  }
  expect([...assets.keys()].filter((one) => one.includes('uplot'))).toHaveLength(2);
  const all = [...assets.values()].reduce((sum, size) => sum + size, largestPage);
  expect(all).toBeGreaterThan(25_000);
  expect(all).toBeLessThanOrEqual(60_000);
});

test('ages count on without a request, from the stamp in the page', async () => {
  await using window = await openWindow(browser);
  const { page } = window;
  await page.clock.install();
  await page.goto(`${bridge.url}/rules`);
  const time = page.locator('time[data-age=ago]').first();
  const words = await time.textContent();
  expect(words).toMatch(/^just now$|^\d+s ago$/);
  let requests = 0;
  page.on('request', () => requests++);
  await page.clock.fastForward(3_600_000);
  expect(await time.textContent()).toMatch(/^1h(\dm)? ago$/);
  expect(requests).toBe(0);
});

test('without JavaScript the time of day stands beside each age', async () => {
  await using window = await openWindow(browser, { javaScriptEnabled: false });
  await window.page.goto(`${bridge.url}/`);
  const text = await window.page.textContent('#feeds');
  expect(text).toMatch(/(just now|ago) \(\d\d:\d\d:\d\d\)/);
});

test('a bridge that cannot be reached is said where everybody sees it, and its return too', async () => {
  await using window = await openWindow(browser, { viewport: { width: 360, height: 700 } });
  const { page } = window;
  await page.route('**/live', (route) => route.fulfill({ status: 503, body: 'no' }));
  await page.goto(`${bridge.url}/`);
  const mark = page.locator('.live.is-off');
  await mark.waitFor();
  expect(await mark.textContent()).toMatch(/not live/);
  await page.evaluate('scrollTo(0, 1e6)');
  const box = await mark.boundingBox();
  expect(box !== null && box.y >= 0 && box.y + box.height <= 700).toBe(true);
  await page.unroute('**/live');
  await page.waitForSelector('.live.is-on');
});

test('a destination is muted and lifted from its page; its row is live', async () => {
  await using window = await openWindow(browser);
  const { page } = window;
  await page.goto(`${bridge.url}/login`);
  await page.fill('input[name=token]', TOKEN);
  await page.click('main button');
  await page.goto(`${bridge.url}/destinations/bot`);
  await page.click('summary:has-text("Mute bot")');
  await page.selectOption('select[name=for]', '8h');
  await page.fill('input[name=reason]', 'a pause');
  await page.click('button:has-text("Mute")');
  expect(new URL(page.url()).pathname).toBe('/destinations/bot');
  expect(await page.textContent('.notice')).toMatch(/Muted, (7h59m|8h).*left.*a pause/);
  await page.click('button:has-text("Lift")');
  expect(await page.locator('.notice').count()).toBe(0);
  await page.waitForSelector('.live.is-on');
  const delivered = page.locator('#d-bot td[data-label=Delivered]');
  const before = Number(await delivered.textContent());
  await bridge.announce('AGAIN', 'AGAIN is listed');
  await expect.poll(async () => Number(await delivered.textContent())).toBe(before + 1);
  expect(window.complaints).toEqual([]);
});

test('a hostile name in the address is a sentence', async () => {
  await using window = await openWindow(browser);
  const answer = await window.page.goto(`${bridge.url}/destinations/${encodeURIComponent(HOSTILE)}`);
  expect(answer?.status()).toBe(404);
  expect(await window.page.textContent('main')).toMatch(/No such destination/);
  await window.page.goto(`${bridge.url}/latency?feed=${encodeURIComponent(HOSTILE)}&destination=x`);
  expect(await window.page.textContent('main')).toContain(HOSTILE);
  expect(window.complaints.filter((one) => !/404/.test(one))).toEqual([]);
});

test('a list is filtered by the keyboard alone, and the filter stays on the way', async () => {
  await using window = await openWindow(browser, { javaScriptEnabled: false });
  const { page } = window;
  await page.goto(`${bridge.url}/announcements`);
  await page.locator('input[name=title]').focus();
  await page.keyboard.type('again');
  await page.keyboard.press('Enter');
  await page.waitForURL(/title=/);
  expect(new URL(page.url()).searchParams.get('title')).toBe('again');
  expect(await page.locator('tbody tr').count()).toBe(1);
  expect(await page.inputValue('input[name=title]')).toBe('again');
  await page.click('a:has-text("Show all")');
  expect(await page.locator('tbody tr').count()).toBe(3);
});
