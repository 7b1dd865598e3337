/** Loaded into the program with `--import`: every `MEMORY_EVERY_MS` it collects garbage and appends what is left to `MEMORY_FILE`. */
import { appendFileSync } from 'node:fs';
import { getHeapSpaceStatistics, setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc');
setInterval(() => {
  const { rss } = process.memoryUsage();
  const young = getHeapSpaceStatistics().find(
    ({ space_name }) => space_name === 'new_space',
  ).physical_space_size;
  collect();
  const { heapUsed, external } = process.memoryUsage();
  appendFileSync(process.env.MEMORY_FILE, `${JSON.stringify({ rss, young, heapUsed, external })}\n`);
}, Number(process.env.MEMORY_EVERY_MS)).unref();
