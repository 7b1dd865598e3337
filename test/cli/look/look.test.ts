/** The commands as they look: at 80 and 120 columns and in a pipe, with and without colours, and on a real terminal. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { newsOf } from '../../../src/delivery/content.ts';
import type { Muted } from '../../../src/mutes/mute.ts';
import { openStore } from '../../../src/outbox/store.ts';
import { cellsOf } from '../../../src/platform/cells.ts';
import { paintedLines } from '../../../src/platform/paint.ts';
import { announcementOf } from '../../destinations/render-support.ts';
import { runCommandLine } from '../../support/command.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { INJECTED, KNOWN, STATUS } from './status.ts';

const HOUR = 3_600_000;
const START_MS = Date.UTC(2026, 10, 24, 18, 40, 57, 509);
const env = {
  KEY: `dsk_${'4f'.repeat(32)}`,
  TEAM_URL: `https://discord.com/api/webhooks/123456789012345678/${'wX7'.repeat(22)}ab`,
};

const SOUND = `feeds:
  - { name: tokyo, url: "wss://cryptolisting.ws", apiKey: "\${KEY}" }
destinations:
  team: { type: discord, webhookUrl: "\${TEAM_URL}" }
  bot: { type: webhook, url: "https://bot.mydomain.net/signal", maxAge: 5s, forEach: ticker, body: { buy: "{{ ticker }}USDT" } }
  dry: { type: webhook, url: "https://bot.mydomain.net/dry", dryRun: true, body: { title: "{{ title }}" } }
rules:
  - { name: korean spot listings, match: { publisher: [upbit, bithumb], listingType: spot_listing }, send: [bot], stop: true }
  - { name: binance, match: { publisher: binance, title: { matches: "will list" } }, send: [bot, team] }
  - { name: the rest, match: {}, send: [team, dry] }
`;

const BROKEN = `feeds:
  - { name: tokyo, url: "wss://cryptolisting.ws", apiKey: "\${KEY}" }
destinations:
  team: { type: discord, webhookUrl: "https://mydomain.net/x", usernam: "업비트 알림 봇 업비트 알림 봇 업비트 알림 봇 업비트 알림 봇", avatarUrl: 3 }
  bot: { type: webhook, url: "https://bot.mydomain.net/signal", maxAge: 5x }
rules:
  - { name: all, match: { publisher: "upbit, bithumb" }, send: [bot, taem] }
`;

const TESTED = `${SOUND}tests:
  - name: a KRW listing is an order, and the team sees nothing of it
    announcement: { publisher: upbit, listingType: spot_listing, tickers: [ABC, DEF], title: "에이비씨(ABC), 디이에프(DEF) KRW 마켓 디지털 자산 추가" }
    expect: bot
    expectPayload:
      bot: [{ buy: ABCUSDT }, { buy: DEFUSDT }]
  - name: a listing on Binance is an order, and the team sees it
    announcement: { publisher: binance, listingType: spot_listing, ticker: ABC, title: Binance Adds ABC }
    expect: [bot, team]
  - name: a listing on Upbit is an order for the right pair
    announcement: { publisher: upbit, listingType: spot_listing, ticker: ABC, title: "에이비씨(ABC) KRW 마켓 디지털 자산 추가" }
    expect: [bot, team]
    expectPayload:
      bot:
        buy: ABC
        side: { matches: "^buy$" }
  - name: nothing else is sent
    announcement: { title: "Maintenance of the wallets of a very long list of networks: Ethereum, Solana, Base, Arbitrum, Optimism, Polygon" }
    expectNone: true
`;

const before = { folder: process.cwd(), zone: process.env['TZ'] };
let folder = '';
const server = createServer(({ method, url: asked = '' }, response) => {
  const injected = asked.includes('real=true') ? KNOWN : INJECTED;
  const answer = method === 'POST' ? injected : STATUS;
  response.setHeader('content-type', 'application/json').end(JSON.stringify(answer));
});
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'look-'));
  process.env['TZ'] = 'Asia/Tokyo';
  writeFileSync(join(folder, 'config.yaml'), SOUND);
  writeFileSync(join(folder, 'broken.yaml'), BROKEN);
  writeFileSync(join(folder, 'tested.yaml'), TESTED);
  writeFileSync(join(folder, 'passing.yaml'), TESTED.split('  - name: a listing on Binance')[0] ?? '');
  process.chdir(folder);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  await fillStore();
});
afterAll(() => {
  server.close();
  process.chdir(before.folder);
  if (before.zone === undefined) delete process.env['TZ'];
  else process.env['TZ'] = before.zone;
  rmSync(folder, { recursive: true, force: true });
});

/** One delivery of each state, the newest last. */
async function fillStore() {
  const clock = new FakeClock(START_MS);
  const store = openStore(join(folder, 'data/listing-bridge.db'), clock, () => undefined);
  const ends = [
    ['team', 'delivered', undefined, 'delivered', 200],
    ['bot', 'dead', 'message_refused', 'reject message_refused', 400],
    ['bot', 'expired', 'max_age', 'retry unreachable', undefined],
    ['dry', 'skipped', 'dry_run', undefined, undefined],
    ['team', 'pending', undefined, undefined, undefined],
  ] as const;
  for (const [index, [destination, state, reason, outcome, status]] of ends.entries()) {
    const receivedMs = START_MS - (10 - index) * 60_000;
    const id = `01m8a05k524gv0${index}h`;
    const title =
      index === 1
        ? '타이코(TAIKO) 거래 유의 종목 지정 해제 안내'
        : `Binance Will List Number ${index} (N${index}) with Seed Tag Applied`;
    const content = newsOf(announcementOf({ id, receivedMs, receivedTimestampUs: receivedMs * 1000, title }));
    const delivery = { id: `${id}-${index}`, content, destination, rule: 'the rest', template: undefined };
    const ticker = destination === 'bot' ? 'TAIKO' : undefined;
    store.outbox.record(content, [{ ...delivery, ticker, importance: 1, expiresAtMs: undefined }]);
    if (state === 'pending') continue;
    store.outbox.settle([
      {
        ...{ deliveryKey: delivery.id, attempt: outcome === undefined ? 0 : 1, startedMs: receivedMs + 3 },
        ...{ durationMs: 5, outcome: outcome ?? '', status, state, reason, notBeforeMs: 0, plain: false },
        detail:
          outcome === 'delivered' || outcome === undefined ? undefined : 'answered: no such symbol TAIKOUSDT',
      } as never,
    ]);
  }
  const mute = (kind: Muted['kind'], name: string, hours: number, reason?: string) =>
    store.deliveries.mute([{ kind, name, untilMs: START_MS + hours * HOUR, reason }], START_MS - HOUR);
  await mute('ticker', 'TAIKO', 2, 'the token is a scam: see the message of the exchange in the channel');
  await mute('rule', 'a rule with a long name that was renamed since', 30, undefined);
  await mute('rule', 'korean spot listings', 1.25);
  await store.close();
}

const url = () => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

const COMMANDS: readonly (readonly [name: string, args: () => readonly string[]])[] = [
  ['status', () => ['status', '--url', url()]],
  ['deliveries', () => ['deliveries']],
  ['deliveries-none', () => ['deliveries', '--state', 'skipped', '--destination', 'bot']],
  ['deliveries-show', () => ['deliveries', 'show', '01m8a05k524gv01h-1']],
  ['deliveries-retry', () => ['deliveries', 'retry', '01m8a05k524gv00h-0', 'nope']],
  [
    'explain',
    () => ['explain', '--publisher', 'binance', '--ticker', 'ABC', '--title', 'Binance Will List ABC (ABC)'],
  ],
  [
    'explain-none',
    () => ['explain', '--publisher', 'upbit', '--listing-type', 'spot_listing', '--title', '점검'],
  ],
  ['check', () => ['check']],
  ['check-broken', () => ['check', '-c', 'broken.yaml']],
  ['check-tests', () => ['check', '-c', 'tested.yaml']],
  ['test', () => ['test', '-c', 'tested.yaml']],
  ['test-passed', () => ['test', '-c', 'passing.yaml']],
  ['test-none', () => ['test']],
  ['inject', () => ['inject', '--url', url(), '--title', 'Binance Will List ABC (ABC)']],
  ['mute-list', () => ['mute', 'list']],
  ['mute-longer', () => ['mute', 'TAIKO', 'rule:korean spot listings', '--for', '1h']],
  ['mute-ambiguous', () => ['mute', 'BOT']],
  ['mute-unknown', () => ['mute', 'rule:korean spot listing']],
  ['mute-lift-unknown', () => ['mute', 'lift', 'ABC']],
  ['inject-known', () => ['inject', '--url', url(), '--real', '--title', 'Binance Will List ABC (ABC)']],
  ['run-broken', () => ['run', '-c', 'broken.yaml']],
];

const look = async (args: readonly string[], columns: number | undefined, hasColors = false) => {
  const options = columns === undefined ? {} : { columns };
  const { exitCode, out, err } = await runCommandLine(args, {
    ...{ env, clock: new FakeClock(START_MS), hasColors },
    ...options,
  });
  return `${[out, err].filter((text) => text !== '').join('\n--- standard error\n')}\n--- exit code ${exitCode}\n`;
};

describe.each(COMMANDS)('%s', (name, args) => {
  test.each([80, 120, undefined])('at %s columns', async (columns) => {
    const text = await look(args(), columns);
    await expect(text).toMatchFileSnapshot(`${name}-${columns ?? 'pipe'}.txt`);
    // Bodies of requests are left to the terminal, so that they can be copied.
    if (columns !== undefined && name !== 'explain')
      for (const line of text.split('\n')) expect(cellsOf(line), line).toBeLessThanOrEqual(columns);
  });

  test('colours change nothing but the colour', async () => {
    for (const columns of [80, undefined]) {
      const painted = await look(args(), columns, true);
      expect(paintedLines(painted, false)).toBe(await look(args(), columns));
      if (columns === 80) expect(painted).toContain('\u001b[');
    }
  });
});

const SCRIPT = '/usr/bin/script';

test.skipIf(!existsSync(SCRIPT))(
  'a real terminal gets the same, with colours unless NO_COLOR is set',
  async () => {
    const program = join(before.folder, 'dist/main.js');
    const shown = (columns: number, more: Readonly<Record<string, string>>) =>
      execFileSync(
        SCRIPT,
        [
          '-qec',
          `stty cols ${columns}; '${process.execPath}' '${program}' check -c broken.yaml || true`,
          '/dev/null',
        ],
        {
          env: { PATH: process.env['PATH'], TERM: 'xterm-256color', ...env, ...more },
          stdio: ['ignore', 'pipe', 'inherit'],
          encoding: 'utf8',
        },
      ).replaceAll('\r\n', '\n');
    for (const columns of [80, 120]) {
      const expected = (await look(['check', '-c', 'broken.yaml'], columns)).replace(
        /--- exit code.*\n$/,
        '',
      );
      expect(shown(columns, { NO_COLOR: '1' })).toBe(expected);
      expect(shown(columns, {})).toContain('\u001b[31m✗\u001b[39m');
      expect(paintedLines(shown(columns, {}), false)).toBe(expected);
    }
  },
);
