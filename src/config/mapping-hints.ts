/** Hints for an option that is a mapping, where somebody wrote its most common value alone. */

type Hint = (value: unknown, text: string) => string | undefined;

const BY_KEY: Readonly<Record<string, Hint>> = {
  retry: (value, text) => {
    if (value === false) return 'write retry: { attempts: 1 }';
    return typeof value === 'number' ? `write retry: { attempts: ${text} }` : undefined;
  },
  cooldown: (value, text) => {
    if (value === false || /^(off|no|none|0)$/i.test(text))
      return 'remove it: without one nothing is held back';
    if (typeof value === 'number') return `write cooldown: { by: ticker, for: ${text}s }`;
    const span = Array.isArray(value) ? value.find((one) => /^\d/.test(String(one))) : value;
    return /^\d+(ms|[smhd])$/.test(String(span)) ? `write cooldown: { by: ticker, for: ${span} }` : undefined;
  },
  success: (value, text) => (typeof value === 'number' ? `write success: { status: ${text} }` : undefined),
  tls: (value) =>
    typeof value === 'boolean'
      ? 'to accept any certificate write tls: { insecure: true }; an address without TLS begins with http: or ws:'
      : undefined,
  rateLimit: (_value, text) => {
    const [, limit, count, unit = 's'] = /^(\d+)\s*(?:\/|per|in)?\s*(\d*)\s*(ms|s|m|h)?/i.exec(text) ?? [];
    return limit === undefined
      ? undefined
      : `write rateLimit: { limit: ${limit}, per: ${count || 1}${unit} }`;
  },
  server: (value, text) => {
    if (typeof value === 'number') return `write server: { port: ${text} }`;
    const [, host, port] = /^(?:https?:\/\/)?([\w.-]*):(\d+)\/?$/.exec(text) ?? [];
    return port === undefined ? undefined : `write server: { host: ${host || '0.0.0.0'}, port: ${port} }`;
  },
};

/** `retry: 5`: what it would be as a mapping. `undefined`: nobody knows. */
export const asMapping = (key: unknown, value: unknown): string | undefined =>
  BY_KEY[String(key)]?.(value, String(value));
