/** `check` as a whole: what it prints of what was found, and its exit code. */
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { runCommandLine } from '../support/command.ts';

const env = { KEY: `dsk_${'a1'.repeat(32)}`, TOKEN: '7654321098:AAEhBOweik9ai2o01cbsaiCh5ecohfa2o9A' };

async function check(text: string, ...flags: readonly string[]) {
  const folder = mkdtempSync(join(tmpdir(), 'check-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, 'config.yaml');
  writeFileSync(file, text);
  const { exitCode, out } = await runCommandLine(['check', '-c', file, ...flags], { env });
  return {
    exitCode,
    out: out.replaceAll(file, 'config.yaml'),
    lines: out.split('\n').filter((line) => line !== ''),
  };
}

const withRules = (rules: string, more = '') =>
  `feeds: [{ apiKey: "\${KEY}" }]\ndestinations: { bot: { type: webhook, url: "http://127.0.0.1:1/x" } }\nrules:\n${rules}${more}`;
const ALL = '  - { match: { update: any }, send: bot }\n';

describe('of many problems a screenful is shown', () => {
  const rules = (count: number, match: string) =>
    withRules(
      Array.from({ length: count }, (_, n) => `  - { name: r${n}, match: ${match}, send: bot }\n`).join(''),
    );
  const MISTYPED = '{ tikcer: A }';
  const places = (lines: readonly string[]) => lines.filter((line) => /config\.yaml:\d+:\d+: /.test(line));

  test('of 250 the first 100, and how many more', async () => {
    const { exitCode, lines } = await check(rules(250, MISTYPED));
    expect(exitCode).toBe(1);
    expect(places(lines)).toHaveLength(100);
    expect(places(lines).at(-1)).toContain('config.yaml:103:');
    expect(lines.slice(-2)).toEqual([
      '… and 150 more problems',
      expect.stringMatching(/: 250 problems, 0 warnings$/),
    ]);
  });

  test('exactly 100 are all there', async () => {
    const { lines, out } = await check(rules(100, MISTYPED));
    expect(places(lines)).toHaveLength(100);
    expect(out).not.toContain('more problem');
  });

  test('101 leave one', async () => {
    expect((await check(rules(101, MISTYPED))).lines.at(-2)).toBe('… and 1 more problem');
  });

  test('of warnings as well', async () => {
    const { exitCode, lines } = await check(rules(130, '{ publisher: upbitt }'));
    expect(exitCode).toBe(0);
    expect(places(lines)).toHaveLength(100);
    expect(lines.at(-2)).toMatch(/^… and \d+ more warnings$/);
  });

  test('--json has them all', async () => {
    const { out } = await check(rules(250, MISTYPED), '--json');
    expect(JSON.parse(out)).toMatchObject({ valid: false, problems: { length: 250 } });
  });
});

describe('without `alerts`', () => {
  test('the last line has it, and --strict passes: the log may be enough', async () => {
    const { exitCode, lines } = await check(withRules(ALL), '--strict');
    expect(exitCode).toBe(0);
    expect(lines.at(-1)).toMatch(
      /config\.yaml: fine \(1 feed, 1 destination, 1 rule; no `alerts`, so only the log reports problems\)$/,
    );
  });

  test('with them it says nothing', async () => {
    const { lines } = await check(withRules(ALL, 'alerts: { send: [bot] }\n'));
    expect(lines.at(-1)).toMatch(/config\.yaml: fine \(1 feed, 1 destination, 1 rule\)$/);
  });

  test('of a broken config it says nothing either', async () => {
    expect((await check(withRules('  - { match: {}, send: nobody }\n'))).out).not.toContain('alerts');
  });
});

describe('a note', () => {
  const own = `feeds: [{ apiKey: "\${KEY}" }]
destinations: { me: { type: telegram, botToken: "\${TOKEN}", chatId: 987654321 } }
rules: [{ match: { update: any }, send: me }]
alerts: { send: me }
`;

  test('is shown as one, and --strict passes', async () => {
    const { exitCode, out, lines } = await check(own, '--strict');
    expect(exitCode).toBe(0);
    expect(out).toContain(
      'config.yaml:2:69: note: 987654321 is the id of a person, not of a group or channel\n',
    );
    expect(lines.at(-1)).toMatch(/: fine \(1 feed, 1 destination, 1 rule\)$/);
  });

  test('is in --json, beside the warnings', async () => {
    const { out } = await check(own, '--json');
    expect(JSON.parse(out)).toMatchObject({ valid: true, warnings: [], notes: [{ line: 2, column: 69 }] });
  });
});

test('regression: a link that leads nowhere is named with its target', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'check-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, 'config.yaml');
  symlinkSync('current/config.yaml', file);
  const { exitCode, out } = await runCommandLine(['check', '-c', file], { env });
  expect(exitCode).toBe(1);
  expect(out).toContain('it is a link to current/config.yaml, which does not exist');
  expect(out).toContain('hint: put that file there, or name another one with -c');
});
