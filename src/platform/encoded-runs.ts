/**
 * Decodes base64, hex and escaped bytes in a text. A secret may begin anywhere in base64 and hex, so each run of
 * these is read at every offset.
 */
import { type Canonical, derived } from './canonical.ts';

/** Six bytes and what their neighbours need. */
const BASE64 = /[A-Za-z0-9+/_-]{10,}/g;
const HEX = /[0-9A-Fa-f]{12,}/g;

/**
 * Six bytes or more one by one, as programs print them: `<Buffer 64 73 6b>`, `64:73:6b`, `0x64, 0x73`, `=64=73`, the
 * decimals of a Buffer in JSON, and octal escapes.
 */
const SPELLED: readonly { readonly run: RegExp; readonly byte: RegExp; readonly base: number }[] = [
  {
    run: /(?<![0-9a-z])(?:0x)?[0-9a-f]{2}(?:[\s:,=_+-]{1,2}(?:0x)?[0-9a-f]{2}){5,}(?![0-9a-z])/gi,
    byte: /[0-9a-f]{2}(?!x)/gi,
    base: 16,
  },
  { run: /(?<!\d)\d{2,3}(?:,?[\s+]?\d{2,3}){5,}(?!\d)/g, byte: /\d{2,3}/g, base: 10 },
  { run: /(?:\\[0-3][0-7]{2}){6,}/g, byte: /[0-3][0-7]{2}/g, base: 8 },
];

export function* decodedRuns(form: Canonical): Iterable<Canonical> {
  yield* packedRuns(form);
  for (const { run, byte, base } of SPELLED)
    for (const { 0: text, index } of form.bytes.matchAll(run)) {
      const spelled = [...text.matchAll(byte)];
      yield derived(
        form,
        spelled.map(([digits]) => String.fromCharCode(Number.parseInt(digits, base) & 0xff)).join(''),
        (at) => index + (spelled[at]?.index ?? 0),
        (at) => index + (spelled[at]?.index ?? 0) + (spelled[at]?.[0].length ?? 0),
      );
    }
}

function* packedRuns(form: Canonical): Iterable<Canonical> {
  for (const { 0: run, index } of form.bytes.matchAll(BASE64))
    for (let offset = 0; offset < 4; offset++) {
      const start = index + offset;
      const bytes = Buffer.from(run.slice(offset), 'base64').toString('latin1');
      yield derived(
        form,
        bytes,
        (byte) => start + Math.floor((byte * 4) / 3),
        (byte) => start + Math.floor((byte * 4) / 3) + 2,
      );
    }
  for (const { 0: run, index } of form.bytes.matchAll(HEX))
    for (let offset = 0; offset < 2; offset++) {
      const start = index + offset;
      const bytes = Buffer.from(run.slice(offset), 'hex').toString('latin1');
      yield derived(
        form,
        bytes,
        (byte) => start + byte * 2,
        (byte) => start + byte * 2 + 2,
      );
    }
}
