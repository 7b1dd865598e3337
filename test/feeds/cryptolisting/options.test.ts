import { expect, it } from 'vitest';
import { cryptolistingOptions } from '../../../src/feeds/cryptolisting/options.ts';

const problems = (options: object) => {
  const { error } = cryptolistingOptions.safeParse({ apiKey: 'dsk_x', ...options });
  return error?.issues.map(({ path, message }) => `${path.join('.')}: ${message}`) ?? [];
};

it('takes what the service issues', () => {
  expect(problems({ apiKey: `dsk_${'a1'.repeat(32)}`, url: 'wss://cryptolisting.ws' })).toEqual([]);
});

it.each(['dsk_x\ny', 'dsk_열쇠', ' dsk_x', 'dsk_x\u0000'])(
  'regression: the key %j cannot be sent, and is refused at check, not by a crash at connect',
  (apiKey) => {
    expect(problems({ apiKey })).toEqual([
      'apiKey: must be one line of plain letters and digits, as the service issued it',
    ]);
  },
);

it('regression: a URL with a fragment is refused at check, not by a crash at connect', () => {
  expect(problems({ url: 'wss://cryptolisting.ws/#top' })).toEqual(['url: must not have a part after #']);
});

it.each([
  'not a url',
  'cryptolisting.ws',
  'wss://',
  'wss://h h/',
  'wss://[::1',
  'wss://h:99999/',
  'https://h/?apikey=1',
  '',
])('regression: %j is no URL of a feed, which is told, and not by a crash with all of it in clear', (url) => {
  expect(problems({ url })).toEqual(['url: must be a full URL starting with wss:// or ws://']);
});
