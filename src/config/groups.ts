/** Checks of `groups:`: names that exist and mean one thing, no group in itself, none that nothing uses. */
import { type DestinationNames, isPattern } from './destination-names.ts';
import type { Finding, Path } from './problem.ts';
import type { ConfigSections } from './sections.ts';
import { emptyPattern, nameFault, namesIn } from './targets.ts';

/** Errors. */
export function* groupFaults(parts: ConfigSections): Iterable<Finding> {
  const names = namesIn(parts);
  const { groups, destinations } = parts;
  for (const [group, members = []] of groups) {
    if (destinations.has(group))
      yield {
        path: ['groups', group],
        at: 'key',
        other: ['destinations', group],
        message: `${group} is a destination too`,
        hint: 'give the group another name: one name means one thing',
      };
    const seen = new Set<string>();
    for (const [place, member] of members.entries()) {
      const path: Path = ['groups', group, place];
      const fault = nameFault(member, names);
      if (fault !== undefined) yield { path, ...fault };
      else if (seen.has(member)) yield { path, message: `${member} is named twice: a group holds it once` };
      seen.add(member);
    }
  }
  yield* rings(groups, names);
}

/** Each ring once, at the entry that closes it. */
function* rings(groups: ConfigSections['groups'], names: DestinationNames): Iterable<Finding> {
  const done = new Set<string>();
  const way: { readonly group: string; place: number }[] = [];
  const onWay = new Set<string>();
  for (const start of groups.keys()) {
    if (done.has(start)) continue;
    way.push({ group: start, place: 0 });
    onWay.add(start);
    for (let here = way.at(-1); here !== undefined; here = way.at(-1)) {
      const { group, place } = here;
      const member = groups.get(group)?.[place];
      here.place++;
      if (member === undefined) {
        done.add(group);
        onWay.delete(group);
        way.pop();
      } else if (names.isGroup(member) && !done.has(member)) {
        if (!onWay.has(member)) {
          way.push({ group: member, place: 0 });
          onWay.add(member);
        } else {
          const from = way.findIndex((step) => step.group === member);
          const ring = [...way.slice(from).map((step) => step.group), member].join(' → ');
          yield {
            path: ['groups', group, place],
            message: `the group ${member} contains itself: ${ring}`,
            hint: 'remove it here',
          };
        }
      }
    }
  }
}

/** Warnings. */
export function* unusedGroups(parts: ConfigSections): Iterable<Finding> {
  const names = namesIn(parts);
  const { groups, rules, alerts } = parts;
  const used = new Set<string>([
    ...rules.flatMap((rule) => (rule?.send ?? []).map(({ to }) => to)),
    ...(alerts?.send ?? []),
    ...[...groups.values()].flatMap((members = []) => members),
  ]);
  for (const [group, members = []] of groups) {
    if (rules.length > 0 && !used.has(group))
      yield { path: ['groups', group], at: 'key', message: `nothing sends to the group ${group}` };
    for (const [place, member] of members.entries())
      if (isPattern(member) && names.find(member)?.length === 0)
        yield { path: ['groups', group, place], ...emptyPattern(member, names) };
  }
}
