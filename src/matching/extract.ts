/** Parts of a title that a config names: what a pattern of its own finds, for conditions and templates. */
import type { RE2JS } from 're2js';
import { compilePattern } from './pattern-work.ts';
import { CUT, type Text } from './text.ts';

/** An entry of `extract:`. */
export interface ExtractOptions {
  /** A regular expression (linear-time engine), found anywhere, ignoring case. */
  readonly matches: string;
}

export class Extract {
  readonly #expression: RE2JS;
  #last: Text | undefined;
  #lastValue: string | undefined;

  /** Throws what RE2JS throws on a malformed expression, and `TooMuchWork`. */
  constructor({ matches }: ExtractOptions) {
    this.#expression = compilePattern(matches.normalize('NFC'));
  }

  /**
   * The first group that took part, or all that was found where the pattern has no group; in the title as it came or,
   * failing that, in its NFKC form. `undefined`: nothing was found, or nothing is in it. The last answer is kept.
   */
  valueIn(text: Text): string | undefined {
    if (text !== this.#last) {
      const { searched, compatible } = text;
      this.#lastValue =
        this.#found(searched) ?? (compatible === searched ? undefined : this.#found(compatible));
      this.#last = text;
    }
    return this.#lastValue;
  }

  #found(text: string): string | undefined {
    const matcher = this.#expression.matcher(text);
    if (!matcher.find()) return undefined;
    for (let group = 1; group <= matcher.groupCount(); group++) {
      const part = textOf(matcher.group(group));
      if (part) return part;
    }
    return matcher.groupCount() === 0 ? textOf(matcher.group(0)) || undefined : undefined;
  }
}

const textOf = (part: string | null | undefined) => part?.replace(CUT, '').trim();

/** By name. */
export type Extracts = ReadonlyMap<string, Extract>;

export const compileExtracts = (options: Readonly<Record<string, ExtractOptions>>): Extracts =>
  new Map(Object.entries(options).map(([name, one]) => [name, new Extract(one)]));
