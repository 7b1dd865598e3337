/** The answers of the HTTP side are written in bites: by counts, not by times. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { printableJson } from '../../src/platform/printable.ts';
import { createRedactor, redactValues } from '../../src/platform/redactor.ts';
import { Secret } from '../../src/platform/secret.ts';
import { jsonText } from '../../src/web/json-text.ts';
import { runs } from '../support/properties.ts';

const plain = (text: string) => text;
const atOnce = () => Promise.resolve();

test('it is what the library would write, without secrets and without commands for a terminal', async () => {
  const redact = createRedactor(['s3cret-token-17']);
  const leaf = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.constantFrom('it was s3cret-token-17', '\u001b[31m', '\ud800', undefined),
    fc.double(),
    fc.boolean(),
    fc.constant(null),
  );
  const { tree } = fc.letrec<{ tree: unknown }>((tie) => ({
    tree: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      leaf,
      fc.array(tie('tree'), { maxLength: 5 }),
      fc.dictionary(fc.string(), tie('tree'), { maxKeys: 5, noNullPrototype: true }),
    ),
  }));
  await fc.assert(
    fc.asyncProperty(fc.dictionary(fc.string(), tree, { noNullPrototype: true }), async (value) => {
      const text = await jsonText(value, redact, atOnce);
      expect(text).toBe(printableJson(JSON.stringify(redactValues(value, redact))));
    }),
    { numRuns: runs(300) },
  );
});

test('a value that shows itself in its own way does so', async () => {
  const value = { key: new Secret('abcdefgh'), error: new TypeError('no') };
  expect(await jsonText(value, plain, atOnce)).toBe('{"key":"<redacted>","error":"TypeError: no"}');
});

test('others have their turn every few thousand characters, and may add to what is being written', async () => {
  const listed: string[] = Array.from({ length: 100 }, (_, n) => `${n}`.padStart(200, '.'));
  let turns = 0;
  const text = await jsonText({ listed }, plain, async () => {
    turns++;
    listed.unshift('new');
  });
  expect(turns).toBe(10);
  expect(JSON.parse(text).listed).toHaveLength(100);
});

test('each bite is without commands for a terminal', async () => {
  const text = await jsonText(Array(100).fill(`\u009b31m${'.'.repeat(200)}`), plain, atOnce);
  expect(text).not.toContain('\u009b');
  expect(text.match(/\\u009b/g)).toHaveLength(100);
});

test('a name that is there thousands of times is looked at once', async () => {
  let looked = 0;
  const redact = (text: string) => {
    looked++;
    return text;
  };
  const value = Array.from({ length: 1000 }, () => ({ name: 'bot', state: 'ok' }));
  expect(JSON.parse(await jsonText(value, redact, atOnce))).toEqual(value);
  expect(looked).toBe(2);
});
