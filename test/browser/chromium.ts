/** A real browser, as npm brings it: one for all tests of a process, a window of its own for each. */
import chromium from '@sparticuz/chromium';
import { type Browser, type BrowserContextOptions, chromium as driver, type Page } from 'playwright-core';

/** Those of the package are for a machine without a disk; two of them switch off what is tested here. */
const ARGS = ['--no-sandbox', '--headless=shell', '--use-angle=swiftshader', '--disable-gpu'];

export const startBrowser = async (): Promise<Browser> =>
  driver.launch({ executablePath: await chromium.executablePath(), args: ARGS, headless: true });

export interface Window extends AsyncDisposable {
  readonly page: Page;
  /** Errors of the console, blocked loads and scripts that failed: none is fine. */
  readonly complaints: readonly string[];
}

export async function openWindow(browser: Browser, options: BrowserContextOptions = {}): Promise<Window> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, ...options });
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('dialog', (dialog) => {
    complaints.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  await page.addInitScript(
    `document.addEventListener('securitypolicyviolation', (event) =>
      console.error('blocked: ' + event.violatedDirective + ' ' + event.blockedURI));`,
  );
  return { page, complaints, [Symbol.asyncDispose]: () => context.close() };
}
