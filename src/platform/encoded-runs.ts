/** What base64 and hex in a text stand for. A secret may begin anywhere in them, so each run is read at every offset. */
import { type Canonical, derived } from './canonical.ts';

/** Six bytes and what their neighbours need. */
const BASE64 = /[A-Za-z0-9+/_-]{10,}/g;
const HEX = /[0-9A-Fa-f]{12,}/g;

export function* decodedRuns(form: Canonical): Iterable<Canonical> {
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
