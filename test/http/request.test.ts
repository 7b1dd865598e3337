/** Headers that a sender makes ahead. */
import { expect, test } from 'vitest';
import { headerList } from '../../src/http/request.ts';

test('names and values in turn; answers come unpacked, unless the headers say otherwise', () => {
  expect(headerList({ 'content-type': 'text/plain', a: '1' })).toEqual([
    ...['accept-encoding', 'identity'],
    ...['content-type', 'text/plain'],
    ...['a', '1'],
  ]);
  expect(headerList({ 'accept-encoding': 'gzip' })).toEqual(['accept-encoding', 'gzip']);
});
