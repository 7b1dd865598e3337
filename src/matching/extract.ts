/** Parts of a title that a config names: what a pattern of its own finds, for conditions and templates. */
import type { RE2JS } from 're2js';
import { compilePattern } from './pattern-work.ts';
import { ABSENT, type StraightPattern, straightPattern, UNSURE } from './straight-pattern.ts';
import { CUT, type Text } from './text.ts';

/** An entry of `extract:`. */
export interface ExtractOptions {
  /** A regular expression (linear-time engine), found anywhere, ignoring case. */
  readonly matches: string;
}

export class Extract {
  readonly #expression: ReturnType<RE2JS['re2']>;
  readonly #straight: StraightPattern | undefined;
  #last: string | undefined;
  #lastValue: string | undefined;

  /** Throws what RE2JS throws on a malformed expression, and `TooMuchWork`. */
  constructor({ matches }: ExtractOptions) {
    const source = matches.normalize('NFC');
    this.#expression = compilePattern(source).re2();
    this.#straight = straightPattern(source);
  }

  /**
   * The first group that took part, or all that was found where the pattern has no group; in the title as it came or,
   * failing that, in its NFKC form. `undefined`: nothing was found, or nothing is in it. The last answer is kept: rules and
   * templates ask for the same title.
   */
  valueIn(text: Text): string | undefined {
    if (text.raw !== this.#last) {
      this.#lastValue = this.#found(text.searched) ?? this.#foundInCompatible(text);
      this.#last = text.raw;
    }
    return this.#lastValue;
  }

  #foundInCompatible({ searched, compatible }: Text): string | undefined {
    return compatible === searched ? undefined : this.#found(compatible);
  }

  #found(text: string): string | undefined {
    const straight = this.#straight;
    const place = straight?.find(text) ?? UNSURE;
    if (straight === undefined || place === UNSURE) return this.#foundByEngine(text);
    if (place === ABSENT) return undefined;
    if (straight.groupCount === 0) return textOf(straight.part(text, 0));
    for (let group = 1; group <= straight.groupCount; group++) {
      const part = textOf(straight.part(text, group));
      if (part !== undefined) return part;
    }
    return undefined;
  }

  /** The groups with the place, in one pass; a `Matcher` makes a second one for its groups. */
  #foundByEngine(text: string): string | undefined {
    const parts: readonly (string | null)[] | null = this.#expression.findSubmatch(text);
    if (parts === null) return undefined;
    if (parts.length === 1) return textOf(parts[0]);
    for (let group = 1; group < parts.length; group++) {
      const part = textOf(parts[group]);
      if (part !== undefined) return part;
    }
    return undefined;
  }
}

const textOf = (part: string | null | undefined) => part?.replace(CUT, '').trim() || undefined;

/** By name. */
export type Extracts = ReadonlyMap<string, Extract>;

const compiled = new WeakMap<Readonly<Record<string, ExtractOptions>>, Extracts>();

/** The same options are compiled once, so that rules and templates share what is known of a title. */
export function compileExtracts(options: Readonly<Record<string, ExtractOptions>>): Extracts {
  let extracts = compiled.get(options);
  if (extracts === undefined) {
    extracts = new Map(Object.entries(options).map(([name, one]) => [name, new Extract(one)]));
    compiled.set(options, extracts);
  }
  return extracts;
}
