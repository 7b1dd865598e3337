/** Endless frames, good and bad in every way that comes to mind, repeatable by their seed. */
import type { Random } from '../../../src/platform/random.ts';
import { GARBAGE } from '../../../src/simulator/garbage.ts';
import { frame, OPCODE } from '../../support/awkward-feed.ts';

export interface OddFrame {
  /** As it goes over the wire; one message, or a control frame. */
  readonly wire: Buffer;
  /** The message; `undefined` for a control frame. */
  readonly payload: Buffer | undefined;
  /** Of an announcement that must be read as it is. */
  readonly serial: number | undefined;
}

const WORDS = [
  '',
  ' ',
  'ABC',
  '에이비씨',
  '█'.repeat(20),
  '\ud800',
  'Ⓢ',
  '<b>',
  '<%= x %>',
  '{{ title }}',
  '\u0000',
  '1INCH',
  'a'.repeat(5000),
  '상장',
  'list',
];
const NUMBERS = [0, -1, 1.5, 1e308, 2 ** 53, 1_790_000_000_000_000, 1e-9];
const TYPES = [
  'announcement',
  'test_announcement',
  'welcome',
  'heartbeat',
  'error',
  'changelog',
  'renewal_notice',
  '',
  'constructor',
  '__proto__',
];
const FIELDS = [
  'type',
  'title',
  'ticker',
  'publisher',
  'listingType',
  'publishTimestampUs',
  'detectedTimestampUs',
  'dispatchTimestampUs',
  'abnormalDetectionLatency',
  'timestampNs',
  'timeUtc',
  'tier',
  'allowedCex',
  'expiresInSecs',
  'maxConnections',
  'code',
  'retryAfterSecs',
  'redacted',
  '__proto__',
  'toString',
  'x'.repeat(300),
];

export class OddFrames {
  readonly #random: Random;
  #serial = 0;

  constructor(random: Random) {
    this.#random = random;
  }

  next(): OddFrame {
    const draw = this.#random();
    if (draw < 0.3) return this.#good();
    if (draw < 0.36)
      return {
        wire: frame(OPCODE.ping, Buffer.from('p'.repeat(this.#upTo(125)))),
        payload: undefined,
        serial: undefined,
      };
    return this.#message(this.#bad(draw));
  }

  #bad(draw: number): Buffer {
    if (draw < 0.6) return Buffer.from(JSON.stringify(this.#fields()));
    if (draw < 0.7) return Buffer.from(JSON.stringify(this.#value(4)));
    if (draw < 0.85) return this.#mutant();
    if (draw < 0.9) return Buffer.from(Array.from({ length: this.#upTo(200) }, () => this.#upTo(255)));
    // Megabytes now and then, or the test would be about nothing else.
    const garbage = this.#of(GARBAGE).payload;
    return Buffer.from(garbage.length > 50_000 && this.#random() > 0.02 ? 'instead' : garbage);
  }

  #good(): OddFrame {
    const serial = this.#serial++;
    const optional = Object.fromEntries(
      [
        'publishTimestampUs',
        'detectedTimestampUs',
        'dispatchTimestampUs',
        'abnormalDetectionLatency',
        'extra',
      ]
        .filter(() => this.#random() < 0.4)
        .map((name) => [name, this.#value(2)]),
    );
    const fields = {
      type: 'announcement',
      title: `serial ${serial}`,
      ticker: 'ABC',
      publisher: 'upbit',
      listingType: 'spot_listing',
      ...optional,
    };
    return { ...this.#message(Buffer.from(JSON.stringify(fields))), serial };
  }

  #mutant(): Buffer {
    const bytes = Buffer.from(
      '{"type":"announcement","title":"mutant 커브(CRV)","ticker":"CRV","publisher":"upbit","listingType":"spot_listing","detectedTimestampUs":1790000000000000}',
    );
    if (this.#random() < 0.3) return bytes.subarray(0, this.#upTo(bytes.length));
    for (let flips = 1 + this.#upTo(2); flips > 0; flips--) {
      const index = this.#upTo(bytes.length - 1);
      bytes.writeUInt8(bytes.readUInt8(index) ^ (1 << this.#upTo(7)), index);
    }
    return bytes;
  }

  #fields(): Record<string, unknown> {
    const fields: Record<string, unknown> = { type: this.#of(TYPES) };
    if (this.#random() < 0.2) fields['type'] = this.#value(1);
    for (let count = this.#upTo(8); count > 0; count--)
      Object.defineProperty(fields, this.#of(FIELDS.slice(1)), {
        value: this.#value(3),
        enumerable: true,
        configurable: true,
        writable: true,
      });
    if (fields['type'] === 'error' && this.#random() < 0.5) fields['code'] = 'test_rate_limited';
    return fields;
  }

  #value(depth: number): unknown {
    const draw = this.#random();
    if (draw < 0.4) return this.#of(WORDS);
    if (draw < 0.6) return this.#of(NUMBERS);
    if (draw < 0.8 || depth === 0) return this.#of([true, false, null, 'true', '*', '12']);
    if (draw < 0.9) return Array.from({ length: this.#upTo(5) }, () => this.#value(depth - 1));
    return Object.fromEntries(
      Array.from({ length: this.#upTo(5) }, () => [this.#of(FIELDS), this.#value(depth - 1)]),
    );
  }

  /** Binary, text or in pieces. */
  #message(payload: Buffer): OddFrame {
    const draw = this.#random();
    if (draw < 0.8 || payload.length < 3) {
      const opcode = draw < 0.4 ? OPCODE.text : OPCODE.binary;
      return { wire: frame(opcode, payload), payload, serial: undefined };
    }
    const cut = 1 + this.#upTo(payload.length - 2);
    const wire = Buffer.concat([
      frame(OPCODE.binary, payload.subarray(0, cut), { isLast: false }),
      frame(OPCODE.ping, Buffer.alloc(0)),
      frame(OPCODE.continuation, payload.subarray(cut)),
    ]);
    return { wire, payload, serial: undefined };
  }

  #of<Item>(items: readonly Item[]): Item {
    return items[this.#upTo(items.length - 1)] as Item;
  }

  /** A whole number from 0 to `most`. */
  #upTo(most: number): number {
    return Math.floor(this.#random() * (most + 1));
  }
}
