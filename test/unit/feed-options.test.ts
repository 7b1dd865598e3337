import { expect, it } from 'vitest';
import { feedOptions } from '../../src/feed/options.ts';

const problems = (options: object) => {
  const { error } = feedOptions.safeParse({ apiKey: 'dsk_x', ...options });
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
