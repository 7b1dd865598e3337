import { describe, expect, test } from 'vitest';
import { decodeFrame } from '../../src/feeds/cryptolisting/frames.ts';
import { EchoGuard } from '../../src/feeds/echo.ts';
import { createRedactor } from '../../src/platform/redactor.ts';

const BARE = '3f9a1c07be52d8460917ac3e5b28f6d1c07be52d8460917ac3e5b28f6d13f9a1';
const KEY = `dsk_${BARE}`;
const guard = new EchoGuard([KEY], createRedactor([BARE]));

function cleaned(fields: object) {
  const frame = decodeFrame(JSON.stringify({ type: 'announcement', title: 'ABC is listed', ...fields }));
  if (frame.kind !== 'announcement') throw new Error('no announcement');
  return { frame, clean: guard.clean(frame) };
}

describe('regression: the key that a feed repeats goes nowhere', () => {
  test.each<[string, string]>([
    ['as it is', KEY],
    ['in part', BARE.slice(5, 16)],
    ['in upper case', KEY.toUpperCase()],
    ['in base64', Buffer.from(KEY).toString('base64')],
    ['in base64, after one more byte', Buffer.from(`:${KEY}`).toString('base64')],
    ['in base64, after two more bytes', Buffer.from(`u:${KEY}`).toString('base64url')],
    ['in hex', Buffer.from(KEY).toString('hex')],
    ['in HEX', Buffer.from(KEY).toString('hex').toUpperCase()],
  ])('%s', (_name, quoted) => {
    const fields = [
      { title: `ABC for ${quoted}` },
      { ticker: quoted },
      { listingType: quoted },
      { debug: { deep: [`X-API-Key: ${quoted}`] } },
      { debug: { [quoted]: 1 } },
      { [quoted]: 1 },
    ];
    for (const field of fields) {
      const { clean } = cleaned(field);
      expect(JSON.stringify(clean)).toContain('<redacted>');
      expect(JSON.stringify(clean)).not.toContain(quoted.slice(-40, -8));
    }
  });

  test('a frame that does not is handed on as it is', () => {
    const { frame, clean } = cleaned({ ticker: 'DSK', debug: { id: '3f9a1' } });
    expect(clean).toEqual(frame);
    const plain = cleaned({ ticker: 'ABC' });
    expect(plain.clean).toBe(plain.frame);
  });
});
