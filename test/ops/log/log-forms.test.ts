/** The log as a person at a terminal reads it: each line that the program can write, at the widths that people have. */
import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { logForm } from '../../../src/ops/log-forms.ts';
import { withoutRepeats } from '../../../src/ops/log-repeats.ts';
import { cellsOf } from '../../../src/platform/cells.ts';
import type { LogFields } from '../../../src/platform/log.ts';
import type { LogLevel } from '../../../src/platform/log-line.ts';
import { paintedLines } from '../../../src/platform/paint.ts';
import { type Written, wholeLife } from './life.ts';

const ZONE = process.env['TZ'];
beforeAll(() => {
  process.env['TZ'] = 'Asia/Tokyo';
});
afterAll(() => {
  if (ZONE === undefined) delete process.env['TZ'];
  else process.env['TZ'] = ZONE;
});

const START_MS = Date.UTC(2026, 10, 24, 18, 40, 57, 509);

const lineOf = ({ fields, event, level }: Written, width: number | undefined, timeMs = START_MS) =>
  paintedLines(logForm(fields, event, level, timeMs, width), false);

const life = wholeLife();

test.each([80, 120, undefined])('a whole life at %s columns', async (width) => {
  const text = life.map((written, index) => lineOf(written, width, START_MS + index * 4)).join('\n');
  await expect(`${text}\n`).toMatchFileSnapshot(`life-${width ?? 'uncut'}.txt`);
  if (width !== undefined)
    for (const line of text.split('\n')) expect(cellsOf(line), line).toBeLessThanOrEqual(width);
});

test('every line that the program writes is among them', () => {
  const root = new URL('../../../src/', import.meta.url);
  const sources = readdirSync(root, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts'))
    .map((path) => readFileSync(new URL(path, root), 'utf8'))
    .join('\n');
  const direct = sources.matchAll(/log\??\.(?:debug|info|warn|error)\([^;]*?'([a-z]+\.[a-z_]+)'/g);
  const told = sources.matchAll(/(?:#tell\(|#left_out|name: |msg: )'([a-z]+\.[a-z_]+)'/g);
  const names = new Set([...direct, ...told].map(([, name = '']) => name));
  expect(names).toContain('bridge.stopping');
  expect(names).toContain('burst.sent');
  const known = new Set(life.map(({ event }) => event));
  expect([...names].filter((name) => !known.has(name))).toEqual([]);
});

describe.each(life.map((written) => [written.event, written] as const))('%s', (_, written) => {
  test.each([40, 80, 120, 200, undefined])('at %s columns', (width) => {
    const { fields, event, level } = written;
    const text = lineOf(written, width);
    const flat = text.replace(/\n */g, ' ');
    expect(text).toMatch(/^\d\d:\d\d:\d\d\.\d{3} ( |\+09 )/);
    expect(flat).not.toMatch(/undefined|\[object|NaN|null/);
    // An announcement is known by its form, a delivery by its mark.
    if (!/^(announcement\.received|announcement\.sent|delivery\.)/.test(event))
      expect(flat).toContain(`[${event}`);
    // Ids and advice are never cut; a word is broken only where a line has no room for it.
    const isWhole = (part: unknown) =>
      typeof part === 'string' && flat.includes(part.replace(/ ?\[[^[]*\]$/, ''));
    if (typeof fields['delivery'] === 'string' && event.startsWith('delivery.'))
      expect(isWhole(fields['delivery']), text).toBe(true);
    if (
      (level === 'warn' || level === 'error') &&
      typeof fields['advice'] === 'string' &&
      event !== 'delivery.dead'
    )
      expect(text.replace(/\s/g, '')).toContain(
        fields['advice'].replace(/ ?\[[^[]*\]$/, '').replace(/\s/g, ''),
      );
  });
});

test('one line an announcement and one a delivery, at 80 and at 120 columns', () => {
  const isGood = ({ event, fields }: Written) =>
    event === 'announcement.received' ||
    (event === 'delivery.attempted' && fields['outcome'] === 'delivered');
  const lines = life.filter(isGood);
  expect(lines.length).toBeGreaterThan(5);
  for (const width of [80, 120])
    for (const one of lines) expect(lineOf(one, width).split('\n'), lineOf(one, width)).toHaveLength(1);
});

const HOSTILE = '\u001b]0;pwned\u0007\u009b2J에이\nbot: delivered\r\u202e\u0000 👍🏽';
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there
const UNSAFE = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]/u;

test('whatever the fields hold, nothing is a command to the terminal, a line of its own, or wider than the terminal', () => {
  const text = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 300 }),
    fc.constantFrom(HOSTILE, '업비트 '.repeat(50_000), 'x'.repeat(2000), ''),
  );
  const value = fc.oneof(
    text,
    fc.double(),
    fc.array(text, { maxLength: 40 }),
    fc.dictionary(fc.string(), text),
    fc.constant(null),
  );
  const sample = fc.constantFrom(...life).chain(({ event, level, fields }) =>
    fc
      .tuple(fc.subarray(Object.keys(fields)), fc.array(value, { minLength: 30, maxLength: 30 }))
      .map(([keys, values]) => ({
        event,
        level,
        fields: { ...fields, ...Object.fromEntries(keys.map((key, n) => [key, values[n]])) } as LogFields,
      })),
  );
  fc.assert(
    fc.property(sample, fc.constantFrom(40, 80, 120, undefined), (written, width) => {
      const painted = logForm(written.fields, written.event, written.level as LogLevel, START_MS, width);
      const shown = paintedLines(painted, false);
      expect(shown).not.toMatch(UNSAFE);
      for (const [index, line] of shown.split('\n').entries()) {
        if (index > 0) expect(line, 'no line is the text’s own').toMatch(/^ {4}/);
        if (width !== undefined) expect(cellsOf(line)).toBeLessThanOrEqual(width);
      }
      expect(shown.length).toBeLessThan(200_000);
    }),
  );
});

test('what to do about a destination that is down is not written below each of its attempts', () => {
  const failed = life.find(
    ({ event, fields }) => event === 'delivery.attempted' && fields['reason'] === 'unreachable',
  );
  if (failed === undefined) throw new Error('no such line');
  const form = withoutRepeats(logForm);
  const at = (ms: number, fields: LogFields = {}) =>
    form({ ...failed.fields, ...fields }, failed.event, failed.level, START_MS + ms, 120).includes(
      'start the bot',
    );
  expect([at(0), at(10), at(59_999), at(60_001), at(60_002)]).toEqual([true, false, false, true, false]);
  expect([at(60_003, { destination: 'other' }), at(60_004, { reason: 'timeout' })]).toEqual([true, true]);
});
