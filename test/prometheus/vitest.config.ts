import { defineConfig } from 'vitest/config';
import { TEST_MS, WAIT_MS } from '../support/limits.ts';

/** `npm run test:prometheus`: `deploy/` in Debian's Prometheus, which must be there (`apt-get install prometheus`). */
export default defineConfig({
  test: {
    root: new URL('../..', import.meta.url).pathname,
    include: ['test/prometheus/**/*.prometheus.ts'],
    globalSetup: 'test/support/global-setup.ts',
    testTimeout: TEST_MS,
    hookTimeout: TEST_MS,
    expect: { poll: { timeout: WAIT_MS, interval: 100 } },
    maxWorkers: 1,
  },
});
