/** The limit for new objects, in a process of its own: V8's flags are those of the whole process. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

const MODULE = new URL('../../src/platform/young-generation.ts', import.meta.url).href;

/** Makes so much that lives for a while that the space grows as far as it may; prints how large it was at most, in MB. */
const LOAD = `
  const { limitYoungGeneration, youngGenerationMb } = await import(${JSON.stringify(MODULE)});
  limitYoungGeneration(JSON.parse(process.argv[1]), 4);
  const kept = [];
  let most = 0;
  for (let round = 0; round < 120; round++) {
    await new Promise(setImmediate);
    for (let n = 0; n < 5000; n++) kept.push({ n, text: 'x' + n, list: [n] });
    if (kept.length > 100_000) kept.length = 0;
    most = Math.max(most, youngGenerationMb());
  }
  console.log(most);
`;

async function mostMb(options: readonly string[]): Promise<number> {
  const args = ['--input-type=module', '-e', LOAD, JSON.stringify(options)];
  const { stdout } = await promisify(execFile)(process.execPath, args, { env: {} });
  return Number(stdout);
}

test('it grows no further than the limit', async () => {
  // It grows by doubling; a few pages more are for objects on their way.
  expect(await mostMb([])).toBeLessThan(16);
});

test('the wish of the user goes before it', async () => {
  expect(await mostMb(['--max-semi-space-size=64'])).toBeGreaterThanOrEqual(16);
  expect(await mostMb(['--enable-source-maps --max_semi_space_size=64'])).toBeGreaterThanOrEqual(16);
});
