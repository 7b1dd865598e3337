import { defineConfig } from 'vitest/config';
import { TEST_MS, WAIT_MS } from './support/limits.ts';

const TESTS = 'test/**/*.test.ts';

/** They look at what their process loads, has loaded, or runs. */
const ALONE = [
  'test/e2e/start.test.ts',
  'test/outbox/deliveries-off-loop.test.ts',
  'test/tools/expressions.test.ts',
];

/** A server of PostgreSQL costs more than all that it is asked: `npm run test:cluster`. */
const WITH_DATABASE = [
  'test/cluster/probe.test.ts',
  'test/cluster/alone-postgres.test.ts',
  'test/cluster/check-online.test.ts',
  'test/cluster/postgres-faults.test.ts',
  'test/cluster/postgres-promises.test.ts',
  'test/cluster/claims.property.test.ts',
  'test/cluster/processes.test.ts',
  'test/cluster/deployed.test.ts',
  'test/cluster/failures.test.ts',
  'test/cluster/from-any-node.test.ts',
  'test/cluster/replay-anywhere.test.ts',
  'test/cluster/done-anywhere.test.ts',
];

/** The program is started dozens of times, for its commands and for what it watches: `npm run test:commands`. */
const COMMANDS = [
  ...['alerts', 'api', 'api-document', 'config-map', 'demo', 'explain-id', 'export'],
  ...['inject', 'mutes', 'replay', 'stats', 'watch', 'watch-tables'],
].map((name) => `test/e2e/${name}.test.ts`);

const APART = [...ALONE, ...COMMANDS, ...WITH_DATABASE];

export default defineConfig({
  test: {
    root: new URL('..', import.meta.url).pathname,
    globalSetup: 'test/support/global-setup.ts',
    setupFiles: ['test/support/same-process.ts', 'test/support/properties.ts'],
    testTimeout: TEST_MS,
    hookTimeout: TEST_MS,
    teardownTimeout: TEST_MS,
    expect: { poll: { timeout: WAIT_MS } },
    // Most of them wait for servers, processes and timers: more at once than there are cores.
    maxWorkers: 4,
    restoreMocks: true,
    projects: [
      // One process after the other for hundreds of files would take as long to load the same modules as to test them.
      {
        extends: true,
        test: { name: 'shared', isolate: false, include: [TESTS], exclude: APART },
      },
      { extends: true, test: { name: 'alone', isolate: true, include: ALONE } },
      { extends: true, test: { name: 'commands', isolate: false, include: COMMANDS } },
      { extends: true, test: { name: 'database', isolate: false, include: WITH_DATABASE } },
    ],
  },
});
