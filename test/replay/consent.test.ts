/** `replay --send` on a real terminal: what it asks before it sends, and that only a yes sends anything. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { stripVTControlCharacters } from 'node:util';
import { expect, onTestFinished, test } from 'vitest';
import { newsOf } from '../../src/delivery/content.ts';
import { FileDeliveries } from '../../src/outbox/file-deliveries.ts';
import { createIds } from '../../src/outbox/ids.ts';
import { openStore } from '../../src/outbox/store.ts';
import { systemClock } from '../../src/platform/clock.ts';
import { announcementOf } from '../destinations/render-support.ts';

const SCRIPT = '/usr/bin/script';
const ENTRY = fileURLToPath(new URL('../../dist/main.js', import.meta.url));

const CONFIG = `feeds: [{ name: tokyo, url: "ws://127.0.0.1:1", apiKey: "k" }]
destinations:
  bot: { type: webhook, url: "http://127.0.0.1:1/bot", maxAge: 1h }
  chat: { type: telegram, botToken: "1234567890:AAH9fQk3mX7vT2pLwRz8sYbN4cJ6dE1gU0o", chatId: 1 }
rules: [{ name: all, match: {}, send: [bot, chat] }]
store: { path: ./bridge.db }
`;

const HOUR = 3_600_000;

async function scene() {
  const folder = mkdtempSync(join(tmpdir(), 'consent-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  writeFileSync(join(folder, 'config.yaml'), CONFIG);
  const path = join(folder, 'bridge.db');
  const store = openStore(path, systemClock, () => undefined);
  const ids = createIds(() => 0.5);
  for (const agoMs of [2.5 * HOUR, 5 * HOUR]) {
    const receivedMs = systemClock.wallMs() - agoMs;
    const stamps = { receivedTimestampUs: receivedMs * 1000, detectedTimestampUs: receivedMs * 1000 };
    store.outbox.record(
      newsOf(announcementOf({ id: ids(receivedMs), receivedMs, ...stamps, title: `news of ${agoMs}` })),
      [],
    );
  }
  await store.close();

  /** On a terminal of its own; each of `keys` is pressed when the question is there. */
  const run = async (keys: string, ...flags: readonly string[]) => {
    const command = `stty cols 200; '${process.execPath}' '${ENTRY}' replay --since 1d --send ${flags.join(' ')}`;
    const child = spawn(SCRIPT, ['-qec', command, '/dev/null'], {
      cwd: folder,
      env: { PATH: process.env['PATH'], TERM: 'xterm-256color' },
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    let shown = '';
    let isAsked = false;
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      shown += text;
      if (isAsked || !/\bNo\b/.test(stripVTControlCharacters(shown))) return;
      isAsked = true;
      child.stdin.write(keys);
    });
    const [code] = (await once(child, 'close')) as [number];
    return { code, isAsked, text: stripVTControlCharacters(shown).replaceAll('\r', '') };
  };
  const queued = async () => {
    const answer = await new FileDeliveries(path).list({ limit: 50 });
    return answer.ok ? answer.value.deliveries.length : answer.message;
  };
  return { run, queued };
}

const [ENTER, CTRL_C, CTRL_D] = ['\r', '\u0003', '\u0004'];

test.skipIf(!existsSync(SCRIPT))(
  'a person sees how many go where and how old they are; anything but a yes sends nothing',
  async () => {
    const { run, queued } = await scene();
    for (const keys of [ENTER, 'n', CTRL_C, CTRL_D]) {
      const refused = await run(keys);
      expect(refused, JSON.stringify(keys)).toMatchObject({ code: 1, isAsked: true });
      expect(refused.text).toContain('Send 2 deliveries: chat 2, of news 2h to 5h old?');
      expect(refused.text).toContain('Nothing sent.');
      expect(await queued()).toBe(0);
    }
    // Old orders are named as such.
    const sent = await run('y', '--late');
    expect(sent).toMatchObject({ code: 0, isAsked: true });
    expect(sent.text).toContain(
      'Send 4 deliveries: bot 2, chat 2, of news 2h to 5h old? 2 of them go to a program that may trade old news as if it were new.',
    );
    expect(sent.text).toContain('4 deliveries queued');
    expect(await queued()).toBe(4);
  },
);
