/** Warnings about addresses without encryption (http:, ws:) that lead to another machine. */
import { isIP } from 'node:net';
import { isLoopback } from '../platform/loopback.ts';
import { isUrlTable } from '../tables/options.ts';
import type { Finding, Path } from './problem.ts';
import type { ConfigSections } from './sections.ts';

/** `undefined`: this machine, or its own network of containers. */
type Reach = 'private' | 'public' | undefined;

/** The machine, as its containers call it (Docker, Podman, Lima). */
const HOSTS_OF_CONTAINERS = /^(host|gateway)\.(docker|containers|lima)\.internal$/i;

/** Names that only a private network gives out (RFC 6762, RFC 8375, ICANN's .internal; Kubernetes; a tailnet). */
const PRIVATE_NAMES =
  /\.(local|localdomain|lan|home|home\.arpa|internal|intranet|corp|private|svc|svc\.cluster\.local|ts\.net)$/i;

/** RFC 1918, 3927 and 6598; RFC 4193 and 4291 in brackets. */
const PRIVATE_ADDRESSES =
  /^(10\.|192\.168\.|172\.(1[6-9]|2\d|3[01])\.|169\.254\.|100\.(6[4-9]|[7-9]\d|1[01]\d|12[0-7])\.|\[f[cd][0-9a-f]{2}:|\[fe[89ab][0-9a-f]:)/i;

function reachOf(hostname: string): Reach {
  // A name without a dot is that of a container, or of a machine beside this one.
  if (isLoopback(hostname) || /^[^.:]+$/.test(hostname) || /\.localhost$/i.test(hostname)) return undefined;
  if (/^(0\.0\.0\.0|\[::\])$/.test(hostname) || HOSTS_OF_CONTAINERS.test(hostname)) return undefined;
  const isAddress = isIP(hostname.replace(/[[\]]/g, '')) !== 0;
  return (isAddress ? PRIVATE_ADDRESSES : PRIVATE_NAMES).test(hostname) ? 'private' : 'public';
}

export function* clearText({ feeds, destinations, tables, types }: ConfigSections): Iterable<Finding> {
  for (const [index, feed] of feeds.entries())
    if (feed !== undefined && (!('hello' in feed) || sendsSomething(feed)))
      yield* leadsTo(['feeds', index, 'url'], String('hello' in feed ? feed.url.reveal() : feed.url), FEED);
  for (const [name, options] of destinations) {
    if (options === undefined) continue;
    const key = ['url', 'apiUrl', 'webhookUrl'].find((one) => one in options) ?? 'type';
    yield* leadsTo(['destinations', name, key], types.get(options.type)?.origin(options), DESTINATION);
  }
  for (const [name, table] of tables)
    if (table !== undefined && isUrlTable(table)) yield* leadsTo(['tables', name, 'url'], table.url, TABLE);
}

interface Words {
  readonly risk: string;
  readonly hint: string;
}

const TUNNEL = 'or a tunnel (SSH, WireGuard) whose end is on this machine';
const FEED: Words = {
  risk: 'whoever is on the way can read the key',
  hint: `use wss: if the source has it, ${TUNNEL}`,
};
const DESTINATION: Words = {
  risk: 'whoever is on the way can read and change what is sent',
  hint: `use https:, ${TUNNEL}`,
};
const TABLE: Words = {
  risk: 'whoever is on the way can change its rows',
  hint: `use https: if the source has it, ${TUNNEL}`,
};

function* leadsTo(path: Path, address: string | undefined, { risk, hint }: Words): Iterable<Finding> {
  if (address === undefined || !/^(http|ws):/i.test(address)) return;
  const { protocol, hostname } = new URL(address);
  const reach = reachOf(hostname);
  const fact = `\`${path.at(-1)}\` is not encrypted (${protocol}) and leads to another machine`;
  if (reach === 'public') yield { path, message: `${fact}: ${risk}`, hint };
  if (reach === 'private')
    yield {
      path,
      message: `${fact} of a private network`,
      hint: 'fine where that network is yours alone, or a VPN encrypts what goes over it',
      isNote: true,
    };
}

type Subscribing = Extract<ConfigSections['feeds'][number], { readonly hello: unknown }>;

/** More than the request for the connection: a key may be in it. */
function sendsSomething({ url, ping, hello, headers }: Subscribing): boolean {
  const { search, username, password } = new URL(url.reveal());
  const asks = ping !== false && ping.send !== 'protocol';
  return search + username + password !== '' || hello.length > 0 || asks || Object.keys(headers).length > 0;
}
