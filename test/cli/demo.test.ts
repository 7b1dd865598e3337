/** The demo from its first words to the last, as somebody at a terminal sees it. */
import { dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, test } from 'vitest';
import { runProgram } from '../../src/cli/program.ts';
import { cellsOf } from '../../src/platform/cells.ts';
import { systemClock } from '../../src/platform/clock.ts';
import { paintedLines } from '../../src/platform/paint.ts';

/** `seen`: each line when it comes. */
async function demo(columns: number, hasColors: boolean, seen: (line: string) => void = () => undefined) {
  const lines: string[] = [];
  const exitCode = await runProgram(['demo', '--for', '3s', '--rate', '120'], {
    write: () => Promise.resolve(),
    print: (text) => {
      for (const line of text.split('\n')) {
        lines.push(line);
        seen(line);
      }
    },
    warn: (line) => lines.push(`warned: ${line}`),
    env: {},
    signal: new AbortController().signal,
    onHangup: () => undefined,
    clock: systemClock,
    random: () => 0.5,
    version: '0.0.0',
    columns,
    hasColors: { print: hasColors, warn: hasColors },
  });
  return { exitCode, lines };
}

const ANNOUNCED = /^\d\d:\d\d:\d\d\.\d{3} [+-]\d\d(?::\d\d)? {2}/;

test('at 80 columns, in colour: head, the usual, what is unusual, summary, and how to go on', async () => {
  const { exitCode, lines } = await demo(80, true);
  const plain = lines.map((line) => paintedLines(line, false));
  expect(plain.filter((line) => cellsOf(line) > 80)).toEqual([]);
  expect(lines.some((line) => line.includes('\u001b[32m✓\u001b[39m'))).toBe(true);

  const first = plain.findIndex((line) => ANNOUNCED.test(line));
  expect(first).toBeLessThanOrEqual(10);
  expect(plain.slice(0, first).join('\n')).not.toMatch(/^(feeds|destinations|rules):/m);
  const shown = plain.join('\n');
  expect(shown).toMatch(/^ {2}look +http:\/\/127\.0\.0\.1:\d+\/ in a browser; \/metrics, \/api\/status$/m);
  expect(plain[first + 1]).toMatch(/^ {2}✓ \w+ +.* {2}[\d.]+ · [\d.]+ · bridge [\d.]+ · [\d.]+ ms$/);
  expect(shown).toMatch(/^ {2}= backup +feed: the same again, [\d.]+ ms later\. Not sent twice\.$/m);
  expect(shown).toMatch(/^ {2}↻ bot +answered 503: tried again after [\d.]+ s$/m);
  expect(shown).toMatch(/^ {2}✓ bot +\(try 2\) \{"symbol":/m);
  expect(shown).toMatch(/ not_listing → nobody /);
  expect(shown).toMatch(/^ {2}✗ bot +not sent: the news is 60 s old, and its maxAge is 5 s$/m);

  expect(shown).toMatch(/^ {2}discord +(\d+) of \1 arrived · 0 refused$/m);
  expect(shown).toMatch(/^ {2}bot +(\d+) of \1 arrived · 0 refused · 1 tried again · 1 too old, not sent$/m);
  expect(shown).toMatch(/^the bridge's own time, .*: middle [\d.]+ ms, slowest [\d.]+ ms$/m);
  expect(plain.at(-2)).toBe('every delivery arrived, once');
  expect(plain.at(-1)).toBe('now with your own channel: npm run bridge -- init');
  expect(exitCode).toBe(0);
});

test('at 120 columns, without colour; the whole way has been gone before the first announcement', async () => {
  let rehearsed: unknown;
  let config = '';
  const { exitCode, lines } = await demo(120, false, (line) => {
    config ||= /^ {2}config +(.*)$/.exec(line)?.[1] ?? '';
    if (rehearsed !== undefined || !ANNOUNCED.test(line)) return;
    using store = new DatabaseSync(join(dirname(config), 'rehearsal.db'), { readOnly: true });
    rehearsed = store.prepare("SELECT count(*) AS count FROM deliveries WHERE state = 'delivered'").get();
  });
  expect(exitCode).toBe(0);
  expect(lines.filter((line) => cellsOf(line) > 120 || line.includes('\u001b'))).toEqual([]);
  const deliveries = lines.filter((line) => line.startsWith('  ✓'));
  expect(deliveries.length).toBeGreaterThan(5);
  for (const line of deliveries)
    expect(line).toMatch(
      / service [\d.]+ · network [\d.]+ · bridge [\d.]+ · (?:bot|discord|telegram) [\d.]+ ms$/,
    );
  // 25 announcements to one to seven receivers each.
  expect(rehearsed).toEqual({ count: expect.toSatisfy((count: number) => count >= 25) });
});
