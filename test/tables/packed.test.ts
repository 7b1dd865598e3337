/** The packed form against a Map, over any texts; and its size. */
import { describe, expect, test } from 'vitest';
import { fold } from '../../src/matching/text.ts';
import { EMPTY, PackedTable } from '../../src/tables/packed.ts';
import { seededRandom } from '../support/seeded-random.ts';

const ALPHABET = [...'abcdefghij0123456789-_ ⓢ원화😀é'];

function someText(random: () => number): string {
  const length = Math.floor(random() * 8);
  return Array.from({ length }, () => ALPHABET[Math.floor(random() * ALPHABET.length)]).join('');
}

describe('a packed table', () => {
  test.each([1, 2, 3, 4, 5, 6])('has what the map has, and nothing else (seed %i)', (seed) => {
    const random = seededRandom(seed);
    const rows = new Map<string, string | number | boolean>();
    for (let count = Math.floor(random() * 3000); count > 0; count--) {
      const value = [someText(random), Math.floor(random() * 1e6) / 8, random() < 0.5][count % 3] ?? '';
      rows.set(someText(random), value);
    }
    const packed = PackedTable.of(rows);
    const again = new PackedTable(structuredClone(packed.bytes));
    expect(again.size).toBe(rows.size);
    expect([...again.keys()]).toEqual([...rows.keys()]);
    for (const [key, value] of rows) expect(again.get(key)).toBe(value);
    for (let count = 0; count < 2000; count++) {
      const key = someText(random);
      expect(again.has(key)).toBe(rows.has(key));
      expect(again.get(key)).toBe(rows.get(key));
    }
  });

  test('an empty one has nothing', () => {
    expect([EMPTY.size, EMPTY.has(''), EMPTY.get('abc'), EMPTY.someKey]).toEqual([
      0,
      false,
      undefined,
      undefined,
    ]);
  });

  test('100,000 symbols take less than 20 MB', () => {
    const rows = new Map(
      Array.from({ length: 100_000 }, (_, n) => [fold(`TOKEN${n}`), `TOKEN${n}USDT-PERP`]),
    );
    expect(PackedTable.of(rows).bytes.byteLength).toBeLessThan(20_000_000);
  });

  test('bytes that are no table are refused', () => {
    const { bytes } = PackedTable.of(new Map([['abc', 'x']]));
    for (const cut of [8, 16, bytes.byteLength - 2])
      expect(() => new PackedTable(bytes.slice(0, cut))).toThrow();
  });
});
