import { defineConfig } from 'vitest/config';
import { TEST_MS, WAIT_MS } from './support/limits.ts';

export default defineConfig({
  test: {
    root: new URL('..', import.meta.url).pathname,
    include: ['test/**/*.test.ts'],
    globalSetup: 'test/support/build.ts',
    setupFiles: ['test/support/properties.ts'],
    testTimeout: TEST_MS,
    hookTimeout: TEST_MS,
    teardownTimeout: TEST_MS,
    expect: { poll: { timeout: WAIT_MS } },
    // Most of them wait for servers, processes and timers: more at once than there are cores.
    maxWorkers: 4,
    restoreMocks: true,
  },
});
