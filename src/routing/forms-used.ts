/** The forms in which the rules want a message at each destination: templates, and manners other than its own. */
import type { Manner, RuleOptions } from './options.ts';

export function templatesUsedBy(rules: readonly RuleOptions[]): (destination: string) => ReadonlySet<string> {
  const used = new Map<string, Set<string>>();
  for (const { to, template } of [...new Set(rules.map(({ send }) => send))].flat()) {
    if (template === undefined) continue;
    const names = used.get(to) ?? new Set();
    used.set(to, names.add(template));
  }
  return (destination) => used.get(destination) ?? new Set();
}

/** By destination, the rules that want another manner there than its own options say. */
export function mannersOf(
  rules: readonly RuleOptions[],
): (destination: string) => ReadonlyMap<string, Manner> {
  const manners = new Map<string, Map<string, Manner>>();
  for (const { name, send } of rules)
    for (const { to, mention, silent } of send) {
      if (mention === undefined && silent === undefined) continue;
      const ofRules = manners.get(to) ?? new Map<string, Manner>();
      if (!ofRules.has(name)) ofRules.set(name, definedOf({ mention, silent }));
      manners.set(to, ofRules);
    }
  return (destination) => manners.get(destination) ?? NONE;
}

const NONE: ReadonlyMap<string, Manner> = new Map();

const definedOf = ({ mention, silent }: Manner): Manner => ({
  ...(mention !== undefined && { mention }),
  ...(silent !== undefined && { silent }),
});
