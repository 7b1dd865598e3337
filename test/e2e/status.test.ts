/** `status`: what a person sees of a running daemon, and what a script learns from the exit code. */
import { expect, test } from 'vitest';
import { Workplace } from '../support/program.ts';
import { CONFIG, startStandIns } from '../support/stand-ins.ts';

test('status shows feeds, destinations and the last announcement with its way; exit code 0 while ready', async () => {
  await using standIns = await startStandIns();
  using workplace = new Workplace(CONFIG);
  await using bridge = workplace.start(['run'], standIns.env);
  const { url } = await bridge.event('bridge.started');
  await bridge.event('feed.self_test_answered');
  standIns.bot.faults.push({ status: 503 });
  standIns.feed.announce({
    publisher: 'upbit',
    listingType: 'spot_listing',
    ticker: 'ABC',
    title: 'ABC is listed',
  });
  await standIns.bot.waitFor(1);
  await standIns.discord.waitFor(1);
  await bridge.log.waitFor((line) => line['destination'] === 'bot' && line['outcome'] === 'delivered');
  await bridge.log.waitFor((line) => line['destination'] === 'chat' && line['outcome'] === 'delivered');

  await using asked = workplace.start(['status', '--url', String(url)], standIns.env);
  expect((await asked.finished).code).toBe(0);
  expect(asked.stdout).toMatch(/^listing-bridge \d+\.\d+\.\d+, up .*: ready\n/);
  expect(asked.stdout).toMatch(/^one +yes +[\d.]+m?s ago +answered /m);
  expect(asked.stdout).toMatch(/^bot +webhook +0 +- +0 +ok$/m);
  expect(asked.stdout).toMatch(/upbit spot_listing \[ABC\] {2}ABC is listed\n {4}one: service .*, network /);
  expect(asked.stdout).toMatch(
    /^ {4}bot: delivered \(request sent after .*, answered after .*, 2 attempts\)$/m,
  );

  await using json = workplace.start(['status', '--url', String(url), '--json'], standIns.env);
  expect((await json.finished).code).toBe(0);
  expect(JSON.parse(json.stdout)).toMatchObject({ ready: true, feeds: [{ name: 'one', healthy: true }] });

  standIns.feed.refuseAlways(503, '');
  standIns.feed.terminateAll();
  await bridge.event('feed.lost');
  await using away = workplace.start(['status', '--url', String(url)], standIns.env);
  expect((await away.finished).code).toBe(1);
  expect(away.stdout).toMatch(/: not ready\n {2}! feed one is (?:down|connected but unverified): /);
});

test('status without a daemon, or without an address, says what to do', async () => {
  await using standIns = await startStandIns();
  using workplace = new Workplace(CONFIG);
  await using unknown = workplace.start(['status'], standIns.env);
  expect((await unknown.finished).code).toBe(1);
  expect(unknown.stderr).toContain('--url');
  await using nobody = workplace.start(['status', '--url', 'http://127.0.0.1:1'], standIns.env);
  expect((await nobody.finished).code).toBe(1);
  expect(nobody.stderr.trim()).toBe(
    'Nothing listens at http://127.0.0.1:1: start the bridge with `listing-bridge run`, or give its address with --url. [ECONNREFUSED]',
  );
});
