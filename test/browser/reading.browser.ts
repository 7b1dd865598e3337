/** Whoever reads the page: on a phone, without a script, with a keyboard or a screen reader, in the light and in the dark. */

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Bridge, HOSTILE, PATHS, startBridge } from './bridge.ts';
import { openWindow, startBrowser } from './chromium.ts';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

let browser: Browser;
let bridge: Bridge;

beforeAll(async () => {
  [browser, bridge] = await Promise.all([startBrowser(), startBridge()]);
  await bridge.announce('ABC', '에이비씨(ABC) KRW 마켓 디지털 자산 추가 🟢');
  await bridge.announce('EVIL', HOSTILE);
});

afterAll(async () => {
  await browser?.close();
  await bridge?.[Symbol.asyncDispose]();
});

/** The page of the announcement with the hostile title is one of them. */
async function allPaths(): Promise<readonly string[]> {
  const text = await (await fetch(`${bridge.url}/`)).text();
  const [, path = '/'] = /href="(\/announcements\/[0-9a-z]+)">EVIL/.exec(text) ?? [];
  return [...PATHS, path];
}

test('nothing is blocked, nothing fails, and a hostile title is only words', async () => {
  await using window = await openWindow(browser);
  for (const path of await allPaths()) await window.page.goto(bridge.url + path);
  expect(await window.page.textContent('main')).toContain(HOSTILE);
  expect(window.complaints).toEqual([]);
});

describe.each([360, 768, 1440])('%i pixels wide', (width) => {
  test('no page has to be pushed sideways', async () => {
    await using window = await openWindow(browser, { viewport: { width, height: 800 } });
    for (const path of await allPaths()) {
      await window.page.goto(bridge.url + path);
      expect(await window.page.evaluate('document.documentElement.scrollWidth'), path).toBeLessThanOrEqual(
        width,
      );
    }
  });
});

test.each(['light', 'dark'] as const)('axe finds nothing serious in the %s', async (colorScheme) => {
  for (const width of [360, 1280]) {
    await using window = await openWindow(browser, {
      colorScheme,
      viewport: { width, height: 800 },
      bypassCSP: true,
    });
    for (const path of await allPaths()) {
      await window.page.goto(bridge.url + path);
      await window.page.addScriptTag({ content: AXE });
      const found = (await window.page.evaluate('axe.run()')) as {
        violations: { id: string; impact: string; nodes: { html: string; failureSummary: string }[] }[];
      };
      const serious = found.violations
        .filter(({ impact }) => impact === 'serious' || impact === 'critical' || impact === 'moderate')
        .map(({ id, nodes }) => `${path} at ${width}: ${id}: ${nodes[0]?.html} ${nodes[0]?.failureSummary}`);
      expect(serious).toEqual([]);
    }
  }
});

test('without JavaScript everything is there to read', async () => {
  await using window = await openWindow(browser, { javaScriptEnabled: false });
  await window.page.goto(`${bridge.url}/`);
  const text = (await window.page.textContent('main')) ?? '';
  for (const words of ['Ready', 'ABC', '에이비씨', 'chat', 'group', 'bot', 'healthy', 'proven healthy'])
    expect(text).toContain(words);
  await window.page.goto(`${bridge.url}/try`);
  await window.page.fill('input[name=title]', 'XYZ is listed');
  await window.page.fill('input[name=tickers]', 'XYZ');
  await window.page.click('main button');
  expect(await window.page.textContent('#result')).toMatch(/3 requests by 1 rule/);
});

/** Those in a folded part come when it is unfolded. */
const FOCUSABLE =
  '[...document.querySelectorAll("a[href], button, input, select, summary, [tabindex]")].filter((one) => one.checkVisibility())';

test.each(['/', '/latency', '/destinations/bot', '/deliveries', '/announcements'])(
  'the keyboard alone gets everywhere on %s, and is always seen',
  async (path) => {
    await using window = await openWindow(browser);
    await window.page.goto(bridge.url + path);
    await window.page.waitForLoadState('load');
    const count = (await window.page.evaluate(`${FOCUSABLE}.length`)) as number;
    for (let at = 0; at < count + 2; at++) {
      await window.page.keyboard.press('Tab');
      const { name, isSeen } = (await window.page.evaluate(`(() => {
        const one = document.activeElement;
        one.dataset.reached = 'yes';
        const { outlineStyle, outlineWidth } = getComputedStyle(one);
        const { width, height } = one.getBoundingClientRect();
        return { name: one.outerHTML.slice(0, 200), isSeen: one === document.body || (outlineStyle !== 'none' && outlineWidth !== '0px' && width > 0 && height > 0) };
      })()`)) as { name: string; isSeen: boolean };
      expect(isSeen, name).toBe(true);
    }
    const missed = (await window.page.evaluate(
      `${FOCUSABLE}.filter((one) => one.dataset.reached === undefined).map((one) => one.outerHTML.slice(0, 200))`,
    )) as readonly string[];
    // A row that came meanwhile is not reached.
    expect(missed.filter((one) => !one.includes('/destinations/'))).toEqual([]);
  },
);

test('the first Tab leads past the navigation', async () => {
  await using window = await openWindow(browser);
  await window.page.goto(`${bridge.url}/`);
  await window.page.keyboard.press('Tab');
  await window.page.keyboard.press('Enter');
  expect(new URL(window.page.url()).hash).toBe('#main');
});
