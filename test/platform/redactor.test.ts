/** The secrets that a redactor finds, in which forms, and the text that it leaves alone. */
import { inspect } from 'node:util';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createRedactor, redactValues } from '../../src/platform/redactor.ts';
import { LatestRedactor, Secret } from '../../src/platform/secret.ts';
import { runs } from '../support/properties.ts';

test('regression: the secrets of the first config stay hidden over any number of reloads, beside the last two', () => {
  const redactor = new LatestRedactor(createRedactor(['aa11first']));
  expect(redactor.redact('aa11first')).toBe('<redacted>');
  for (const secret of ['bb22second', 'cc33third', 'dd44fourth']) redactor.learn(createRedactor([secret]));
  expect(redactor.redact('aa11first bb22second cc33third dd44fourth')).toBe(
    '<redacted> bb22second <redacted> <redacted>',
  );
});

/** As services make them: letters, digits and the marks of base64. */
const LETTERS = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789';
const secretOf = (marks: string) =>
  fc
    .string({ unit: fc.constantFrom(...LETTERS, ...marks), minLength: 16, maxLength: 64 })
    // Every window mixes digits and letters, as in nearly all real keys; words and numbers have a bound of their own.
    .filter((text) =>
      Array.from({ length: text.length - 5 }, (_, at) => text.slice(at, at + 6)).every(
        (part) => /\d/.test(part) && /[a-z]/i.test(part),
      ),
    );
const secret = fc.oneof(secretOf(''), secretOf('-_'), secretOf('+/='), secretOf('&<>"\'%\\ ä€'));

const hexOf = (text: string) => Buffer.from(text).toString('hex');
const escapeHtml = (text: string) =>
  text.replace(/[&<>"'/=`]/g, (mark) => `&#x${mark.charCodeAt(0).toString(16).toUpperCase()};`);

/** The output of frameworks, by framework. */
const ENCODINGS: Readonly<Record<string, (text: string) => string>> = {
  'as it is': (text) => text,
  encodeURIComponent: (text) => encodeURIComponent(text),
  'quote of Python, lower case': (text) =>
    encodeURIComponent(text).replace(/%../g, (code) => code.toLowerCase()),
  'form encoding': (text) => new URLSearchParams({ a: text }).toString().slice(2),
  'every byte in percent': (text) => hexOf(text).replace(/../g, '%$&'),
  JSON: (text) => JSON.stringify(text).slice(1, -1),
  'JSON of PHP': (text) => JSON.stringify(text).slice(1, -1).replaceAll('/', '\\/'),
  'JSON of Python, ASCII only': (text) =>
    JSON.stringify(text)
      .slice(1, -1)
      // biome-ignore lint/suspicious/noControlCharactersInRegex: all that is not ASCII
      .replace(/[^\x00-\x7f]/g, (mark) => `\\u${mark.charCodeAt(0).toString(16).padStart(4, '0')}`),
  'JSON of Go and Rails': (text) =>
    JSON.stringify(text)
      .slice(1, -1)
      .replace(/[<>&]/g, (mark) => `\\u00${mark.charCodeAt(0).toString(16)}`),
  'JSON in JSON': (text) => JSON.stringify(JSON.stringify(text)).slice(1, -1),
  'HTML of Express': (text) =>
    text.replace(
      /[&<>"']/g,
      (mark) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[mark] ?? '&#39;',
    ),
  'HTML of mustache': escapeHtml,
  'HTML, in decimal': (text) => [...text].map((mark) => `&#${mark.codePointAt(0)};`).join(''),
  'repr of Python': (text) => text.replaceAll('\\', '\\\\').replaceAll("'", "\\'"),
  '\\x of C': (text) => hexOf(text).replace(/../g, '\\x$&'),
  base64: (text) => Buffer.from(text).toString('base64'),
  'base64, after something else': (text) => Buffer.from(`u:${text}`).toString('base64'),
  base64url: (text) => Buffer.from(`x${text}`).toString('base64url'),
  'base64 in lines': (text) => Buffer.from(text).toString('base64'),
  hex: hexOf,
  HEX: (text) => hexOf(text).toUpperCase(),
  'a Buffer of Node': (text) => inspect(Buffer.from(text)).slice(8, -1),
  'a Buffer in JSON': (text) => JSON.stringify([...Buffer.from(text)]),
  'hex with colons': (text) => hexOf(text).replace(/..(?=.)/g, '$&:'),
  'a list in C': (text) => hexOf(text).replace(/..(?=.)/g, '0x$&, '),
  'quoted-printable': (text) => hexOf(text).toUpperCase().replace(/../g, '=$&'),
  octal: (text) => [...Buffer.from(text)].map((byte) => `\\${byte.toString(8).padStart(3, '0')}`).join(''),
  'zero-width spaces, to break lines anywhere': (text) => [...text].join('\u200b'),
  'upper case': (text) => text.toUpperCase(),
  'lower case': (text) => text.toLowerCase(),
  'in lines': (text) => text.replace(/.{20}/gs, '$&\r\n'),
};

/** The longest run of characters that two texts share. */
function longestShared(one: string, two: string): number {
  let longest = 0;
  for (let at = 0; at < one.length; at++)
    while (at + longest < one.length && two.includes(one.slice(at, at + longest + 1))) longest++;
  return longest;
}

describe('a secret is hidden in every form, whole or cut anywhere', () => {
  const names = Object.keys(ENCODINGS);
  const encode = (names: readonly string[], text: string) =>
    names.reduce((encoded, name) => (ENCODINGS[name] as (text: string) => string)(encoded), text);

  test.each(names)('%s', (name) => {
    fc.assert(
      fc.property(
        fc.array(secret, { minLength: 1, maxLength: 3 }),
        fc.nat({ max: 40 }),
        fc.nat({ max: 40 }),
        fc.boolean(),
        (secrets, cutStart, cutEnd, isCutBefore) => {
          const redact = createRedactor(secrets);
          for (const each of secrets) {
            const whole = isCutBefore ? each.slice(cutStart % (each.length - 8)) : each;
            const encoded = encode([name], whole);
            const quoted = encoded.slice(0, encoded.length - (cutEnd % encoded.length));
            const shown = redact(`{"error":"bad token «${quoted}»"}`);
            // Of nine characters, however long they are in this form, some must be gone.
            const nine = Array.from(
              { length: whole.length },
              (_, at) => encode([name], whole.slice(at, at + 8)).length,
            );
            expect(longestShared(quoted, shown)).toBeLessThan(Math.max(...nine));
            expect(shown).toContain('{"error":"bad token «');
          }
        },
      ),
      { numRuns: runs(60) },
    );
  });

  test('one encoding in another', () => {
    fc.assert(
      fc.property(
        secretOf(''),
        fc.constantFrom(...names),
        fc.constantFrom(...names),
        (plain, inner, outer) => {
          // Base64 of base64 (or of bytes one by one), or an escape broken over two lines, is no form in which anything quotes what it was sent.
          fc.pre(
            ![inner, outer].every((name) => /base64|hex|Buffer|list|octal|quoted/i.test(name)) &&
              !/case|lines/.test(outer),
          );
          const encoded = encode([inner, outer], plain);
          const shown = createRedactor([plain])(`GET /?key=${encoded} refused`);
          expect(longestShared(encoded, shown)).toBeLessThan((20 * encoded.length) / plain.length);
          expect(shown).toContain('<redacted>');
        },
      ),
      { numRuns: runs(400) },
    );
  });

  test('an address is hidden where it is quoted whole, and its host is not', () => {
    const redact = createRedactor(
      ['q7w8e9r0t1y2'],
      ['https://bot.example.com/hook/q7w8e9r0t1y2', '/my-trading-signals'],
    );
    expect(redact('POST https://bot.example.com/hook/q7w8e9r0t1y2 failed')).toBe('POST <redacted> failed');
    expect(redact('bot.example.com: no route to /hook/q7w8e9')).toBe(
      'bot.example.com: no route to /hook/<redacted>',
    );
    expect(redact('Cannot POST /my-trading-signals')).toBe('Cannot POST <redacted>');
    expect(redact('the trading-signals of my bot')).toBe('the trading-signals of my bot');
  });

  test.each([
    ['pin 4711 is wrong', '4711', 'pin <redacted> is wrong'],
    ['order 47110 of 14711', '4711', 'order 47110 of 14711'],
    ['passcode=hunter2&x', 'hunter2', 'passcode=<redacted>&x'],
    ['the secret is none', 'none', 'the secret is none'],
  ])('a short one, where it stands alone: %s', (text, short, shown) => {
    expect(createRedactor([short])(text)).toBe(shown);
  });
});

describe('what is no secret stays readable', () => {
  const words = fc
    .array(
      fc.constantFrom(
        'upbit',
        'binance',
        'listing',
        '상장',
        'https://bot.example.com/api',
        '-1001234567890',
        'ABC',
        '2026-11-25T12:00:00Z',
        'delivery.attempted',
        'unreachable',
        '127.0.0.1:8787',
      ),
      { minLength: 1, maxLength: 12 },
    )
    .map((parts) => parts.join(' '));

  test('words, hosts, numbers, times', () => {
    fc.assert(
      fc.property(fc.array(secret, { maxLength: 20 }), words, (secrets, text) => {
        expect(createRedactor(secrets)(text)).toBe(text);
      }),
    );
  });

  test('keys of an object, whatever they are called; and what is not text', () => {
    const redact = createRedactor(['delivery-0001', 'a1b2c3d4e5']);
    const value = {
      'delivery-0001': 'delivery-0001',
      n: 1,
      deep: [{ a1b2c3d4e5: null, ok: true }],
      none: undefined,
    };
    expect(redactValues(value, redact)).toEqual({
      'delivery-0001': '<redacted>',
      n: 1,
      deep: [{ a1b2c3d4e5: null, ok: true }],
      none: undefined,
    });
    expect(redactValues({ error: new Error('no a1b2c3d4e5'), key: new Secret('x') }, redact)).toEqual({
      error: 'Error: no <redacted>',
      key: '<redacted>',
    });
  });
});

test('3,000 secrets cost a line of text as much as one does: each place is looked at once', () => {
  const many = Array.from(
    { length: 3000 },
    (_, n) => `k${(n * 7919).toString(36)}x${(n * 104_729).toString(36)}q`,
  );
  const redact = createRedactor(
    many,
    many.map((key) => `https://bot-${key}.example.com/${key}`),
  );
  const text = `bot-17: no answer from 10.0.0.1:443 within 5s ${many[17]}`;
  expect(redact(text)).toBe('bot-17: no answer from 10.0.0.1:443 within 5s <redacted>');
});
