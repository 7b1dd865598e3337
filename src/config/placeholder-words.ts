/** How examples and documents write what the reader is to put in, and what is nobody's own. By the value alone; pure. */
import { EXAMPLE_VALUES } from './env-example.ts';

const THINGS =
  'api|app|bot|key|token|secret|webhook|id|uuid|password|passphrase|channel|chat|group|server|host|domain|url|uri|endpoint|address|user|username|account|name|value|feed';

/** Words that ask the reader to put something in, anywhere in a value: `dsk_your_key_here`, `changeme`, `paste-it-here`. */
const ASKS = new RegExp(
  [
    String.raw`(?<![a-z])(?:replace[_\s-]?(?:me|this|it|with)|change[_\s-]?(?:me|this|it))(?![a-z])`,
    String.raw`(?<![a-z])(?:insert|put|paste|enter|fill|add|copy|goes)[a-z_\s-]{0,40}here(?![a-z])`,
    String.raw`(?<![a-z])(?:${THINGS})[_\s-](?:goes[_\s-])?here(?![a-z])`,
    String.raw`(?<![a-z])your[_\s-]?(?:[a-z]{1,20}[_\s-]){0,3}(?:${THINGS})(?![a-z])`,
    '(?<![a-z])your(?:own)?(?:api[_-]?|bot[_-]?|webhook[_-]?|secret[_-]?)+(?:key|token|id|url)?(?![a-z])',
  ].join('|'),
  'i',
);

/** Punctuation that stands for something, and what hides a copied value: `<token>`, `…`, `dsk_ab12****`, `xxxxxx`. */
const STANDS_FOR = /<(?![#@]\S?\d{5,}>)[^<>\s][^<>]*>|…|\.{3}|x{6,}|[*•▪●]{3,}/i;

/** A part of an address, or what follows `dsk_` and `Bearer`, that is nothing else. */
const EMPTY_PART =
  /^(?:x{3,}|[x*.?_-]{3,}|\[[^[\]:]+\]|\{(?:[a-z]+[._-])*(?:id|token|key|secret|url|host)\})$/i;

/** No key, id or address, alone. */
const NO_VALUE =
  /^(?:todo|fixme|tb[adc]|placeholder|dummy|none|null|nil|undefined|n\/a|foo|foobar|secret|password|token|key|url|id|(?:[a-z]+_)+(?:key|token|secret|url|id))$/i;

/** Nobody can have them: https://www.rfc-editor.org/rfc/rfc2606 */
const RESERVED_HOST = /(?:^|\.)example\.(?:com|net|org|edu)$|(?:^|\.)(?:example|invalid)$/i;
const SOMEBODYS_HOST = /(?:^|\.)your(?:[_-][^.]+|domain|server|host)\./i;

const PREFIX = /^(?:dsk|whsec)_/;

/** Of an option that has to be real, by its value alone. */
export const isPlaceholder = (value: string): boolean =>
  EXAMPLE_VALUES.has(value) ||
  ASKS.test(value) ||
  STANDS_FOR.test(value) ||
  NO_VALUE.test(value.replace(PREFIX, '')) ||
  partsOf(value).some((part) => EMPTY_PART.test(part)) ||
  // The name of a channel may begin so.
  (!value.startsWith('@') && partsOf(value).some((part) => /^your[_-]/i.test(part)));

const partsOf = (value: string) => value.split(/[\s/?&=#@,;:"']+/).map((part) => part.replace(PREFIX, ''));

/** The host, when it is nobody's. */
export function reservedHost(value: string): string | undefined {
  if (!/^(?:https?|wss?):\/\//i.test(value) || !URL.canParse(value)) return undefined;
  const { hostname } = new URL(value);
  return RESERVED_HOST.test(hostname) || SOMEBODYS_HOST.test(`${hostname}.`) ? hostname : undefined;
}

/** No secret either: it may be shown, and to hide it would hide the same words in every message. */
export const isEmptyWord = (value: string): boolean =>
  EXAMPLE_VALUES.has(value) || NO_VALUE.test(value) || /^<[\w .-]+>$/.test(value);

/** Of a text that may be a template. */
export const asks = (value: string): boolean => !value.includes('{{') && ASKS.test(value);

/** The same for what has to be a secret: it may have other words before it (`Bearer <token>`). */
export const standsFor = (value: string): boolean =>
  EXAMPLE_VALUES.has(value) || (!value.includes('{{') && STANDS_FOR.test(value));
