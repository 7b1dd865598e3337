/** `init` without questions: its flags, the files that it writes, and what it never overwrites. */
import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { envText } from '../../../src/cli/init-env.ts';
import { parseEnvFile } from '../../../src/config/dotenv.ts';
import { runCommandLine } from '../../support/command.ts';

const KEY = `dsk_${'a1'.repeat(32)}`;
const HOOK = 'https://discord.com/api/webhooks/12345678901234567/Zq3-kT7_a8Bd0fG2';
const TOKEN = '123456789:AAH3kZp0wQ7v-9sXy2LmNbVcRtEuIoPlKjH';
const ALL = {
  CRYPTOLISTING_API_KEY: KEY,
  DISCORD_WEBHOOK_URL: HOOK,
  TELEGRAM_BOT_TOKEN: TOKEN,
  TELEGRAM_CHAT_ID: '@listings_of_ann',
  BOT_URL: 'http://127.0.0.1:9000/signal?key=a b#c',
};
const BOT_TOKEN = 'MTk4NjIyNDgzNDcxOTI1MjQ4.Cl2FMQ.ZnCjm1XVW7vRze4b7Cq4se7kKWs';
const SOURCE = { SOURCE_URL: 'wss://127.0.0.1:9/news?token=s0urce-t0ken', SOURCE_KEY: 'key-of-the-s0urce' };

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'init-'));
  const made = folder;
  onTestFinished(() => rmSync(made, { recursive: true, force: true }));
});

const run = (args: readonly string[], env: Readonly<Record<string, string>> = {}) =>
  runCommandLine([...args, '-c', join(folder, 'config.yaml')], { env });
const text = (name: string) => readFileSync(join(folder, name), 'utf8');
const mode = (name: string) => (statSync(join(folder, name)).mode & 0o777).toString(8);
const destinations = () =>
  [...text('config.yaml').matchAll(/^ {2}(\w+):\n {4}type/gm)].map(([, name]) => name);

describe('--yes', () => {
  test('takes what the environment has, and the result is fine without it', async () => {
    const { exitCode, out } = await run(['init', '--yes'], ALL);
    expect(exitCode).toBe(0);
    expect(destinations()).toEqual(['team', 'channel', 'bot']);
    expect(['config.yaml', '.env'].map(mode)).toEqual(['600', '600']);
    for (const value of [KEY, HOOK, TOKEN, ALL.BOT_URL]) {
      expect(text('config.yaml')).not.toContain(value);
      expect(out).not.toContain(value);
    }
    const checked = await run(['check', '--strict']);
    expect([checked.exitCode, checked.out]).toEqual([
      0,
      expect.stringMatching(/fine \(1 feed, 3 destinations, 3 rules\)$/),
    ]);
    expect(out).toContain('listing-bridge check -c ');
    expect(out).toContain('listing-bridge send team channel bot -c ');
  });

  test('without any, Discord, and says what is to be filled in', async () => {
    const { exitCode, out } = await run(['init', '--yes']);
    expect([exitCode, destinations()]).toEqual([0, ['team']]);
    expect(out).toMatch(
      /1\. fill in what is still empty in .*\.env:\n +CRYPTOLISTING_API_KEY .*\n +DISCORD_WEBHOOK_URL .*Copy Webhook URL/,
    );
    const checked = await run(['check']);
    expect(checked.out).toMatch(/2 problems, 0 warnings$/);
  });

  test.each([
    [['--to', 'telegram'], ['channel']],
    [['--to', 'webhook'], ['bot']],
    [['--for', 'alerts', '--to', 'webhook'], ['program']],
    [['--for', 'bot'], ['bot']],
    [
      ['--for', 'both', '--to', 'discord'],
      ['team', 'bot'],
    ],
    [
      ['--to', 'telegram,webhook', '--exchanges', 'upbit, bithumb'],
      ['channel', 'bot'],
    ],
    [['--minimal', '--to', 'webhook'], ['program']],
    [['--minimal'], ['team']],
  ])('%j', async (args, names) => {
    expect(
      (await run(['init', '--yes', ...args], { ...ALL, PROGRAM_URL: 'http://127.0.0.1:1/x' })).exitCode,
    ).toBe(0);
    expect(destinations()).toEqual(names);
    const checked = await run(['check', '--strict']);
    expect([checked.exitCode, checked.out]).toEqual([0, expect.stringContaining(': fine (')]);
    if (args.includes('--exchanges')) expect(text('config.yaml')).toContain('exchanges: [upbit, bithumb]');
  });

  test('a bot in Discord and a source of their own, from flags and the environment alone', async () => {
    const env = { ...SOURCE, DISCORD_BOT_TOKEN: BOT_TOKEN, DISCORD_CHANNEL_ID: '123456789012345678' };
    const map = 'title=data.title, tickers=data["odd.key"],publisher:upbit,listingType:spot_listing';
    const made = await run(
      ['init', '--yes', '--feed', 'websocket', '--to', 'discord-bot', '--map', map, '--header', 'X-Token'],
      env,
    );
    expect([made.exitCode, made.err]).toEqual([0, '']);
    expect(destinations()).toEqual(['community']);
    expect(text('config.yaml')).toMatch(
      /^feeds:.*\n {2}- name: source .*\n {4}type: websocket\n {4}url: \$\{SOURCE_URL\}\n {4}headers: \{ X-Token: "\$\{SOURCE_KEY\}" \}$/m,
    );
    for (const secret of [BOT_TOKEN, SOURCE.SOURCE_URL, SOURCE.SOURCE_KEY]) {
      expect(text('config.yaml') + made.out).not.toContain(secret);
      expect(text('.env')).toContain(secret);
    }
    const checked = await run(['check', '--strict']);
    expect([checked.exitCode, checked.out]).toEqual([
      0,
      expect.stringMatching(/fine \(1 feed, 1 destination, 2 rules\)$/),
    ]);
  });

  test.each([
    [{ DISCORD_BOT_TOKEN: `Bot ${BOT_TOKEN}` }, 'DISCORD_BOT_TOKEN', 'without "Bot "'],
    [{ DISCORD_CHANNEL_ID: '12', DISCORD_BOT_TOKEN: BOT_TOKEN }, 'DISCORD_CHANNEL_ID', '17 to 20 digits'],
    [{ SOURCE_URL: 'https://127.0.0.1/s0urce-t0ken' }, 'SOURCE_URL', 'wss://'],
  ])('%j cannot be used', async (env, name, why) => {
    const { exitCode, err } = await run(['init', '--yes'], env);
    expect([exitCode, err]).toEqual([
      1,
      expect.stringContaining(`${name} of the environment cannot be used. `),
    ]);
    expect(err).toContain(why);
    expect(err).not.toMatch(/s0urce|ZnCjm1/);
    expect(readdirSync(folder)).toEqual([]);
  });

  test('a value that cannot be is a sentence, without the value, and nothing is written', async () => {
    const { exitCode, err } = await run(['init', '--yes'], {
      DISCORD_WEBHOOK_URL: 'https://discord.com/s3cr3ts3cr3t',
    });
    expect([exitCode, err]).toEqual([
      1,
      expect.stringMatching(
        /^DISCORD_WEBHOOK_URL of the environment cannot be used\. This must be a Discord webhook URL/,
      ),
    ]);
    expect(err).not.toContain('s3cr3t');
    expect(readdirSync(folder)).toEqual([]);
  });
});

test('--minimal needs no terminal: the shortest config', async () => {
  await run(['init', '--minimal'], ALL);
  expect(text('config.yaml').split('\n')).toHaveLength(11);
  expect((await run(['check', '--strict'])).exitCode).toBe(0);
});

test.each([
  [['--example', '--yes'], '--example writes the commented example as it is'],
  [['--example', '--minimal'], '--example writes the commented example as it is'],
  [['--example', '--to', 'discord'], '--example writes the commented example as it is'],
  [['--minimal', '--to', 'discord,telegram'], '--minimal writes one destination'],
  [['--minimal', '--for', 'bot'], '--minimal writes one rule for everything'],
  [['--yes', '--for', 'bot', '--to', 'discord'], '--for bot sends orders to a webhook'],
  [['--yes', '--for', 'both', '--to', 'webhook'], '--for both alerts a chat too'],
  [['--yes', '--for', 'botz'], '--for botz is not known; there is: alerts, bot, both'],
  [['--yes', '--to', 'discrod'], '--to discrod is not known (did you mean "discord"?)'],
  [['--yes', '--to', ','], '--to names nothing'],
  [['--yes', '--exchanges', 'bianance'], 'did you mean "binance"?'],
  [['--yes', '--map', 'title=x'], '--map describes a source of your own: add --feed websocket.'],
  [['--yes', '--header', 'X-Key'], '--header describes a source of your own'],
  [['--yes', '--feed', 'websockt'], 'did you mean "websocket"?'],
  [
    ['--yes', '--feed', 'websocket', '--exchanges', 'upbit'],
    '--exchanges narrows the feed of cryptolisting.ws',
  ],
  [['--yes', '--feed', 'websocket', '--map', 'titel=x'], '--map has no field titel (did you mean "title"?)'],
  [['--yes', '--feed', 'websocket', '--map', 'title'], '--map title cannot be read: give each as name=path'],
  [['--yes', '--feed', 'websocket', '--map', 'title=$.x'], '--map title=$.x cannot be. This must be a path'],
  [
    ['--yes', '--feed', 'websocket', '--header', 'X Key'],
    '--header X Key cannot be. This is not a valid header',
  ],
  [['--feed', 'websocket'], 'There is no terminal to ask on: add --yes'],
  [['--to', 'discord'], 'There is no terminal to ask on: add --yes'],
  [['--exchanges', 'upbit'], 'There is no terminal to ask on: add --yes'],
])('%j is exit code 2 with a sentence, and writes nothing', async (args, sentence) => {
  const { exitCode, err } = await run(['init', ...args]);
  expect([exitCode, err]).toEqual([2, expect.stringContaining(sentence)]);
  expect(readdirSync(folder)).toEqual([]);
});

describe('a .env that is there', () => {
  test('keeps its lines: what is missing comes to its end, and it is for its owner alone', async () => {
    writeFileSync(join(folder, '.env'), `# mine\nOTHER=1\nCRYPTOLISTING_API_KEY=${KEY}`);
    chmodSync(join(folder, '.env'), 0o644);
    expect((await run(['init', '--yes'], { DISCORD_WEBHOOK_URL: HOOK })).exitCode).toBe(0);
    expect(text('.env')).toMatch(
      new RegExp(`^# mine\\nOTHER=1\\nCRYPTOLISTING_API_KEY=${KEY}\\n\\n# Discord.*\\nDISCORD_WEBHOOK_URL=`),
    );
    expect(mode('.env')).toBe('600');
    expect((await run(['check', '--strict'])).exitCode).toBe(0);
  });

  test('with the placeholders of the example: they are replaced', async () => {
    await run(['init', '--example']);
    writeFileSync(join(folder, '.env'), text('.env.example'));
    rmSync(join(folder, 'config.yaml'));
    expect((await run(['init', '--yes'], ALL)).exitCode).toBe(0);
    expect(parseEnvFile(text('.env')).entries.get('DISCORD_WEBHOOK_URL')?.value).toBe(HOOK);
    expect((await run(['check', '--strict'])).exitCode).toBe(0);
  });

  test.each(['config.yaml'])('%s that is there is not overwritten', async (name) => {
    writeFileSync(join(folder, name), 'mine');
    const { exitCode, err } = await run(['init', '--yes'], ALL);
    expect([exitCode, err]).toEqual([1, expect.stringContaining('exists and is not overwritten')]);
    expect([text(name), readdirSync(folder)]).toEqual(['mine', [name]]);
  });

  test('regression: when one file cannot be written, none is', async () => {
    writeFileSync(join(folder, '.env'), '# mine\n');
    chmodSync(folder, 0o755);
    rmSync(join(folder, '.env'));
    const { mkdirSync } = await import('node:fs');
    mkdirSync(join(folder, '.env'));
    const { exitCode, err } = await run(['init', '--yes'], ALL);
    expect([exitCode, err]).toEqual([1, expect.stringContaining('.env cannot be read: it is a folder')]);
    expect(existsSync(join(folder, 'config.yaml'))).toBe(false);
  });
});

test('property: what is written into .env is read again as it was, and what was there stays', () => {
  const name = fc.stringMatching(/^[A-Z][A-Z_]{2,12}$/);
  const value = fc
    .string({ unit: 'grapheme-ascii', minLength: 1 })
    .map((any) => any.trim())
    .filter((any) => any !== '' && !any.includes('\\'));
  fc.assert(
    fc.property(fc.dictionary(name, value), fc.dictionary(name, value), (before, more) => {
      const of = (values: Readonly<Record<string, string>>) =>
        Object.entries(values).map(([key, one]) => ({ name: key, value: one }));
      const first = envText(undefined, of(before), () => undefined);
      const { entries } = parseEnvFile(envText(first, of(more), () => 'how'));
      expect(Object.fromEntries([...entries].map(([key, entry]) => [key, entry.value]))).toEqual({
        ...before,
        ...more,
      });
    }),
  );
});

test('no line is wider than a terminal of 80 cells, but for commands and addresses', async () => {
  const file = join(folder, 'config.yaml');
  const { out } = await runCommandLine(['init', '--yes', '--to', 'discord,telegram,webhook', '-c', file], {
    columns: 80,
  });
  const wide = out.split('\n').filter((line) => line.length > 80 && !line.includes(folder));
  expect(wide).toEqual([]);
});

test('regression: a reload, `send` and `run` refuse a placeholder as `check` does', async () => {
  await run(['init', '--yes'], ALL);
  writeFileSync(
    join(folder, '.env'),
    text('.env').replace(HOOK, 'https://discord.com/api/webhooks/ID/TOKEN'),
  );
  for (const args of [['run'], ['send', 'team'], ['explain', '--title', 'x']]) {
    const { exitCode, err } = await run(args);
    expect([exitCode, err]).toEqual([
      1,
      expect.stringMatching(
        /`webhookUrl` is still a placeholder, from the variable DISCORD_WEBHOOK_URL \(\.env:\d+\)/,
      ),
    ]);
  }
});
