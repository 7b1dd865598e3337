/**
 * The usual metrics of the process and of Node, but for those that hold the loop for longer the more sockets there
 * are: with thousands, the library takes 10 to 40 ms for them, and an announcement would wait.
 */
import { collectDefaultMetrics, Gauge, type Registry } from 'prom-client';
import { openFiles } from '../platform/open-files.ts';

/**
 * Each but the last looks at every socket, and none says anything that `nodejs_active_resources` does not. The last is no
 * counter, and its name is that of one: promtool warns of it.
 */
const LEFT_OUT = [
  'nodejs_active_handles',
  'nodejs_active_handles_total',
  'nodejs_active_requests',
  'nodejs_active_requests_total',
  'nodejs_active_resources_total',
] as const;

/** The library reads it in one go. */
const OPEN_FILES = 'process_open_fds';

export function collectProcess(
  registry: Registry,
  count: () => Promise<number | undefined> = openFiles,
): void {
  collectDefaultMetrics({ register: registry });
  for (const name of [...LEFT_OUT, OPEN_FILES]) registry.removeSingleMetric(name);
  new Gauge({
    name: OPEN_FILES,
    help: 'Number of open file descriptors; absent where the system does not report it.',
    registers: [registry],
    async collect() {
      const open = await count();
      if (open === undefined) this.remove();
      else this.set(open);
    },
  });
}
