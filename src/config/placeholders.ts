/**
 * Errors: values that an example or a document stands in for, and that nobody has replaced. Only where a value has to
 * be real: options that are addresses, ids or secrets, keys and tokens in headers and bodies, and whatever comes from a
 * variable. Texts of the user's own (templates, titles, names) may say anything.
 */
import type { DestinationRegistry } from '../destinations/registry.ts';
import { feedTypeNamed, feedTypeOf } from '../feeds/index.ts';
import { isRecord } from '../platform/wire-values.ts';
import { nodesWhere } from './every-node.ts';
import type { VariableSource } from './interpolate.ts';
import type { Located } from './located.ts';
import { asks, isPlaceholder, reservedHost, standsFor } from './placeholder-words.ts';
import type { Finding, Path } from './problem.ts';
import type { SecretKnowledge } from './secret-knowledge.ts';
import { isSecretName } from './secret-names.ts';
import { isSecretPlace } from './secret-places.ts';
import type { ConfigSections } from './sections.ts';

export interface PlaceholderContext {
  readonly types: DestinationRegistry;
  readonly secrets: SecretKnowledge;
  readonly variables: Pick<VariableSource, 'placeOf'>;
}

/** `others` have been found already: one message for one value is enough. */
export function placeholders(
  root: Located,
  context: PlaceholderContext,
  others: readonly Finding[],
): readonly Finding[] {
  const isFound = new Set(others.map(({ path }) => JSON.stringify(path)));
  return [...unfilled(root, context)].filter(({ path }) => !isFound.has(JSON.stringify(path)));
}

function* unfilled(root: Located, context: PlaceholderContext): Iterable<Finding> {
  const isJudged = ({ children, broken, value, outside }: Located, [section]: Path) =>
    !(children.size > 0 || broken || value === null) && (outside.length > 0 || !OWN_TEXTS.has(section));
  for (const { node, path } of nodesWhere(root, isJudged)) {
    const isOne = judgeOf(path, context);
    const outside = node.outside.find(({ value }) => isOne(value) || asks(value));
    const value = outside?.value ?? String(node.value);
    if (outside === undefined && !isOne(value)) continue;
    const host = reservedHost(value);
    const { name } =
      outside ?? node.outside.find((from) => host !== undefined && from.value.includes(host)) ?? {};
    yield {
      path,
      message: `\`${optionIn(path)}\` is still a placeholder${fromVariable(name, context)}${host === undefined ? '' : ': nobody has this address'}`,
      hint: originOf(root, path, context) ?? 'put the real value there',
    };
  }
}

/** Sections in which people write what they like. */
const OWN_TEXTS: ReadonlySet<unknown> = new Set(['rules', 'templates', 'alerts', 'tests']);

function fromVariable(name: string | undefined, { variables }: PlaceholderContext): string {
  if (name === undefined) return '';
  const place = variables.placeOf?.(name);
  return `, from the variable ${name}${place === undefined ? '' : ` (${place})`}`;
}

type Judge = (value: string) => boolean;

/** Whether a value cannot be real in this place. */
function judgeOf(path: Path, { types, secrets }: PlaceholderContext): Judge {
  const [section, , option] = path;
  const isSecret = isSecretPlace(path, secrets);
  if (isOption(path) && (isSecret || /(?:url|id)$/i.test(String(option))))
    return (value) => isUnfilled(value, types);
  if (isSecret) {
    const isNamed = isSecretName(optionIn(path));
    return (value) => asks(value) || (isNamed && standsFor(value));
  }
  const isBody = section === 'destinations' && option === 'body';
  return isBody ? (value) => isWord(value) && asks(value) : () => false;
}

/** Of a destination or a feed, or one of its list of values. */
const isOption = ([section, , option, place, ...rest]: Path) =>
  (section === 'destinations' || section === 'feeds') &&
  typeof option === 'string' &&
  typeof place !== 'string' &&
  rest.length === 0;

const isWord = (value: string) => !/\s|\{\{/.test(value);

/** Of an option that has to be real: its value cannot be. */
export const isUnfilled = (value: string, types: DestinationRegistry): boolean =>
  reservedHost(value) !== undefined ||
  isPlaceholder(value) ||
  [...types.values()].some(({ patterns: { shown } }) => shown?.test(value));

const optionIn = (path: Path) => String(path.findLast((step) => typeof step === 'string'));

/** Where a person gets the value of this option. */
function originOf(
  root: Located,
  [section, entry, option]: Path,
  { types }: PlaceholderContext,
): string | undefined {
  const key = String(option);
  if (section === 'server') return 'any long random text of yours: openssl rand -hex 24';
  if (entry === undefined) return undefined;
  const options = root.children.get(String(section))?.children.get(entry)?.value;
  const type = isRecord(options) ? options['type'] : undefined;
  if (section === 'feeds') return feedTypeOf({ type: feedTypeNamed(type) }).whereToGet?.[key];
  return section === 'destinations' ? types.get(String(type))?.whereToGet?.[key] : undefined;
}

/** Those that the findings are about count as broken: nothing is sent to them, not even by a command that goes on without the rest. */
export function withoutUnfilled(parts: ConfigSections, findings: readonly Finding[]): ConfigSections {
  const names = findings.flatMap(({ path: [section, name] }) =>
    section === 'destinations' ? [String(name)] : [],
  );
  if (names.length === 0) return parts;
  const destinations = new Map(parts.destinations);
  for (const name of names) destinations.set(name, undefined);
  return { ...parts, destinations };
}
