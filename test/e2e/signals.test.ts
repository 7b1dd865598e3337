/** Signals, as an operator and a process manager send them: to the program at any moment of its start, and to npm. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { DatabaseSync } from 'node:sqlite';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { Arrivals } from '../../src/simulator/arrivals.ts';
import { type LogLine, type Program, Workplace } from '../support/program.ts';
import { CONFIG, startStandIns } from '../support/stand-ins.ts';

/** Starts `run`, which sends itself these signals after its first statements: what comes before is Node's own start. */
function startWith(
  signals: readonly NodeJS.Signals[],
  workplace: Workplace,
  env: Readonly<Record<string, string>>,
): Program {
  const send = signals.map((signal) => `process.kill(process.pid, '${signal}');`).join(' ');
  const code = `process.on('newListener', (name) => { if (name === 'SIGUSR2') { ${send} } });`;
  return workplace.start(['run'], {
    ...env,
    NODE_OPTIONS: `--import=${workplace.write('signals.mjs', code)}`,
  });
}

describe('SIGHUP', () => {
  test('regression: during the start it does not end the bridge, and is obeyed when it can be', async () => {
    await using standIns = await startStandIns();
    using workplace = new Workplace(CONFIG);
    await using bridge = startWith(['SIGHUP', 'SIGHUP'], workplace, standIns.env);
    await bridge.event('bridge.started');
    await bridge.event('config.reloaded');
    bridge.kill('SIGTERM');
    expect(await bridge.finished).toMatchObject({ code: 0 });
  });

  test.each(['SIGUSR1', 'SIGUSR2'] as const)('%s changes nothing and opens no debugger', async (signal) => {
    await using standIns = await startStandIns();
    using workplace = new Workplace(CONFIG);
    await using bridge = workplace.start(['run'], standIns.env);
    await bridge.event('bridge.started');
    bridge.kill(signal);
    bridge.kill('SIGHUP');
    await bridge.event('config.reloaded');
    expect(bridge.stderr).not.toContain('Debugger');
    bridge.kill('SIGQUIT');
    expect(await bridge.finished).toMatchObject({ code: 0 });
  });

  test('another command ends with the terminal that it runs in', async () => {
    using workplace = new Workplace(CONFIG);
    await using simulator = workplace.start(['simulate', '--port', '0'], {});
    await expect.poll(() => simulator.stdout).toContain('feed simulator at');
    simulator.kill('SIGHUP');
    expect(await simulator.finished).toEqual({ code: null, signal: 'SIGHUP' });
  });
});

test('regression: a stop during the start is a clean stop, and one Ctrl-C that arrives twice is one', async () => {
  await using standIns = await startStandIns();
  using workplace = new Workplace(CONFIG);
  await using bridge = startWith(['SIGINT', 'SIGTERM', 'SIGINT'], workplace, standIns.env);
  expect(await bridge.finished).toMatchObject({ code: 0 });
});

describe('npm run bridge', () => {
  const checkout = fileURLToPath(new URL('../..', import.meta.url));

  test.each(['SIGTERM', 'SIGINT'] as const)('regression: %s to npm stops the bridge', async (signal) => {
    await using standIns = await startStandIns();
    using workplace = new Workplace(CONFIG);
    const file = join(workplace.folder, 'config.yaml');
    const npm = spawn('npm', ['run', '-s', 'bridge', '--', 'run', '-c', file], {
      cwd: checkout,
      env: { ...process.env, ...standIns.env },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    const log = new Arrivals<LogLine>('log line');
    createInterface({ input: npm.stderr }).on('line', (line) => {
      if (line.startsWith('{')) log.add(JSON.parse(line));
    });
    const ended = new Promise((resolve) => npm.on('close', resolve));
    await log.waitFor((line) => line.msg === 'bridge.started');
    using database = new DatabaseSync(join(workplace.folder, 'bridge.db'), { readOnly: true });
    const pid = Number(database.prepare('SELECT pid FROM holder').get()?.['pid']);
    npm.kill(signal);
    await log.waitFor((line) => line.msg === 'bridge.stopped');
    await ended;
    const isThere = () => {
      try {
        return process.kill(pid, 0);
      } catch {
        return false;
      }
    };
    await expect.poll(isThere).toBe(false);
  });
});

test('regression: a log that nobody reads does not keep the process', async () => {
  await using standIns = await startStandIns();
  using workplace = new Workplace(CONFIG.replace('format: json', 'format: json, level: debug'));
  await using bridge = workplace.start(['run'], standIns.env);
  await bridge.event('bridge.started');
  await bridge.event('feed.self_test_answered');
  bridge.stopReadingLog();
  for (let index = 0; index < 400; index++)
    standIns.feed.announce({ title: `${index} ${'x'.repeat(2000)}`, ticker: 'ABC' });
  await standIns.discord.waitFor(1);
  bridge.kill('SIGTERM');
  expect(await bridge.exited).toBe(0);
});
