/** The user's own headers: which can be sent at all, and which would say something untrue of the request. */

/** https://www.rfc-editor.org/rfc/rfc9110#name-tokens */
const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;

/** https://www.rfc-editor.org/rfc/rfc9110#name-media-type; a parameter is a token or in quotes. */
const MEDIA_TYPE =
  /^[!#$%&'*+.^_`|~\w-]+\/[!#$%&'*+.^_`|~\w-]+(?:[ \t]*;[ \t]*[!#$%&'*+.^_`|~\w-]+=(?:[!#$%&'*+.^_`|~\w-]+|"[^"\\]*"))*$/;

const ITS_OWN = 'is a header that the bridge sets itself';
const CONNECTION = 'is a connection header, which the bridge manages: the request could not be sent with it';
const PROXY = 'is meant for a proxy, and the bridge uses none';

/** undici sends nothing with some of these (`lib/core/request.js`, processHeader); the others would break the request. */
const REFUSED: ReadonlyMap<string, string> = new Map([
  ['webhook-id', ITS_OWN],
  ['webhook-timestamp', ITS_OWN],
  ['webhook-signature', ITS_OWN],
  ['content-length', ITS_OWN],
  ['host', ITS_OWN],
  ['connection', CONNECTION],
  ['keep-alive', CONNECTION],
  ['proxy-connection', CONNECTION],
  ['transfer-encoding', CONNECTION],
  ['te', CONNECTION],
  ['trailer', CONNECTION],
  ['upgrade', CONNECTION],
  ['http2-settings', CONNECTION],
  [
    'expect',
    'makes the receiver answer twice, which the bridge does not wait for: the request could not be sent with it',
  ],
  ['proxy-authenticate', PROXY],
  ['proxy-authorization', PROXY],
  ['content-encoding', 'would be wrong: the body is sent uncompressed'],
  ['content-range', 'would be wrong: the body is complete'],
]);

const OWN_PREFIX = 'x-listing-bridge-';

/** Why no request can have a header of this name; reads on after the name. */
export function headerNameProblem(name: string): string | undefined {
  if (!TOKEN.test(name)) return 'is not a valid header name';
  const key = name.toLowerCase();
  return key.startsWith(OWN_PREFIX) ? ITS_OWN : REFUSED.get(key);
}

/** Why this cannot be the value; reads on after the name. Never quotes it: it may be a secret. */
export function headerValueProblem(name: string, value: string): string | undefined {
  if (/[\r\n]/.test(value)) return 'must be on one line';
  if (!/^[\t\x20-\x7e]*$/.test(value))
    return 'must be plain ASCII without control characters (write other characters in an encoding that the receiver knows)';
  if (name.toLowerCase() === 'content-type') return contentTypeProblem(value);
  return undefined;
}

export const contentTypeProblem = (value: string): string | undefined =>
  MEDIA_TYPE.test(value)
    ? undefined
    : 'must be a media type in plain ASCII, such as text/plain; charset=utf-8';

/** Names that differ only in case are one header: of two values one would be lost. */
export function repeatedNames(names: readonly string[]): readonly string[] {
  const seen = new Set<string>();
  return names.filter((name) => seen.size === seen.add(name.toLowerCase()).size);
}
