/** The dry run of the page: by the rules, cooldowns and mutes of the running bridge, all of which it leaves as they are. */
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { loadConfig } from '../../src/config/load.ts';
import { Cooldowns } from '../../src/cooldown/cooldowns.ts';
import { createInspector } from '../../src/daemon/inspector.ts';
import { makeReady } from '../../src/daemon/ready-config.ts';
import { newsOf } from '../../src/delivery/content.ts';
import { type Delivery, unattempted } from '../../src/delivery/delivery.ts';
import { Mutes } from '../../src/mutes/mutes.ts';
import { FileDeliveries } from '../../src/outbox/file-deliveries.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { announcementAt } from '../support/outbox.ts';
import { Workplace } from '../support/program.ts';

const HOUR = 3_600_000;
const CONFIG = `feeds:
  - { name: one, url: "ws://127.0.0.1:1", apiKey: dsk_${'a1'.repeat(32)} }
destinations:
  bot: { type: webhook, url: "http://127.0.0.1:1/", forEach: ticker, body: { buy: "{{ ticker }}" } }
  chat: { type: webhook, url: "http://127.0.0.1:1/chat" }
rules:
  - { name: orders, match: { publisher: upbit }, cooldown: { by: ticker, for: 24h }, send: [bot] }
  - { name: rest, match: {}, send: [bot, chat] }
store: { path: ./bridge.db }
`;

/** Of a bridge that has sent ABC to the bot an hour ago. */
function inspected() {
  const workplace = new Workplace(CONFIG);
  onTestFinished(() => workplace[Symbol.dispose]());
  const file = join(workplace.folder, 'config.yaml');
  const { config, problems, ...sound } = loadConfig({ file, env: {} });
  if (config === undefined) throw new Error(JSON.stringify(problems));
  const ready = makeReady({ ...sound, config });
  const clock = new FakeClock();
  const nowMs = clock.monotonicMs();
  const cooldowns = new Cooldowns({ sentBy: () => [], openness: () => new Map() }, clock);
  cooldowns.follow(ready.router.cooldowns);
  const sent = { ...announcementAt(-HOUR, nowMs), publisher: 'upbit', tickers: ['ABC'] };
  const delivery: Delivery = {
    ...{ id: `${sent.id}-0`, content: newsOf(sent), destination: 'bot', rule: 'orders', ticker: 'ABC' },
    ...{ template: undefined, importance: 1, expiresAtMs: undefined },
  };
  cooldowns.settled(unattempted(delivery), 'delivered');
  const mutes = new Mutes();
  const running = { ready };
  const inspector = createInspector({
    ...{ running, deliveries: new FileDeliveries(join(workplace.folder, 'none.db')) },
    ...{ hits: { of: () => undefined }, mutes, cooldowns, clock },
  });
  const tried = async (ticker: string) => {
    const given = { publisher: 'upbit', title: 't', ticker };
    const { deliveries, withheld } = (await inspector.dryRun(given)) ?? {};
    return {
      sends: deliveries?.map((one) => `${one.destination} ${one.ticker ?? ''}`.trim()),
      withheld: withheld?.map((one) => `${one.destination}: ${one.reason}`),
    };
  };
  return { clock, cooldowns, mutes, tried, first: sent.id, running, inspector };
}

test('a ticker in its cooldown is withheld, the others are not, and no later rule sends it', async () => {
  const { tried, first } = inspected();
  expect(await tried('ABC,XYZ')).toEqual({
    sends: ['bot XYZ', 'chat'],
    withheld: [
      `bot: ABC was sent here 1h ago by rule "orders" (announcement ${first}); its cooldown lasts another 23h [cooldown]`,
    ],
  });
});

test('trying it starts none', async () => {
  const { cooldowns, tried } = inspected();
  const { size } = cooldowns;
  expect([(await tried('XYZ')).sends, (await tried('XYZ')).sends]).toEqual([
    ['bot XYZ', 'chat'],
    ['bot XYZ', 'chat'],
  ]);
  expect(cooldowns.size).toBe(size);
});

test('a mute is told before a cooldown, and either ends', async () => {
  const { clock, mutes, tried } = inspected();
  const sinceMs = clock.monotonicMs();
  mutes.take([
    { id: 1, kind: 'ticker', name: 'ABC', sinceMs, untilMs: sinceMs + HOUR, reason: 'a scam' },
    { id: 2, kind: 'destination', name: 'chat', sinceMs, untilMs: sinceMs + 2 * HOUR, reason: undefined },
  ]);
  expect(await tried('ABC,XYZ')).toEqual({
    sends: ['bot XYZ'],
    withheld: [
      'bot: ticker ABC is muted for another 1h (mute 1: a scam) [muted]',
      'chat: destination chat is muted for another 2h (mute 2) [muted]',
    ],
  });
  await clock.advance(HOUR);
  expect((await tried('ABC')).withheld).toEqual([
    expect.stringContaining('[cooldown]'),
    expect.stringContaining('[muted]'),
  ]);
  await clock.advance(22 * HOUR);
  expect(await tried('ABC')).toEqual({ sends: ['bot ABC', 'chat'], withheld: [] });
});

test('the config in force is one object until another one is in force: pages are remembered by it', () => {
  const { running, inspector } = inspected();
  const before = inspector.config();
  expect(inspector.config().config).toBe(before.config);
  running.ready = { ...running.ready, config: { ...running.ready.config } };
  expect(inspector.config().config).not.toBe(before.config);
});
