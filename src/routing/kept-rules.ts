/**
 * The rules of a config as the store keeps them, once for all announcements that were read under them: so a person can see
 * what a rule was when it decided, whatever the file says today. Without secrets: rules have none.
 */
import { createHash } from 'node:crypto';
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import type { ExtractOptions } from '../matching/extract.ts';
import type { RuleOptions } from './options.ts';

export interface KeptRules {
  /** Of the rules and the extracts; 12 digits, hex. */
  readonly digest: string;
  /** For the store. */
  readonly body: Uint8Array;
}

/** The part of a config that decides where an announcement goes. */
export interface RulesInForce {
  readonly rules: readonly RuleOptions[];
  readonly extract: Readonly<Record<string, ExtractOptions>>;
}

/** The text that is kept: rules that send to the same group share one list, as they do in memory. */
interface Stored {
  readonly extract: RulesInForce['extract'];
  readonly sends: readonly RuleOptions['send'][];
  readonly rules: readonly (Omit<RuleOptions, 'send'> & { readonly send: number })[];
}

const DIGITS = 12;

/** The fastest: ten thousand rules are 2 MB. */
const LEVEL = 1;

/** More than this is no text of ours. In bytes. */
const LONGEST = 512 * 1024 * 1024;

export function keptRules({ rules, extract }: RulesInForce): KeptRules {
  const places = new Map<RuleOptions['send'], number>();
  const stored: Stored = {
    extract,
    rules: rules.map((rule) => {
      const send = places.get(rule.send) ?? places.size;
      places.set(rule.send, send);
      return { ...rule, send };
    }),
    sends: [...places.keys()],
  };
  const text = JSON.stringify(stored);
  const digest = createHash('sha256').update(text).digest('hex').slice(0, DIGITS);
  return { digest, body: deflateRawSync(text, { level: LEVEL }) };
}

/** `undefined`: it cannot be read. */
export function rulesIn(body: Uint8Array): RulesInForce | undefined {
  try {
    const text = inflateRawSync(body, { maxOutputLength: LONGEST }).toString();
    const { rules, sends, extract }: Stored = JSON.parse(text);
    return { extract, rules: rules.map((rule) => ({ ...rule, send: sends[rule.send] ?? [] })) };
  } catch {
    return undefined;
  }
}

/** Some of them, by their places in the config, in order. */
export interface SomeRules extends Pick<RulesInForce, 'extract'> {
  readonly byPlace: ReadonlyMap<number, RuleOptions>;
}

/** As `rulesIn`; those that are there. */
export function someRulesIn(body: Uint8Array, places: Iterable<number>): SomeRules | undefined {
  const kept = rulesIn(body);
  if (kept === undefined) return undefined;
  const byPlace = new Map<number, RuleOptions>();
  for (const place of [...places].sort((a, b) => a - b)) {
    const rule = kept.rules[place];
    if (rule !== undefined) byPlace.set(place, rule);
  }
  return { extract: kept.extract, byPlace };
}
