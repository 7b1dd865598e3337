/** `simulate` as its user sees it: the lines it prints, what it serves, its exit codes. */
import { createServer } from 'node:http';
import { expect, onTestFinished, test } from 'vitest';
import { type SimulateOptions, simulateCommand } from '../../src/cli/simulate.ts';
import { systemClock } from '../../src/platform/clock.ts';
import { Arrivals } from '../../src/simulator/arrivals.ts';
import { listen, shut } from '../../src/simulator/loopback.ts';
import { connect } from './client.ts';

function simulate(options: Partial<SimulateOptions> = {}) {
  const lines = new Arrivals<string>('line');
  const stop = new AbortController();
  const exit = simulateCommand(
    { host: '127.0.0.1', port: 0, rate: 6, ...options },
    {
      print: (line) => lines.add(line),
      signal: stop.signal,
      clock: systemClock,
      random: () => 0.5,
    },
  );
  onTestFinished(async () => {
    stop.abort();
    await exit;
  });
  return { lines, exit, stop };
}

test('prints a config that works, and a line for each thing that happens', async () => {
  const { lines, exit, stop } = simulate({ fault: ['duplicate'] });
  const url = (await lines.waitFor((line) => line.includes('url: '))).split('url: ')[1] ?? '';
  const key = (await lines.waitFor((line) => line.includes('apiKey: '))).split('apiKey: ')[1];
  const client = await connect(`${url}?cex=upbit,binance,bithumb`, key);
  await client.framesOf('announcement', 2);
  client.socket.send('{"type":"test"}');
  await client.frame('test_announcement');
  stop.abort();
  expect(await exit).toBe(0);
  expect((await client.closed).code).toBe(1006);
  expect(lines.all).toEqual(
    expect.arrayContaining([
      expect.stringMatching(/^feed simulator at ws:\/\/127\.0\.0\.1:\d+ /),
      'fault duplicate: sends every announcement twice',
      'client 1 connected, cex=upbit,binance,bithumb',
      expect.stringMatching(/^announced to 1: (binance|upbit|bithumb) \w+ \[.*\] ./),
      String.raw`client 1 says "{\"type\":\"test\"}"`,
      'stopped',
    ]),
  );
});

test('stops before any client came', async () => {
  const { lines, exit, stop } = simulate();
  await lines.waitFor(1);
  stop.abort();
  expect(await exit).toBe(0);
});

test('a port in use is one clear line and exit code 1', async () => {
  const other = createServer();
  const port = Number((await listen(other, {})).split(':')[1]);
  onTestFinished(() => shut(other));
  const { lines, exit } = simulate({ port });
  expect(await exit).toBe(1);
  expect(lines.all).toEqual([
    `simulate: port ${port} is already in use; choose another with --port, or 0 for a free one`,
  ]);
});

test('a missing file is exit code 1, an unknown fault wrong usage', async () => {
  const missing = simulate({ file: '/nowhere/a.jsonl' });
  expect(await missing.exit).toBe(1);
  expect(missing.lines.all).toEqual(['simulate: /nowhere/a.jsonl: no such file']);
  const unknown = simulate({ fault: ['dorp'] });
  expect(await unknown.exit).toBe(2);
  expect(unknown.lines.all[0]).toMatch(/unknown fault "dorp"; did you mean drop\?/);
});
