/** The recording of the demo: a real run in its short form, and what becomes of each line. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { piecesOf } from '../../tools/recording/styled.ts';
import { recordingSvg } from '../../tools/recording/svg.ts';
import { read, root } from '../docs/comments.ts';

const words = (svg: string) => [...svg.matchAll(/<text [^>]*>([^<]*)<\/text>/g)].map(([, text]) => text);

/** The lines above the first announcement; they do not differ from run to run. */
function headOf(svg: string): string[] {
  const all = words(svg).map((text = '') =>
    text.replace(/-demo-\w+/, '-demo-').replace(/(?<=127\.0\.0\.1:)\d+/, 'PORT'),
  );
  return all.slice(
    0,
    all.findIndex((text) => /^\d\d:\d\d:\d\d/.test(text)),
  );
}

/** Each element is closed, or ends itself. */
function openElements(svg: string): string[] {
  const open: string[] = [];
  for (const [, end, name = '', self] of svg.matchAll(/<(\/?)([a-z]+)\b[^>]*?(\/?)>/g))
    if (end === '/') expect(open.pop()).toBe(name);
    else if (self !== '/') open.push(name);
  return open;
}

test('regression: a real run of the demo becomes a picture of what it printed, without colours in the environment as well', () => {
  const folder = mkdtempSync(join(tmpdir(), 'recording-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const out = join(folder, 'demo.svg');
  const script = join(root, 'tools/recording/record.ts');
  execFileSync(process.execPath, [script, '--for', '6s', '--rate', '120', '--out', out], {
    cwd: root,
    env: { ...process.env, NO_COLOR: '1', CI: 'true', TMPDIR: folder },
  });
  const svg = readFileSync(out, 'utf8');
  expect(openElements(svg)).toEqual([]);
  expect(words(svg)).toContain('npm run demo');
  expect(words(svg)).toContain('every delivery arrived, once');
  expect(svg).toMatch(/>\{&quot;symbol&quot;:&quot;\w+USDT&quot;/);
  expect(headOf(svg)).toEqual(headOf(read('docs/demo.svg')));
  expect(svg).toMatch(/@keyframes scroll\{0%\{[^}]*\}(?:[\d.]+%\{[^}]*\}){3,}/);
});

test('the recording in docs is one of those, small, and asks nobody for anything', () => {
  const svg = read('docs/demo.svg');
  expect(openElements(svg)).toEqual([]);
  expect(words(svg)).toContain('every delivery arrived, once');
  expect(words(svg).slice(-2)).toEqual(['now with your own channel: ', 'npm run bridge -- init']);
  const [, width] = /viewBox="0 0 (\d+) /.exec(svg) ?? [];
  // The column of a README on GitHub.
  expect(Number(width)).toBeLessThanOrEqual(830);
  expect(svg.length).toBeLessThan(60_000);
  expect(svg.replace('http://www.w3.org/2000/svg', '')).not.toMatch(/href|url\(|<script|@import|src=/);
  expect(svg).toContain('prefers-color-scheme:dark');
  expect(svg).toContain('prefers-reduced-motion:no-preference');
});

test('lines that come together appear together, and the last screen stays', () => {
  const printed = [0, 0, 1000, 2000, 4000].map((atMs, line) => ({ atMs, text: `line ${line}` }));
  const svg = recordingSvg(printed, { rows: 3, label: 'a & b' });
  // 10 s in all: the last 6 s show the end. Lines are 19 units high; the fourth is the first that scrolls.
  expect(svg).toContain(
    '@keyframes curtain{0%{transform:translateY(38px)}10%{transform:translateY(57px)}20%{transform:translateY(57px)}40%{transform:translateY(57px)}}',
  );
  expect(svg).toContain('20%{transform:translateY(-19px)}40%{transform:translateY(-38px)}}');
  expect(svg).toContain('aria-label="a &amp; b"');
  expect(svg).toContain('.scroll{transform:translateY(-38px)}');
});

test('wide characters are pieces of their own, in their cells', () => {
  expect(piecesOf('  └ 커브(CRV)  x')).toEqual([
    { text: '└ ', column: 2, cells: 2, isNarrow: true, style: '' },
    { text: '커브', column: 4, cells: 4, isNarrow: false, style: '' },
    { text: '(CRV)', column: 8, cells: 5, isNarrow: true, style: '' },
    { text: 'x', column: 15, cells: 1, isNarrow: true, style: '' },
  ]);
});

test('colours become classes, and other control sequences nothing', () => {
  const line = '\u001B[1;32mok\u001B[0m \u001B[2K\u001B[93mlate\u001B[39m\r';
  expect(piecesOf(line).map(({ text, column, style }) => [text, column, style])).toEqual([
    ['ok', 0, 'bold green'],
    ['late', 3, 'yellow'],
  ]);
});
