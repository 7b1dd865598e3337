/** The ways to feeds and destinations: the proxies that the environment names, and certificate authorities in files. */

import { resolve } from 'node:path';
import { createSecureContext } from 'node:tls';
import type { DestinationOptions } from '../destinations/common-options.ts';
import { type DestinationRegistry, typeOf } from '../destinations/registry.ts';
import type { FeedOptions } from '../feeds/index.ts';
import { decodeText } from '../platform/file-text.ts';
import { messageOf } from '../platform/message-of.ts';
import { proxyFromEnvironment, proxyIn } from '../platform/proxy.ts';
import { Secret } from '../platform/secret.ts';
import type { TlsOptions, Way } from '../platform/way.ts';
import { isUrlTable, type TableOptions } from '../tables/options.ts';
import { readFault } from './environment.ts';
import type { ReadFile } from './files.ts';
import type { Finding, Path } from './problem.ts';
import type { ConfigSections } from './sections.ts';

/** The sources that a way depends on beside the options. */
export interface WaySources {
  /** Files are relative to it. */
  readonly folder: string;
  readonly readFile: ReadFile;
  /** A variable of the environment, or of the `.env`. */
  readonly variable: (name: string) => string | undefined;
}

interface Ended {
  readonly feeds: readonly FeedOptions[];
  readonly destinations: Readonly<Record<string, DestinationOptions>>;
  readonly tables: Readonly<Record<string, TableOptions>>;
}

/** The same options with nothing left to look up. Call it for options that `checkWays` found nothing wrong with. */
export function withWays<Config extends Ended>(
  config: Config,
  types: DestinationRegistry,
  sources: WaySources,
): Config {
  const texts = new Map<string, string>();
  const complete = <Options extends Way>(options: Options, address: () => string): Options => ({
    ...options,
    proxy: options.proxy ?? environmentProxy(address(), sources),
    tls: withAuthority(options.tls, sources, texts),
  });
  return {
    ...config,
    feeds: config.feeds.map((feed) => complete(feed, () => addressOf(feed))),
    destinations: Object.fromEntries(
      Object.entries(config.destinations).map(([name, options]) => [
        name,
        complete(options, () => typeOf(options, types).origin(options)),
      ]),
    ),
    tables: Object.fromEntries(
      Object.entries(config.tables).map(([name, options]) => [
        name,
        isUrlTable(options) ? complete(options, () => options.url) : options,
      ]),
    ),
  };
}

const addressOf = ({ url }: FeedOptions): string => (url instanceof Secret ? url.reveal() : url);

function environmentProxy(address: string, { variable }: WaySources): Secret | undefined {
  const proxy = proxyFromEnvironment(address, variable);
  return proxy === undefined ? undefined : new Secret(proxy);
}

function withAuthority(tls: TlsOptions, sources: WaySources, texts: Map<string, string>): TlsOptions {
  if (tls.ca === undefined) return tls;
  const ca = resolve(sources.folder, tls.ca);
  // A thousand destinations may name one file.
  const authority = texts.get(ca) ?? decodeText(sources.readFile(ca));
  texts.set(ca, authority);
  return { ...tls, ca, authority };
}

export function* checkWays(
  { feeds, destinations, tables }: ConfigSections,
  sources: WaySources,
): Iterable<Finding> {
  const faults = new Map<string, string | undefined>();
  const check = function* (tls: TlsOptions | undefined, path: Path): Iterable<Finding> {
    if (typeof tls?.ca !== 'string') return;
    const file = resolve(sources.folder, tls.ca);
    if (!faults.has(file)) faults.set(file, authorityFault(file, sources.readFile));
    const fault = faults.get(file);
    if (fault !== undefined) yield { path: [...path, 'tls', 'ca'], message: `${file} ${fault}` };
  };
  for (const [index, feed] of feeds.entries()) yield* check(feed?.tls, ['feeds', index]);
  for (const [name, options] of destinations) yield* check(options?.tls, ['destinations', name]);
  for (const [name, options] of tables)
    if (options !== undefined && isUrlTable(options)) yield* check(options.tls, ['tables', name]);
  yield* environmentFaults(sources);
}

function authorityFault(file: string, readFile: ReadFile): string | undefined {
  let text: string;
  try {
    text = decodeText(readFile(file));
  } catch (error) {
    return `cannot be read: ${readFault(error)}`;
  }
  if (!text.includes('-----BEGIN CERTIFICATE-----'))
    return 'has no certificate in it: it must be a PEM file, with -----BEGIN CERTIFICATE-----';
  try {
    createSecureContext({ ca: text });
    return undefined;
  } catch (error) {
    return `is no certificate that can be read: ${messageOf(error)}`;
  }
}

/** Every program on this machine reads them, so only one that could not be used at all is an error. */
function* environmentFaults({ variable }: WaySources): Iterable<Finding> {
  for (const name of ['http_proxy', 'HTTP_PROXY', 'https_proxy', 'HTTPS_PROXY']) {
    const value = variable(name)?.trim() ?? '';
    if (value !== '' && proxyIn(value) === undefined)
      yield {
        path: [],
        message: `the variable ${name} is not the address of an HTTP proxy`,
        hint: 'write it as http://host:port, or unset it; SOCKS proxies are not supported',
      };
  }
}
