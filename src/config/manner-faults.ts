/** Whether the manner that a rule wants for its messages (`mention`, `silent`) means something where it sends them. All errors. */
import { typeOf } from '../destinations/registry.ts';
import type { Manner, SendTarget } from '../routing/options.ts';
import type { DestinationNames } from './destination-names.ts';
import type { Finding } from './problem.ts';
import type { ConfigSections } from './sections.ts';
import { namesIn } from './targets.ts';

const KEYS = ['mention', 'silent'] as const satisfies readonly (keyof Manner)[];

export function* mannerFaults(parts: ConfigSections): Iterable<Finding> {
  const names = namesIn(parts);
  for (const [index, rule] of parts.rules.entries())
    for (const [place, entry] of (rule?.send ?? []).entries())
      for (const key of KEYS) {
        const fault = entry[key] === undefined ? undefined : faultOf(entry, key, names, parts);
        if (fault !== undefined) yield { path: ['rules', index, 'send', place, key], ...fault };
      }
}

/** A group may have destinations of several types: it is enough that it means something to one of them. */
function faultOf(
  entry: SendTarget,
  key: keyof Manner,
  names: DestinationNames,
  { destinations, types }: ConfigSections,
): Pick<Finding, 'message' | 'hint'> | undefined {
  const meant = (names.find(entry.to) ?? []).flatMap((name) => destinations.get(name) ?? []);
  const found = new Map(meant.map((options) => [options.type, typeOf(options, types)]));
  if (found.size === 0) return undefined;
  const taker = [...found.values()].find(({ manner }) => manner.includes(key));
  if (taker === undefined) {
    const others = [...types].filter(([, { manner }]) => manner.includes(key)).map(([name]) => name);
    return {
      message: `\`${key}\` means nothing to ${[...found.keys()].join(' or ')}`,
      hint: `it is for ${others.join(' and ')}`,
    };
  }
  const parsed = taker.schema.shape[key] as { safeParse(value: unknown): SafeResult } | undefined;
  const issue = parsed?.safeParse(entry[key]).error?.issues[0];
  return issue && { message: `\`${key}\` ${issue.message}` };
}

interface SafeResult {
  readonly error?: { readonly issues: readonly { readonly message: string }[] } | undefined;
}
