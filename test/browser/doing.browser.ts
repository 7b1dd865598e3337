/** Whoever watches and does something: rows as they come, a login, a delivery sent again, a mute. */
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Bridge, HOSTILE, startBridge, TOKEN } from './bridge.ts';
import { openWindow, startBrowser, type Window } from './chromium.ts';

let browser: Browser;
let bridge: Bridge;

beforeAll(async () => {
  [browser, bridge] = await Promise.all([startBrowser(), startBridge()]);
});

afterAll(async () => {
  await browser?.close();
  await bridge?.[Symbol.asyncDispose]();
});

async function login({ page }: Window, token = TOKEN): Promise<void> {
  await page.goto(`${bridge.url}/login`);
  await page.fill('input[name=token]', token);
  await page.click('main button');
}

test('a new announcement appears by itself, with what became of it, and hostile words do nothing', async () => {
  await using window = await openWindow(browser);
  await bridge.announce('OLD', 'OLD is listed');
  await window.page.goto(`${bridge.url}/`);
  await window.page.waitForSelector('.live.is-on');
  await window.page.evaluate('window.stillHere = true');
  await bridge.announce('NEW', HOSTILE);
  const row = window.page.locator('#news > tr', { hasText: 'NEW' });
  await row.waitFor();
  await row.locator('.good', { hasText: 'bot' }).waitFor();
  expect(await row.locator('.title').textContent()).toBe(HOSTILE);
  expect(await window.page.locator('#news > tr').first().locator('.tickers').textContent()).toBe('NEW');
  expect(await window.page.evaluate('window.stillHere')).toBe(true);
  expect(window.complaints).toEqual([]);
});

test('a wrong token is refused with a sentence, and changes nothing', async () => {
  await using window = await openWindow(browser);
  await login(window, 'wrong');
  expect(await window.page.textContent('[role=alert]')).toMatch(/This is not server.token/);
  await window.page.goto(`${bridge.url}/rules`);
  expect(await window.page.locator('form[method=post]').count()).toBe(0);
});

test('a delivery that failed is sent again by its button, without a script too', async () => {
  for (const javaScriptEnabled of [true, false]) {
    const ticker = javaScriptEnabled ? 'ONE' : 'TWO';
    await using window = await openWindow(browser, { javaScriptEnabled });
    bridge.standIns.bot.faults.push({ status: 400 });
    await bridge.announce(ticker, `${ticker} is listed`);
    await bridge.dead(javaScriptEnabled ? 1 : 2);
    await login(window);
    await window.page.goto(`${bridge.url}/deliveries?state=dead&destination=bot`);
    await window.page.click('button:has-text("Send again")');
    expect(await window.page.textContent('[role=status]:has-text("Queued")')).toMatch(/within a second/);
    await bridge.standIns.bot.waitFor(
      ({ headers, text }) =>
        text.includes(`${ticker} is listed`) && headers['x-listing-bridge-attempt'] === '2',
    );
    expect(window.complaints).toEqual([]);
  }
});

test('a mute is made, seen and lifted', async () => {
  await using window = await openWindow(browser);
  await login(window);
  await window.page.goto(`${bridge.url}/rules`);
  await window.page.fill('input[name=what]', 'SCAM');
  await window.page.fill('input[name=for]', '1h');
  await window.page.fill('input[name=reason]', 'a fake');
  await window.page.click('button:has-text("Mute")');
  const row = window.page.locator('tr', { hasText: 'SCAM' });
  expect(await row.textContent()).toMatch(/ticker.*a fake/);
  await row.locator('button').click();
  await window.page.locator('.empty', { hasText: 'Nothing is muted' }).waitFor();
  await window.page.click('button:has-text("Log out")');
  expect(await window.page.locator('text=Log in').count()).toBe(1);
  expect(window.complaints).toEqual([]);
});

test('a stream that breaks says so, and goes on', async () => {
  await using window = await openWindow(browser);
  await window.page.goto(`${bridge.url}/`);
  await window.page.waitForSelector('.live.is-on');
  await window.page.context().setOffline(true);
  await window.page.evaluate('0');
  await window.page.context().setOffline(false);
  await bridge.announce('BACK', 'BACK is listed');
  await window.page.locator('#news > tr', { hasText: 'BACK' }).waitFor();
});
