/** Asks about one destination, whose options are given as in a config, and tells in one line each what was found. */
import { onTestFinished } from 'vitest';
import { destinationTypes } from '../../src/destinations/index.ts';
import { typeOf } from '../../src/destinations/registry.ts';
import { Inquiry } from '../../src/http/inquiry.ts';
import { systemClock } from '../../src/platform/clock.ts';

interface InquiredOptions {
  readonly timeoutMs?: number;
  /** Options as only a loaded config has them. */
  readonly loaded?: Readonly<Record<string, unknown>>;
}

export async function inquired(
  options: Readonly<Record<string, unknown>> & { readonly type: string },
  { timeoutMs = 10_000, loaded = {} }: InquiredOptions = {},
): Promise<readonly string[]> {
  const type = typeOf(options, destinationTypes);
  const signal = new AbortController().signal;
  const inquiry = new Inquiry({ clock: systemClock, signal, version: '0.0.0', timeoutMs });
  onTestFinished(() => inquiry[Symbol.asyncDispose]());
  const remarks = await type.inquire(
    { ...type.schema.parse(options), ...loaded },
    {
      ...{ inquiry, clock: systemClock, redact: (text: string) => text },
    },
  );
  return remarks.map(({ mark, text, code }) => `${mark}: ${text} [${code}]`);
}
