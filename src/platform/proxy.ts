/**
 * HTTP proxies, as the config names one or the environment does. Of the environment the names that every program knows
 * count, the small ones first: `http_proxy`, `https_proxy`, `no_proxy`, and the same in capitals.
 */
import { BlockList, isIP } from 'node:net';
import { isLoopback } from './loopback.ts';

export interface HttpProxy {
  /** `true`: the way to the proxy itself is encrypted. */
  readonly isSecure: boolean;
  readonly host: string;
  readonly port: number;
  /** Of `Proxy-Authorization`. */
  readonly authorization: string | undefined;
}

/** A variable, by its name. */
type Environment = (name: string) => string | undefined;

/** `http://[user:password@]host[:port]`, or without a scheme, as some programs write it. `undefined`: it is none. */
export function proxyIn(text: string): HttpProxy | undefined {
  const whole = text.includes('://') ? text : `http://${text}`;
  if (!/^https?:\/\//i.test(whole) || !URL.canParse(whole)) return undefined;
  const { protocol, hostname, port, username, password } = new URL(whole);
  const isSecure = protocol === 'https:';
  const credentials = decoded(username) + (password === '' ? '' : `:${decoded(password)}`);
  return {
    isSecure,
    host: hostname.replace(/^\[(.*)\]$/, '$1'),
    port: Number(port) || (isSecure ? 443 : 80),
    authorization:
      credentials === ''
        ? undefined
        : `Basic ${Buffer.from(password === '' ? `${credentials}:` : credentials).toString('base64')}`,
  };
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

/**
 * The proxy that the environment names for an address (`http:`, `https:`, `ws:`, `wss:`); `undefined`: none. This machine
 * is reached directly: a proxy elsewhere cannot know it.
 */
export function proxyFromEnvironment(address: string, env: Environment): string | undefined {
  const { protocol, hostname, port } = new URL(address);
  const isSecure = protocol === 'https:' || protocol === 'wss:';
  const proxy = variable(isSecure ? 'https_proxy' : 'http_proxy', env);
  if (proxy === undefined || isLoopback(hostname)) return undefined;
  const host = hostname.replace(/^\[(.*)\]$/, '$1').toLowerCase();
  const direct = { host, port: port || (isSecure ? '443' : '80') };
  const exceptions = (variable('no_proxy', env) ?? '').split(/[\s,]+/).filter((entry) => entry !== '');
  return exceptions.some((entry) => covers(entry.toLowerCase(), direct)) ? undefined : proxy;
}

function variable(name: string, env: Environment): string | undefined {
  const value = env(name) ?? env(name.toUpperCase());
  return value === undefined || value.trim() === '' ? undefined : value.trim();
}

/** `*`, a name with all below it (`example.com`, `.example.com`, `*.example.com`), an address or a range of them; each with a port or without. */
function covers(entry: string, { host, port }: { readonly host: string; readonly port: string }): boolean {
  if (entry === '*') return true;
  const [, bare = entry, wantedPort] = /^(\[[^\]]*\]|[^:]*)(?::(\d+))?$/.exec(entry) ?? [];
  if (wantedPort !== undefined && wantedPort !== port) return false;
  const name = bare.replace(/^\[(.*)\]$/, '$1').replace(/^\*?\./, '');
  if (name === '') return false;
  if (isIP(host) !== 0) return isInRange(host, name);
  return host === name || host.endsWith(`.${name}`);
}

function isInRange(address: string, range: string): boolean {
  const [network = '', bits] = range.split('/');
  const family = isIP(network);
  if (family === 0 || (bits !== undefined && !/^\d{1,3}$/.test(bits))) return false;
  const type = family === 6 ? 'ipv6' : 'ipv4';
  const most = family === 6 ? 128 : 32;
  const length = bits === undefined ? most : Number(bits);
  if (length > most) return false;
  const list = new BlockList();
  list.addSubnet(network, length, type);
  return list.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4');
}
