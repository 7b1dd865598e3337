import { defineConfig } from 'vitest/config';
import { TEST_MS, WAIT_MS } from '../support/limits.ts';

/** `npm run test:page`: the page in a real Chromium, in one process, because a browser is started for it. */
export default defineConfig({
  test: {
    root: new URL('../..', import.meta.url).pathname,
    include: ['test/browser/**/*.browser.ts'],
    globalSetup: 'test/support/global-setup.ts',
    testTimeout: TEST_MS,
    hookTimeout: TEST_MS,
    expect: { poll: { timeout: WAIT_MS } },
    maxWorkers: 1,
  },
});
