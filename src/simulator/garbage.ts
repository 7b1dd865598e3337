/** Frames that no client may be harmed by: not JSON, not objects, wrong types, too large, too deep, unknown. */
const MEGABYTE = 1024 * 1024;
const DEEP = 100_000;

export const GARBAGE: readonly { readonly name: string; readonly payload: string | Buffer }[] = [
  { name: 'empty', payload: '' },
  { name: 'not JSON', payload: '{"type":"announcement","title":"cut off' },
  { name: 'plain words', payload: 'Bad Gateway' },
  { name: 'a number', payload: '42' },
  { name: 'null', payload: 'null' },
  { name: 'an array', payload: '[{"type":"announcement"}]' },
  { name: 'no type', payload: '{"title":"no type","ticker":"ABC"}' },
  {
    name: 'wrong types',
    payload: '{"type":"announcement","title":{"a":1},"ticker":["A",{}],"publisher":7,"listingType":null}',
  },
  {
    name: 'wrong stamps',
    payload:
      '{"type":"announcement","title":"Garbage (GARB) with odd stamps","ticker":"GARB","publisher":"upbit",' +
      '"listingType":"not_listing","detectedTimestampUs":"yesterday","dispatchTimestampUs":-1}',
  },
  { name: 'prototype keys', payload: '{"type":"announcement","__proto__":{"title":"x"},"constructor":1}' },
  { name: 'an unknown type', payload: '{"type":"maintenance_window","startsInSecs":600}' },
  { name: 'a changelog', payload: '{"type":"changelog","entries":["something changed"]}' },
  { name: 'invalid UTF-8', payload: Buffer.from([0x7b, 0x22, 0xff, 0xfe, 0x80, 0x22, 0x7d]) },
  { name: 'deep nesting', payload: `${'['.repeat(DEEP)}${']'.repeat(DEEP)}` },
  { name: 'one megabyte', payload: `{"type":"announcement","title":"${'A'.repeat(MEGABYTE)}"}` },
];
