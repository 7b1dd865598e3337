/** Which templates the rules send to which destination. */
import type { RuleOptions } from './options.ts';

export function templatesUsedBy(rules: readonly RuleOptions[]): (destination: string) => ReadonlySet<string> {
  const used = new Map<string, Set<string>>();
  for (const { to, template } of [...new Set(rules.map(({ send }) => send))].flat()) {
    if (template === undefined) continue;
    const names = used.get(to) ?? new Set();
    used.set(to, names.add(template));
  }
  return (destination) => used.get(destination) ?? new Set();
}
