/**
 * The destinations that rules and alerts name, by name, group or pattern: whether they are there, and, once and for
 * all, which they are. Rules and alerts below this point name destinations only.
 */
import { listed } from '../platform/listed.ts';
import { didYouMean, nearest } from '../platform/suggest.ts';
import type { SendTarget } from '../routing/options.ts';
import { DestinationNames, isPattern } from './destination-names.ts';
import { FirstHints } from './first-hints.ts';
import type { Finding, Path } from './problem.ts';
import type { ConfigSections } from './sections.ts';

export const namesIn = ({ destinations, groups }: Pick<ConfigSections, 'destinations' | 'groups'>) =>
  new DestinationNames({ destinations: destinations.keys(), groups });

/** Each rule and the alerts with the destinations that they come down to. */
export function withTargets(parts: ConfigSections): ConfigSections {
  const names = namesIn(parts);
  // Thousands of rules may send to the same thousands of destinations: they share one list.
  const known = new Map<string, readonly SendTarget[]>();
  const expanded = (send: readonly SendTarget[]) => {
    if (send.every(({ to }) => names.isDestination(to))) return send;
    const key = JSON.stringify(send);
    const found = known.get(key) ?? targetsOf(send, names);
    known.set(key, found);
    return found;
  };
  const { alerts, rules } = parts;
  return {
    ...parts,
    rules: rules.map((rule) => rule && { ...rule, send: expanded(rule.send) }),
    alerts: alerts && {
      ...alerts,
      send: [...new Set(alerts.send.flatMap((name) => names.find(name) ?? [name]))],
    },
  };
}

/** An entry that names a destination itself counts before one that means it too; of these, the first counts. */
function targetsOf(send: readonly SendTarget[], names: DestinationNames): readonly SendTarget[] {
  const named = new Set(send.map(({ to }) => to).filter((to) => names.isDestination(to)));
  const targets = new Map<string, SendTarget>();
  for (const entry of send)
    for (const to of names.find(entry.to) ?? [entry.to])
      if (!targets.has(to) && (to === entry.to || !named.has(to))) targets.set(to, { ...entry, to });
  return [...targets.values()];
}

/** Errors. */
export function* targetFaults(parts: ConfigSections): Iterable<Finding> {
  const names = namesIn(parts);
  const { templates } = parts;
  const hints = new FirstHints();
  for (const [index, rule] of parts.rules.entries()) {
    const seen = new Set<string>();
    for (const [place, { to, template }] of (rule?.send ?? []).entries()) {
      const path: Path = ['rules', index, 'send', place];
      const fault = nameFault(to, names);
      if (fault !== undefined) yield { path: [...path, 'to'], ...fault };
      else if (seen.has(to))
        yield { path: [...path, 'to'], message: `${to} is named twice: a rule sends to it once` };
      seen.add(to);
      // A text in place of a name has its own message.
      if (template !== undefined && !templates.has(template) && !template.includes('{{'))
        yield {
          absent: true,
          path: [...path, 'template'],
          message: `there is no template ${template}`,
          hint: hints.of(template, () => didYouMean(template, templates.keys())),
        };
    }
  }
}

export function* alertFaults(parts: ConfigSections): Iterable<Finding> {
  const { alerts, destinations } = parts;
  const names = namesIn(parts);
  const seen = new Set<string>();
  for (const [place, written] of (alerts?.send ?? []).entries()) {
    const path: Path = ['alerts', 'send', place];
    const fault = nameFault(written, names);
    if (fault !== undefined) yield { path, ...fault };
    else if (seen.has(written)) yield { path, message: `${written} is named twice` };
    seen.add(written);
    const orders = (names.find(written) ?? []).filter(
      (name) => destinations.get(name)?.forEach !== undefined,
    );
    if (orders.length > 0)
      yield {
        path,
        message: `${listed(orders)} gets one order for each ticker (forEach), and an alert is not an order`,
        hint: names.isDestination(written)
          ? 'name a chat, or a webhook without forEach'
          : `${written} stands for ${listed(orders)} too: name the chats instead, or a group of chats`,
      };
  }
}

/** Letters, digits and `.-_` are those of a name. */
const WRITTEN = /^[\w.*-]+$/;

/** Of the patterns of other tools. */
const FOREIGN = /[*?[\](){}^$|/+!~]/;

/** Words that mean every destination elsewhere. */
const ALL = /^(all|any|every|everyone|everything|everybody)$/i;

/** Why nothing can be found by what is written; `undefined`: it can. */
export function nameFault(
  written: string,
  names: DestinationNames,
): Pick<Finding, 'message' | 'hint' | 'absent'> | undefined {
  const what = names.hasGroups ? 'destination or group' : 'destination';
  const isForm = WRITTEN.test(written);
  if (isForm && names.knows(written)) return undefined;
  const list = written.trim().split(/[\s,;|]+/);
  if (list.length > 1 && list.every((word) => word === '' || names.knows(word)))
    return {
      message: `there is no ${what} ${written}`,
      hint: `several are a list: [${list.filter((word) => word !== '').join(', ')}]`,
    };
  const hint = ALL.test(written)
    ? 'for every destination write "*", in quotes'
    : FOREIGN.test(written) && !/^\[.*\]$/.test(written)
      ? 'in a pattern only * stands for something: for any letters, or none'
      : names.hints.of(written, () => nameHint(written, names));
  return { absent: isForm, message: `there is no ${what} ${written}`, hint };
}

function nameHint(written: string, names: DestinationNames): string | undefined {
  const parts = written.split(/[\s,;，、]+/).map((part) => part.replace(/^[-['"]+|(?<!['"\]])['"\]]+$/g, ''));
  const all = parts.filter((part) => part !== '');
  if (/^\[.*\]$/.test(written)) return `a list stands without quotes: [${all.join(', ')}]`;
  const isKnown = (part: string) => names.knows(part);
  if (all.length > 1 ? all.some(isKnown) : all.every(isKnown))
    return all.length > 1
      ? `several are a list: [${all.join(', ')}]`
      : 'a dash of a list is followed by a space';
  // Its own name is wrong, which is reported there.
  return names.has(written) ? undefined : didYouMean(written, names.all);
}

/** Warnings: a rule that sends nowhere, and a pattern that stands for nothing. */
export function* emptyTargets(parts: ConfigSections): Iterable<Finding> {
  const names = namesIn(parts);
  for (const [index, { name, send } = { name: '', send: [] }] of parts.rules.entries()) {
    const found = send.map(({ to }) => names.find(to));
    if (send.length > 0 && found.every((list) => list?.length === 0)) {
      const written = send.map(({ to }) => to).join(', ');
      yield {
        path: ['rules', index, 'send'],
        message: `rule ${JSON.stringify(name)} never sends anything: ${written} stands for no destination`,
        hint: emptyPattern(send[0]?.to ?? '', names).hint,
      };
    } else
      for (const [place, { to }] of send.entries())
        if (isPattern(to) && found[place]?.length === 0)
          yield { path: ['rules', index, 'send', place, 'to'], ...emptyPattern(to, names) };
  }
  for (const [place, written] of (parts.alerts?.send ?? []).entries())
    if (names.find(written)?.length === 0)
      yield { path: ['alerts', 'send', place], ...emptyPattern(written, names) };
}

export const emptyPattern = (written: string, names: DestinationNames) => ({
  message: `${written} stands for no destination`,
  hint: names.hints.of(`as a pattern: ${written}`, () => patternHint(written, names)),
});

/** The pattern with another beginning: `sbu-*`, `sub-*`. Of a group: nothing. */
function patternHint(written: string, names: DestinationNames): string | undefined {
  if (!isPattern(written)) return undefined;
  if (/\.\*/.test(written) && (names.find(written.replaceAll('.*', '*')) ?? []).length > 0)
    return `* alone stands for any letters: write ${written.replaceAll('.*', '*')}`;
  const [start = ''] = written.split('*', 1);
  const starts = names.destinations
    .filter(({ length }) => length >= start.length)
    .map((name) => name.slice(0, start.length));
  const best = start.length < 3 ? undefined : nearest(start, new Set(starts));
  if (best !== undefined && best !== start) return `did you mean \`${best}${written.slice(start.length)}\`?`;
  return didYouMean(written, names.destinations);
}
