/** `check` names the announcements of the store that would go elsewhere now than they went. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import type { Announcement } from '../../src/announcement.ts';
import { newsOf } from '../../src/delivery/content.ts';
import { createIds } from '../../src/outbox/ids.ts';
import { openStore } from '../../src/outbox/store.ts';
import { systemClock } from '../../src/platform/clock.ts';
import { goesBy } from '../../src/routing-diff.ts';
import { announcementOf } from '../destinations/render-support.ts';
import { runCommandLine } from '../support/command.ts';

const configOf = (match: string) => `feeds:
  - apiKey: "\${KEY}"
destinations:
  bot: { type: webhook, url: "http://127.0.0.1:1/bot" }
  team: { type: webhook, url: "http://127.0.0.1:1/team" }
rules:
  - { match: { publisher: upbit, update: any }, send: [bot, team] }
  - { match: ${match}, send: team }
`;

async function checkedWith(match: string) {
  const folder = mkdtempSync(join(tmpdir(), 'check-routes-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, 'config.yaml');
  writeFileSync(file, `${configOf(match)}store: { path: ./s.db }\n`);
  const store = openStore(join(folder, 's.db'), systemClock, () => undefined);
  const receivedMs = systemClock.wallMs() - 60_000;
  const nextId = createIds(() => 0.5);
  for (const publisher of ['upbit', 'bithumb']) {
    const announcement = announcementOf({ id: nextId(receivedMs), receivedMs, publisher, tickers: ['ABC'] });
    const content = newsOf(announcement);
    const to = publisher === 'upbit' ? ['bot', 'team'] : ['team'];
    store.outbox.record(
      content,
      to.map((destination, index) => ({
        ...{ id: `${announcement.id}-${index}`, content, destination, rule: 'r', importance: 1 },
        ...{ template: undefined, ticker: undefined, expiresAtMs: undefined },
      })),
    );
  }
  await store.close();
  return await runCommandLine(['check', '-c', file], { env: { KEY: `dsk_${'a1'.repeat(32)}` } });
}

test('none, where everything would go as it went', async () => {
  const { out, exitCode } = await checkedWith('{ update: any }');
  expect(out).toMatch(/^0 of the last 2 announcements would go elsewhere\n/);
  expect(exitCode).toBe(0);
});

test('what would go elsewhere is named, and is no error', async () => {
  const { out, exitCode } = await checkedWith('{ publisher: binance }');
  expect(out).toMatch(/^1 of the last 2 announcements would go elsewhere:\n {4}bithumb /);
  expect(out).toContain(' ABC: team → nowhere\n');
  expect(exitCode).toBe(0);
});

test('a destination that asks for tickers gets nothing without one, and nothing redacted', () => {
  const everywhere = {
    route: ({ tickers }: Announcement) => ({
      rules: [],
      matches: ['bot', 'team'].map((destination) => ({
        rule: 'r',
        destination,
        template: undefined,
        tickers,
      })),
    }),
  };
  const goes = goesBy(everywhere, [
    { name: 'bot', forEachTicker: true },
    { name: 'team', forEachTicker: false },
  ]);
  expect(goes(announcementOf({ tickers: ['ABC'] }))).toEqual(['bot', 'team']);
  expect(goes(announcementOf({ tickers: [] }))).toEqual(['team']);
  expect(goes(announcementOf({ tickers: ['ABC'], redacted: true }))).toEqual(['team']);
});
