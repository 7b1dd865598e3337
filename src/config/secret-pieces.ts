/**
 * The pieces of a secret value that must not be shown: an address as a whole, but of its path, query and
 * credentials each piece that grants access. Its host and its plain words stay readable.
 */
import type { TypePatterns } from '../destinations/type-patterns.ts';
import { isSecretName } from './secret-names.ts';

export interface SecretPieces {
  /** Hidden wherever a piece of them stands. */
  readonly parts: readonly string[];
  /** Hidden where they are quoted whole. */
  readonly wholes: readonly string[];
}

const isAddress = (value: string) =>
  value.includes('://') && /^[a-z][a-z\d+.-]*:\/\//i.test(value) && URL.canParse(value);

/** `Bearer abc`, `Token abc`, `ApiKey abc`: the scheme says nothing. */
const SCHEME = /^[A-Za-z][\w-]{2,20} +(?=\S{4})/;
/** Says which service made it, which everybody may know. */
const PREFIX = /^(?:dsk_|[a-z]{2,4}[-_](?:live_|test_)?)(?=[\w+/=-]{8})/;
/** Of an address that is none: what it begins with stands in every other. */
const BROKEN_ADDRESS = /^[^\p{L}\p{N}]{0,2}(?:https?|wss?):\/\//iu;
const UUID = /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/i;

/** Of a value that stands in a secret place. */
export function secretPieces(value: string, patterns: readonly TypePatterns[]): SecretPieces {
  if (isAddress(value)) return partsOfAddress(value, patterns);
  const bare = withoutPublicPart(
    value.replace(BROKEN_ADDRESS, '').replace(SCHEME, '').replace(PREFIX, ''),
    patterns,
  );
  // A UUID is also written without its dashes.
  const joined = UUID.test(bare) ? [bare.replaceAll('-', '')] : [];
  return { parts: [bare, ...joined, ...passwordOf(value)], wholes: [value] };
}

/** `Basic dXNlcjpwYXNz`: base64 of user and password. */
function passwordOf(value: string): readonly string[] {
  const [, encoded] = /^Basic +([\w+/=-]+)$/i.exec(value) ?? [];
  if (encoded === undefined) return [];
  const pair = Buffer.from(encoded, 'base64').toString('utf8');
  return pair.includes(':') ? [pair.slice(pair.indexOf(':') + 1)] : [];
}

/** Of the address of a destination, which is a secret as a whole. */
function partsOfAddress(address: string, patterns: readonly TypePatterns[]): SecretPieces {
  const { pathname, search } = new URL(address);
  const path = pathname + search;
  const wholes = decoded(path).length > LONGEST_PLAIN_PATH ? [address, path, path.slice(1)] : [address];
  // Parts of words stand in other texts too: `/listing-bridge-2` must not hide every "listing-bridge".
  const inPath = keysInPath(address, patterns);
  return {
    parts: [...keysAround(address), ...inPath.filter((key) => !isWorded(key))],
    wholes: [...wholes, ...inPath.filter(isWorded)],
  };
}

/** `/api/signal` may be shown; a path that is longer can hold a name that nobody else knows. */
const LONGEST_PLAIN_PATH = 12;

/** Whatever opens something in any address, be its place secret or not. Empty for what is no address. */
export function keysInAddress(value: string, patterns: readonly TypePatterns[]): readonly string[] {
  return isAddress(value) ? [...keysAround(value), ...keysInPath(value, patterns)] : NONE;
}

const NONE: readonly string[] = [];

/** User, password and query. */
function keysAround(address: string): string[] {
  const { username, password, searchParams } = new URL(address);
  // A token may stand alone before the @.
  const credentials = [...(password === '' ? [] : [password]), ...(isOpaque(username) ? [username] : [])];
  const inQuery = [...searchParams].flatMap(([name, part]) =>
    isSecretName(name) || isOpaque(part) ? [part] : [],
  );
  return [...credentials.map(decoded), ...inQuery];
}

function keysInPath(address: string, patterns: readonly TypePatterns[]): string[] {
  const { pathname, hash } = new URL(address);
  // Decoded: `%7Bticker%7D` has a digit, the `{ticker}` that somebody wrote has none.
  const segments = [...pathname.split('/'), hash.slice(1)].map(decoded);
  const inPath = segments.filter(isOpaque).map((segment) => withoutPublicPart(segment, patterns));
  const known = patterns.flatMap(({ secretInPath }) => secretInPath?.exec(pathname)?.[1] ?? []);
  return [...inPath, ...known];
}

const withoutPublicPart = (secret: string, patterns: readonly TypePatterns[]): string =>
  patterns.reduce(
    (rest, { publicPart }) => (publicPart === undefined ? rest : rest.replace(publicPart, '')),
    secret,
  );

export function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

/** `trading-bot-2`: words and numbers, as people write them. */
export const isWorded = (part: string) =>
  /^[a-z]{2,12}(?:[-_.](?:[a-z]{1,12}|[a-z]{0,8}\d{1,4}))+$/.test(part);

/**
 * Made by a machine: digits and letters mixed, or so long without a break that nobody wrote it. A number alone is an
 * id; the words of `my-trading-signals` are a name; `v2` and `api-2024` are short.
 */
export function isOpaque(part: string): boolean {
  if (part.length < 8 || /^\d+$/.test(part)) return false;
  if (/^[a-z]{0,12}[-_.]?\d{1,4}$/i.test(part)) return false;
  return (
    (/\d/.test(part) && /[a-z]/i.test(part)) ||
    /[a-z\d]{16}/i.test(part) ||
    /[a-z][A-Z].*[a-z][A-Z]/.test(part)
  );
}
