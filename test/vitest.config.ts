import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    root: new URL('..', import.meta.url).pathname,
    include: ['test/**/*.test.ts'],
    globalSetup: 'test/support/build.ts',
    setupFiles: ['test/support/properties.ts'],
    testTimeout: 40_000,
    // Most of them wait for servers, processes and timers: more at once than there are cores.
    maxWorkers: 4,
    restoreMocks: true,
  },
});
