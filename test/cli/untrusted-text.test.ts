/** Text that others wrote, where a person looks: no command prints it raw, and none lets it take the screen. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { WriteStream } from 'node:tty';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { newsOf } from '../../src/delivery/content.ts';
import { logForm } from '../../src/ops/log-forms.ts';
import { createIds } from '../../src/outbox/ids.ts';
import { openStore } from '../../src/outbox/store.ts';
import { cellsOf } from '../../src/platform/cells.ts';
import { systemClock } from '../../src/platform/clock.ts';
import { createLog } from '../../src/platform/log.ts';
import { announcementOf } from '../destinations/render-support.ts';
import { runCommandLine } from '../support/command.ts';

const HOSTILE = '\u001b]0;pwned\u0007\u009b2J에이\nbot: delivered\r\u202e\u0000 👍🏽';

// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there
const UNSAFE = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]/u;

const CONFIG = `feeds:
  - { name: tokyo, url: "ws://127.0.0.1:1", apiKey: "\${KEY}" }
destinations:
  dry: { type: webhook, url: "http://127.0.0.1:1/dry", dryRun: true, body: { title: "{{ title }}" } }
  text: { type: webhook, url: "http://127.0.0.1:1/text", body: "{{ title }}" }
rules:
  - { name: "evil \\e[31m rule", match: { title: nothing }, send: [dry] }
  - { name: all, match: {}, send: [dry, text] }
`;

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'untrusted-'));
  writeFileSync(join(folder, 'config.yaml'), CONFIG);
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

async function run(columns: number | undefined, ...args: readonly string[]) {
  const options = columns === undefined ? {} : { columns };
  const { exitCode, out, err } = await runCommandLine([...args, '-c', join(folder, 'config.yaml')], {
    env: { KEY: `dsk_${'0'.repeat(64)}` },
    ...options,
  });
  return { exitCode, text: [out, err].filter((part) => part !== '').join('\n') };
}

async function storeWith(title: string): Promise<string> {
  const store = openStore(join(folder, 'data/listing-bridge.db'), systemClock, () => undefined);
  const receivedMs = systemClock.wallMs();
  const announcement = announcementOf({ id: createIds(() => 0.5)(receivedMs), receivedMs, title });
  const id = `${announcement.id}-0`;
  const content = newsOf(announcement);
  const delivery = {
    id,
    content,
    destination: 'dry',
    rule: 'all',
    template: undefined,
    ticker: undefined,
  };
  store.outbox.record(content, [{ ...delivery, importance: 1, expiresAtMs: undefined }]);
  await store.close();
  return id;
}

describe.each([
  ['on a terminal', 80],
  ['in a pipe', undefined],
])('%s', (_, columns) => {
  test.each([
    ['deliveries', []],
    ['deliveries', ['--json']],
    ['deliveries show ID', []],
    ['deliveries show ID', ['--json']],
    [`explain --title`, [HOSTILE]],
    [`explain --json --title`, [HOSTILE]],
    ['explain --ticker a --publisher', [HOSTILE]],
    ['deliveries --destination', [HOSTILE]],
    ['deliveries show', [HOSTILE]],
    ['deliveries discard', [HOSTILE]],
    ['send', [HOSTILE]],
    ['simulate --fault', [HOSTILE]],
    ['explain --file', [HOSTILE]],
  ])('regression: %j prints no control character of others', async (words, more) => {
    const id = await storeWith(HOSTILE);
    const { text } = await run(columns, ...words.replace('ID', id).split(' ').filter(Boolean), ...more);
    expect(text).not.toMatch(UNSAFE);
    expect(text, 'no line is the title’s own').not.toMatch(/^bot: delivered/m);
    expect(text).not.toBe('');
  });

  test('regression: --json gives the very title', async () => {
    await storeWith(HOSTILE);
    const { text } = await run(columns, 'deliveries', '--json');
    expect(JSON.parse(text)).toMatchObject([{ delivery: { announcement: { title: HOSTILE } } }]);
  });
});

test('nor does a message that quotes what was typed', async () => {
  const { text } = await run(80, 'a\u001b[2J\u202e');
  expect(text).toContain("unknown command 'a␛[2J�'");
});

test('regression: a title of 200 KB takes one line of the terminal', async () => {
  await storeWith('업비트 '.repeat(50_000));
  const { text } = await run(80, 'deliveries');
  for (const line of text.split('\n')) expect(cellsOf(line)).toBeLessThanOrEqual(80);
  expect(text.split('\n').length).toBeLessThanOrEqual(4);
});

describe('the log', () => {
  const written = async (format: 'json' | 'pretty', title: string, terminal: object = {}) => {
    const stream = Object.assign(new PassThrough(), terminal);
    let text = '';
    stream.on('data', (chunk) => {
      text += chunk;
    });
    const log = createLog({ level: 'info', format }, (line) => line, stream, logForm);
    log.info({ title }, 'announcement.received');
    log.info({}, 'bridge.stopped');
    while (!text.includes('bridge.stopped')) await new Promise((resolve) => stream.once('data', resolve));
    return text;
  };

  test.each(['json', 'pretty'] as const)(
    'regression: %s holds nothing that a terminal obeys',
    async (format) => {
      const text = await written(format, HOSTILE);
      expect(text).not.toMatch(UNSAFE);
      expect(text).not.toMatch(/^bot: delivered/m);
    },
  );

  test('regression: colours only on a terminal that has them: not with NO_COLOR', async () => {
    const hasColors = (env: object) => () => WriteStream.prototype.getColorDepth(env) > 1;
    const plain = { isTTY: true, hasColors: hasColors({ NO_COLOR: '1', TERM: 'xterm-256color' }) };
    const coloured = { isTTY: true, hasColors: hasColors({ TERM: 'xterm-256color' }) };
    expect(await written('pretty', 'x', coloured)).toContain('\u001b[');
    expect(await written('pretty', 'x', plain)).not.toContain('\u001b');
  });

  test('JSON keeps the value, and its times are UTC; pretty times are local, with the offset', async () => {
    const [line = ''] = (await written('json', HOSTILE)).split('\n');
    expect(JSON.parse(line)).toMatchObject({ title: HOSTILE, time: expect.stringMatching(/Z$/) });
    expect(await written('pretty', 'x')).toMatch(/^\d\d:\d\d:\d\d\.\d{3} [+-]\d\d(:\d\d)? {2}/);
  });

  test('a terminal that changes its width gets lines for the width that it has', async () => {
    const stream = Object.assign(new PassThrough(), { isTTY: true, columns: 80, hasColors: () => false });
    let text = '';
    stream.on('data', (chunk) => {
      text += chunk;
    });
    const log = createLog({ level: 'info', format: 'auto' }, (line) => line, stream, logForm);
    for (const columns of [80, 120]) {
      stream.columns = columns;
      log.info({ publisher: 'upbit', title: '업'.repeat(200) }, 'announcement.received');
    }
    while (text.split('\n').length < 3) await new Promise((resolve) => stream.once('data', resolve));
    const [narrow = '', wide = ''] = text.split('\n');
    expect([79, 80]).toContain(cellsOf(narrow));
    expect([119, 120]).toContain(cellsOf(wide));
  });

  test('regression: on a terminal a title of 200 KB is cut', async () => {
    expect((await written('pretty', '업'.repeat(200_000))).length).toBeLessThan(2000);
    expect((await written('json', '업'.repeat(200_000))).length).toBeGreaterThan(200_000);
  });
});
