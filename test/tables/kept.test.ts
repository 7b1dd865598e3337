/** The last good rows on disk: whole or not there, private, of this table alone. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { keptPath, readKept, writeKept } from '../../src/tables/kept.ts';
import { type UrlTableOptions, urlTableOptions } from '../../src/tables/options.ts';
import { PackedTable } from '../../src/tables/packed.ts';

const options = (changes: object = {}): UrlTableOptions =>
  urlTableOptions.parse({ url: 'https://x.test/list?key=sesame', key: 'k', ...changes });

const packed = PackedTable.of(new Map([['abc', 'ABCUSDT']]));
const AT = Date.now() + 60_000;

function folder(): string {
  const made = mkdtempSync(join(tmpdir(), 'listing-bridge-test-'));
  onTestFinished(() => rmSync(made, { recursive: true, force: true }));
  return join(made, 'deep', 'tables');
}

const read = (path: string) => readKept(path, (file) => readFileSync(file));

test('what was written is read, with its time and version; only we may read it, and no address is in its name', () => {
  const path = keptPath(folder(), 'perps', options());
  writeKept(path, { packed, asOfMs: AT, etag: '"1"', lastModified: undefined });
  const kept = read(path);
  expect(kept?.packed.get('abc')).toBe('ABCUSDT');
  expect(kept).toMatchObject({ asOfMs: AT, etag: '"1"' });
  expect(statSync(path).mode & 0o777).toBe(0o600);
  expect(path).toMatch(/\/tables\/perps-[0-9a-f]{12}\.table$/);
  expect(readFileSync(path, 'latin1')).not.toContain('sesame');
});

test('found unchanged later, they are as new as that', () => {
  const path = keptPath(folder(), 'perps', options());
  writeKept(path, { packed, asOfMs: 1000 });
  utimesSync(path, AT / 1000, AT / 1000);
  expect(read(path)?.asOfMs).toBe(AT);
});

test('other options are another table, and replace the rows of the first', () => {
  const at = folder();
  const first = keptPath(at, 'perps', options());
  const second = keptPath(at, 'perps', options({ key: 'other' }));
  const similar = keptPath(at, 'perps-2', options());
  for (const path of [first, similar, second]) writeKept(path, { packed, asOfMs: AT });
  expect(
    readdirSync(at)
      .map((name) => join(at, name))
      .toSorted(),
  ).toEqual([similar, second].toSorted());
  for (const same of [{ refresh: '1h' }, { timeout: '1s' }, { staleAfter: '1d' }])
    expect(keptPath(at, 'perps', options(same))).toBe(first);
});

test('every file that is not whole is as if it were not there', () => {
  const path = keptPath(folder(), 'perps', options());
  expect(read(path)).toBeUndefined();
  writeKept(path, { packed, asOfMs: AT });
  const whole = readFileSync(path);
  for (let length = 0; length < whole.length; length++) {
    writeFileSync(path, whole.subarray(0, length));
    expect(read(path)).toBeUndefined();
  }
  for (let at = whole.indexOf(10) + 1; at < whole.length; at++) {
    const flipped = Buffer.from(whole);
    flipped.writeUInt8(flipped.readUInt8(at) ^ 1, at);
    writeFileSync(path, flipped);
    expect(read(path)).toBeUndefined();
  }
});
