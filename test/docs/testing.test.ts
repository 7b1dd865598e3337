/** Every `tests:` that a document or the example shows passes, and the failure that docs/testing.md shows is the real one. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runCommandLine } from '../support/command.ts';
import { documents, read } from './comments.ts';

const before = process.cwd();
let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'testing-'));
  process.chdir(folder);
});
afterAll(() => {
  process.chdir(before);
  rmSync(folder, { recursive: true, force: true });
});

const run = (text: string) => {
  writeFileSync('config.yaml', text);
  return runCommandLine(['test']);
};

const blocks = [...documents.map(read), `\`\`\`yaml\n${read('config.example.yaml')}\n\`\`\``]
  .flatMap((text) => [...text.matchAll(/^```yaml\n([\s\S]*?)^```/gm)].map(([, code = '']) => code))
  .filter((code) => /^feeds:/m.test(code) && /^tests:/m.test(code));

test('there are some', () => expect(blocks.length).toBeGreaterThanOrEqual(2));

test.each(blocks)('a whole config with tests: they pass', async (text) => {
  expect(await run(text)).toMatchObject({ exitCode: 0, err: '' });
});

test('the failure that the page shows', async () => {
  const page = read('docs/testing.md');
  const [config = ''] = blocks.filter((code) => page.includes(code));
  const broken = config.replace(/(BTC 마켓.*\n {4}expect: )team/, '$1[bot, team]');
  expect(broken).not.toBe(config);
  const { out, exitCode } = await run(broken);
  expect(exitCode).toBe(1);
  const [, shown] = /```text\n([\s\S]*?)```/.exec(page) ?? [];
  expect(out).toContain(shown);
});
