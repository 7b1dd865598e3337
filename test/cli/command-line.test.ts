/** The command line as its user sees it: what it prints, what it refuses, its exit codes. */
import { copyFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { newsOf } from '../../src/delivery/content.ts';
import { createIds } from '../../src/outbox/ids.ts';
import { openStore } from '../../src/outbox/store.ts';
import { systemClock } from '../../src/platform/clock.ts';
import { announcementOf } from '../destinations/render-support.ts';
import { runCommandLine } from '../support/command.ts';

const CONFIG = `feeds:
  - { name: tokyo, url: "ws://127.0.0.1:1", apiKey: "\${KEY}" }
destinations:
  bot: { type: webhook, url: "http://127.0.0.1:1/bot", forEach: ticker, body: { buy: "{{ ticker }}" } }
  dry: { type: webhook, url: "http://127.0.0.1:1/dry", dryRun: true, body: { title: "{{ title }}" } }
rules:
  - { name: all, match: {}, send: [bot, dry] }
`;

let folder = '';

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'command-line-'));
  const made = folder;
  onTestFinished(() => rmSync(made, { recursive: true, force: true }));
  writeFileSync(join(folder, 'config.yaml'), CONFIG);
});

const run = (...args: readonly string[]) =>
  runCommandLine([...args, '-c', join(folder, 'config.yaml')], { env: { KEY: `dsk_${'0'.repeat(64)}` } });

/** Two dead deliveries of two announcements, an hour apart, and a pending one. */
async function storeWithDead() {
  const store = openStore(join(folder, 'data/listing-bridge.db'), systemClock, () => undefined);
  const nowMs = systemClock.wallMs();
  const ids = createIds(() => 0.5);
  const entries = [
    { destination: 'bot', receivedMs: nowMs - 3_600_000, isDead: true },
    { destination: 'dry', receivedMs: nowMs - 1000, isDead: true },
    { destination: 'dry', receivedMs: nowMs, isDead: false },
  ].map(({ destination, receivedMs, isDead }, index) => {
    const announcement = announcementOf({ id: ids(receivedMs), receivedMs, title: `title ${index}` });
    const id = `${announcement.id}-0`;
    const content = newsOf(announcement);
    const delivery = { id, content, destination, rule: 'all', template: undefined, ticker: undefined };
    store.outbox.record(content, [{ ...delivery, importance: 1, expiresAtMs: undefined }]);
    if (isDead)
      store.outbox.settle([
        {
          deliveryKey: id,
          attempt: 1,
          startedMs: receivedMs,
          durationMs: 5,
          outcome: 'reject message_refused',
          status: 400,
          detail: 'no',
          state: 'dead',
          reason: 'message_refused',
          notBeforeMs: 0,
          plain: false,
        },
      ]);
    return id;
  });
  await store.close();
  const [bot = '', dry = '', owed = ''] = entries;
  return { bot, dry, owed };
}

const states = async () => {
  const { out } = await run('deliveries', '--json');
  const rows: readonly { delivery: { id: string }; state: string }[] = JSON.parse(out);
  return Object.fromEntries(rows.map(({ delivery, state }) => [delivery.id, state]));
};

describe('deliveries', () => {
  test('regression: `retry --dead --destination` leaves the dead of other destinations alone', async () => {
    const { bot, dry, owed } = await storeWithDead();
    const { exitCode, out } = await run('deliveries', 'retry', '--dead', '--destination', 'dry', '--json');
    expect(exitCode).toBe(0);
    expect(JSON.parse(out)).toEqual({ changed: [dry], unchanged: [] });
    expect(await states()).toEqual({ [bot]: 'dead', [dry]: 'pending', [owed]: 'pending' });
  });

  test('regression: `retry --dead --since` takes only those', async () => {
    const { bot, dry, owed } = await storeWithDead();
    await run('deliveries', 'retry', '--dead', '--since', '10m');
    expect(await states()).toEqual({ [bot]: 'dead', [dry]: 'pending', [owed]: 'pending' });
  });

  test.each([
    [['--dead', '--until', '30m'], 0],
    [['--dead', '--title', 'title 1'], 1],
    [['--dead', '--reason', 'message_refused', '--destination', 'dry'], 1],
  ] as const)('`retry %j` takes only those', async (args, at) => {
    const { bot, dry } = await storeWithDead();
    const { out } = await run('deliveries', 'retry', ...args, '--json');
    expect(JSON.parse(out)).toEqual({ changed: [[bot, dry][at]], unchanged: [] });
  });

  test('the list is narrowed by every field; a word that nobody knows is named', async () => {
    const { bot, dry, owed } = await storeWithDead();
    const listed = async (...args: readonly string[]) => {
      const { out } = await run('deliveries', ...args, '--json');
      return (JSON.parse(out) as { delivery: { id: string } }[]).map(({ delivery }) => delivery.id);
    };
    expect(await listed('--title', 'TITLE 0')).toEqual([bot]);
    expect(await listed('--until', '30m', '--rule', 'all')).toEqual([bot]);
    expect(await listed('--since', '30m', '--attempts', '1')).toEqual([dry]);
    expect(await listed('--id', owed)).toEqual([owed]);
    expect(await listed('--announcement', owed.split('-')[0] ?? '')).toEqual([owed]);
    expect(await listed('--exchange', 'upbit', '--type', 'spot_listing', '--ticker', 'abc')).toEqual([
      owed,
      dry,
      bot,
    ]);
    expect(
      await run('deliveries', '--rule', 'al', '--reason', 'maxage', '--exchange', 'upbit'),
    ).toMatchObject({
      exitCode: 0,
      out: 'no deliveries',
      err: 'Nothing was found, and no rule al is known (did you mean "all"?).\nNothing was found, and no reason maxage is known (did you mean "max_age"?).',
    });
  });

  test('`retry --dead` takes all of them', async () => {
    const { bot, dry, owed } = await storeWithDead();
    const { out } = await run('deliveries', 'retry', '--dead');
    expect(out).toBe('2 deliveries queued; a running bridge will send them within a second');
    expect(await states()).toEqual({ [bot]: 'pending', [dry]: 'pending', [owed]: 'pending' });
  });

  test.each([
    [['retry', 'ID', '--destination', 'dry']],
    [['retry', 'ID', '--since', '1h']],
    [['--rule', 'all', 'retry', 'ID']],
    [['retry', 'ID', '--title', 'x']],
    [['--id', 'x', 'retry', '--dead']],
    [['--exchange', 'upbit', 'discard', 'ID']],
    [['retry', '--dead', '--since', '2090-01-01T00:00Z']],
    [['retry', '--dead', '--until', 'yesterday']],
    [['retry', '--dead', '--state', 'expired']],
    [['retry', '--dead', '--limit', '1']],
    [['retry', 'ID', '--dead']],
    [['retry']],
    [['discard', 'ID', '--destination', 'dry']],
    [['discard']],
  ])('%j is wrong usage and changes nothing', async (args) => {
    const { bot, dry, owed } = await storeWithDead();
    const { exitCode, err } = await run('deliveries', ...args.map((arg) => (arg === 'ID' ? dry : arg)));
    expect(exitCode).toBe(2);
    expect(err).not.toBe('');
    expect(await states()).toEqual({ [bot]: 'dead', [dry]: 'dead', [owed]: 'pending' });
  });

  test('`discard` says what it left alone, and why', async () => {
    const { bot, owed } = await storeWithDead();
    const { exitCode, out, err } = await run('deliveries', 'discard', owed, bot);
    expect(exitCode).toBe(1);
    expect(out).toBe('1 delivery cancelled; a running bridge will drop it within a second');
    expect(err).toBe(`${bot}: unchanged (it is dead: only pending deliveries can be discarded)`);
    expect(await states()).toMatchObject({ [owed]: 'skipped', [bot]: 'dead' });
  });

  test('`show` tells the attempts; an id that is not there is exit code 1', async () => {
    const { bot } = await storeWithDead();
    const shown = await run('deliveries', 'show', bot);
    expect(shown.exitCode).toBe(0);
    expect(shown.out).toMatch(/^state +dead\. The receiver rejected this message.* \[message_refused\]$/m);
    expect(shown.out).toMatch(/ATTEMPT.*\n1 .*5ms.*400 +no$/);
    expect(await run('deliveries', 'show', 'nope')).toMatchObject({
      exitCode: 1,
      err: 'There is no delivery or announcement nope in the store: `listing-bridge deliveries` lists the deliveries.',
    });
  });

  test('without a store it says when there is one', async () => {
    const { exitCode, err } = await run('deliveries');
    expect(exitCode).toBe(1);
    expect(err).toContain('has `listing-bridge run` been started with this config yet?');
  });
});

describe('check', () => {
  test('regression: the last line counts the rules that can never match, and warnings are no failure', async () => {
    const more =
      '  - { match: { ticker: $BTC }, send: dry }\n  - { match: { publisher: "upbit, bithumb" }, send: dry }\n';
    writeFileSync(join(folder, 'config.yaml'), CONFIG + more);
    const { exitCode, out } = await run('check');
    expect(exitCode).toBe(0);
    expect(out.trimEnd().split('\n').at(-1)).toMatch(/: fine \(.*; 2 rules can never match\)$/);
    const { out: json } = await run('check', '--json');
    expect(JSON.parse(json)).toMatchObject({ valid: true, deadRules: 2 });
  });

  test('regression: --strict lets a warning fail the check, and nothing else', async () => {
    const clean = await run('check', '--strict');
    expect(clean).toMatchObject({ exitCode: 0, out: expect.stringContaining(': fine (') });
    writeFileSync(join(folder, 'config.yaml'), `${CONFIG}  - { match: { ticker: $BTC }, send: dry }\n`);
    const { exitCode, out } = await run('check', '--strict');
    expect(exitCode).toBe(1);
    expect(out.trimEnd().split('\n').at(-1)).toMatch(
      /: not fine with --strict \(.*; 1 warning; 1 rule can never match\)$/,
    );
    const json = await run('check', '--strict', '--json');
    expect(json.exitCode).toBe(1);
    expect(JSON.parse(json.out)).toMatchObject({ valid: false, problems: [], deadRules: 1 });
  });
});

describe('explain', () => {
  test('says in which line of the config a rule stands, whether or not it matches', async () => {
    const more = '  - { name: other, match: { publisher: okx }, send: dry }\n';
    writeFileSync(join(folder, 'config.yaml'), CONFIG + more);
    const lineOf = (word: string) =>
      (CONFIG + more).split('\n').findIndex((line) => line.includes(`name: ${word}`)) + 1;
    const { out } = await run('explain', '--title', 'x', '--publisher', 'upbit');
    expect(out).toContain(`\n✓ all (line ${lineOf('all')}) → `);
    expect(out).toContain(`\n✗ other (line ${lineOf('other')})\n`);
    const { out: json } = await run('explain', '--title', 'x', '--json');
    expect(JSON.parse(json)).toMatchObject({
      rules: [{ rule: 'all', line: lineOf('all') }, { line: lineOf('other') }],
    });
  });

  test('regression: says why a destination that a rule names gets nothing', async () => {
    const { exitCode, out } = await run('explain', '--title', 'Maintenance');
    expect(exitCode).toBe(0);
    expect(out).toContain('announcement  unknown unknown without tickers');
    expect(out).toContain(
      '→ bot, by rule "all": nothing (forEach: ticker, and the announcement has no ticker)',
    );
    const { out: json } = await run('explain', '--title', 'Maintenance', '--json');
    expect(JSON.parse(json)).toMatchObject({
      withheld: [{ destination: 'bot', rule: 'all' }],
      deliveries: [{ destination: 'dry', dryRun: true }],
    });
  });

  test('what is redacted leads to no request for a ticker, and says so', async () => {
    const { out } = await run('explain', '--title', '███ upgrade', '--ticker', 'ABC');
    expect(out).toContain(
      '→ bot, by rule "all": nothing (forEach: ticker, and a redacted announcement has no ticker to act on)',
    );
  });

  test('tells a dry run from a real one', async () => {
    const { out } = await run('explain', '--title', 'x', '--ticker', 'ABC,DEF');
    expect(out).toContain('→ bot for ABC, by rule "all"\n');
    expect(out).toContain('→ bot for DEF, by rule "all"\n');
    expect(out).toContain('→ dry, by rule "all" (dryRun: no request is made)\n');
    expect(out).not.toContain('nothing (');
  });

  test('regression: more tickers than maxTickers: the first are shown, and how many are not sent', async () => {
    const names = Array.from({ length: 23 }, (_, index) => `T${index}`);
    const { out } = await run('explain', '--title', 'x', '--ticker', names.join(','));
    expect(out).toContain('→ bot for T19, by rule "all"\n');
    expect(out).not.toContain('→ bot for T20');
    expect(out).toContain(
      '→ bot, by rule "all": nothing more (3 of 23 tickers not sent, because maxTickers is 20: T20, T21, T22)',
    );
  });

  test.each([
    [['--file', '/nowhere/a.json'], 1, '/nowhere/a.json cannot be read: it does not exist'],
    [['--file', tmpdir()], 1, `${tmpdir()} cannot be read: it is a folder`],
    [
      [],
      2,
      'Nothing to explain: give --file <announcement.json>, or --title (with --ticker, --publisher, --listing-type)',
    ],
  ])('%j', async (args, exitCode, err) => {
    expect(await run('explain', ...args)).toEqual({ exitCode, out: '', err });
  });
});

describe('init', () => {
  const fresh = () => {
    rmSync(join(folder, 'config.yaml'));
    return join(folder, 'config.yaml');
  };

  test('writes a config and the variables that it wants; `check` names each that is not filled in yet', async () => {
    const file = fresh();
    const { exitCode, out } = await run('init');
    expect(exitCode).toBe(0);
    expect(out).toContain(`wrote ${file} and ${join(folder, '.env.example')}`);
    expect(out).toContain('4. listing-bridge check');
    copyFileSync(join(folder, '.env.example'), join(folder, '.env'));
    const checked = await run('check');
    expect(checked.exitCode).toBe(1);
    const named = [
      ...checked.out.matchAll(/ is still a placeholder, from the variable (\w+) \(\.env:\d+\)/g),
    ];
    const variables = Object.keys(parseEnv(readFileSync(join(folder, '.env'), 'utf8')));
    expect(named.map(([, name]) => name).sort()).toEqual(variables.sort());
    expect(checked.out).toMatch(/config\.yaml: 7 problems, 0 warnings$/m);
  });

  test.each(['config.yaml', '.env.example'])(
    'overwrites no %s, and then writes nothing at all',
    async (name) => {
      fresh();
      writeFileSync(join(folder, name), 'mine');
      const { exitCode, err } = await run('init');
      expect(exitCode).toBe(1);
      expect(err).toContain(`${join(folder, name)} exists and is not overwritten`);
      expect(readdirSync(folder)).toEqual([name]);
      expect(readFileSync(join(folder, name), 'utf8')).toBe('mine');
    },
  );

  test('a folder that is not there is named', async () => {
    folder = join(folder, 'nowhere');
    expect(await run('init')).toEqual({
      exitCode: 1,
      out: '',
      err: `cannot write into the folder ${folder}: it does not exist`,
    });
  });
});

describe('usage', () => {
  test.each([
    [['chek'], "unknown command 'chek'"],
    [['check', '--jsn'], "unknown option '--jsn'"],
    [['send'], 'Nothing to send to: name destinations, or give --all'],
    [['deliveries', '--state', 'gone'], 'Allowed choices are pending, delivered'],
    [['deliveries', '--since', '5'], 'must be a duration such as 20s, 10m or 3d'],
    [['demo', '--for', 'ever'], 'must be a duration such as 20s, 10m or 3d'],
    [['simulate', '--port', '70000'], 'must be a port from 0 to 65535'],
  ])('%j is exit code 2, and says what was wrong', async (args, message) => {
    const { exitCode, err } = await run(...args);
    expect(exitCode).toBe(2);
    expect(err).toContain(message);
  });

  test('every command has --help', async () => {
    const { out } = await run('--help');
    const commands = [...out.matchAll(/^ {2}([a-z]+) /gm)].map(([, name = '']) => name);
    expect(commands.length).toBeGreaterThan(8);
    for (const command of [...commands, 'deliveries show', 'deliveries retry', 'deliveries discard'])
      expect((await run(...command.split(' '), '--help')).out).toMatch(/^Usage: listing-bridge /);
  });

  test.each([
    '',
    ...['run', 'check', 'explain', 'send', 'deliveries', 'deliveries show', 'deliveries retry'],
    ...['deliveries discard', 'status', 'reload', 'simulate', 'demo', 'init'],
  ])(
    'regression: the help of `%s` describes every option, and repeats no default of a switch',
    async (command) => {
      const { out } = await run(...command.split(' ').filter(Boolean), '--help');
      expect(out).not.toContain('default: false');
      expect(out).not.toMatch(/^ +(-\w, )?--[\w-]+( [<[][^>\]]+[>\]])?$/m);
    },
  );
});
