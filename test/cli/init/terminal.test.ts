/** `init` as a person has it: the program on a pseudo-terminal (`script`(1)), key by key. */
import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { startDiscordServer } from '../../../src/simulator/discord-server.ts';
import { runCommandLine } from '../../support/command.ts';

const MAIN = new URL('../../../src/main.ts', import.meta.url).pathname;
const KEY = `dsk_${'a1'.repeat(32)}`;
const ENTER = '\r';
const DOWN = '\u001b[B';
const CTRL_C = '\u0003';

const freshFolder = () => {
  const folder = mkdtempSync(join(tmpdir(), 'init-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
};

/** Each answer is typed when its question has appeared. */
async function typed(
  folder: string,
  turns: readonly (readonly [question: string, keys: string])[],
  env: Record<string, string> = {},
) {
  const command = `stty cols 120 rows 50; exec ${process.execPath} ${MAIN} init`;
  const child = spawn('script', ['-qefc', command, '/dev/null'], {
    cwd: folder,
    env: { PATH: process.env['PATH'] ?? '', TERM: 'xterm', npm_lifecycle_event: 'bridge', ...env },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  let screen = '';
  let seen = 0;
  const left = [...turns];
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    screen += text;
    const [turn] = left;
    const at = turn === undefined ? -1 : screen.indexOf(turn[0], seen);
    if (turn === undefined || at === -1) return;
    seen = at + turn[0].length;
    left.shift();
    child.stdin.write(turn[1]);
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve));
  return { code, screen, left };
}

const mode = (path: string) => (statSync(path).mode & 0o777).toString(8);

test('asks, sends a sample, writes only what was chosen for its owner alone, and says the next commands', async () => {
  const discord = await startDiscordServer();
  onTestFinished(() => discord.close());
  const folder = freshFolder();
  const { code, screen, left } = await typed(folder, [
    ['What is it for?', ENTER],
    ['Where do the alerts go?', ENTER],
    ['Where does the news come from?', ENTER],
    ['Which exchanges?', ENTER],
    ['Your key of the feed', `dsk_nonsense${ENTER}`],
    ['does not have the form of a key', `${'\u007f'.repeat(12)}${KEY}${ENTER}`],
    ['The webhook URL', discord.webhookUrl + ENTER],
    ['Send a sample there now?', ENTER],
  ]);
  expect([code, left]).toEqual([0, []]);
  expect(discord.received).toHaveLength(1);
  expect(readdirSync(folder).sort()).toEqual(['.env', 'config.schema.json', 'config.yaml']);
  expect([mode(join(folder, '.env')), mode(join(folder, 'config.yaml'))]).toEqual(['600', '600']);
  expect(readFileSync(join(folder, '.env'), 'utf8')).toContain(
    `\nDISCORD_WEBHOOK_URL=${discord.webhookUrl}\n`,
  );
  for (const secret of [KEY, KEY.slice(4, 14), discord.webhookUrl, 'dsk_nonsense'])
    expect(screen).not.toContain(secret);
  expect(screen).toContain('delivered in');
  expect(screen).toMatch(/1\. .*npm run bridge -- check/);
  expect(screen).toMatch(/2\. .*npm run bridge -- run/);
  const { exitCode, out } = await runCommandLine(['check', '-c', join(folder, 'config.yaml')]);
  expect([exitCode, out]).toEqual([0, expect.stringMatching(/fine \(1 feed, 1 destination, 2 rules\)$/)]);
});

test('Ctrl-C writes nothing and says so', async () => {
  const folder = freshFolder();
  const { code, screen } = await typed(folder, [
    ['What is it for?', `${DOWN}${ENTER}`],
    ['Where does the news come from?', ENTER],
    ['Which exchanges?', ENTER],
    ['Your key of the feed', KEY.slice(0, 20) + CTRL_C],
  ]);
  expect(code).toBe(1);
  expect(screen).toContain('Cancelled: nothing was written.');
  expect(readdirSync(folder)).toEqual([]);
});

test('asks nothing where a config is', async () => {
  const folder = freshFolder();
  writeFileSync(join(folder, 'config.yaml'), 'mine');
  const { code, screen } = await typed(folder, []);
  expect(code).toBe(1);
  expect(screen).toContain('config.yaml exists and is not overwritten');
  expect(screen).not.toContain('What is it for?');
});
