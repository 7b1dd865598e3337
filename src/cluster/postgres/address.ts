/** Where the database is and how to get in, from its URL: as `psql` understands it, as far as node-postgres can. */
import { isAbsolute } from 'node:path';
import type { ClientConfig } from 'pg';
import { parseIntoClientConfig } from 'pg-connection-string';
import { createRedactor } from '../../platform/redactor.ts';
import type { Redactor, Secret } from '../../platform/secret.ts';
import { SharedError } from '../shared.ts';

export interface Address {
  /** For one connection; the caller adds what is its own. */
  readonly config: ClientConfig;
  /** Without TLS after a server that has none: `sslmode` is `prefer`, or not given. */
  readonly mayBePlain: boolean;
  /** `user@host:port/database`: for people. */
  readonly name: string;
  /** Takes the password out of what others say. */
  readonly redact: Redactor;
}

const FORM =
  'It has the form postgres://USER:PASSWORD@HOST:PORT/DATABASE; in the password % is %25, # is %23, / is %2F, @ is %40.';

const unusable = (message: string, advice = FORM): SharedError =>
  new SharedError('refused', `cluster.url ${message} [url]`, advice);

/**
 * `sslmode` means the same as in libpq (https://www.postgresql.org/docs/current/libpq-ssl.html): `require` encrypts and does
 * not look at the certificate, `verify-full` does. node-postgres reads all of them as `verify-full` unless
 * `uselibpqcompat` is set, and knows no way back from `prefer`, its own `no-verify` aside.
 * Throws `SharedError` (`refused`).
 */
export function addressOf(url: Secret): Address {
  const text = url.reveal().trim();
  const parsed = parse(text);
  if (!/^postgres(?:ql)?:$/.test(parsed.protocol)) throw unusable('is not the address of a PostgreSQL');
  // Everything after it would be ignored: most of a password, say.
  if (parsed.hash !== '') throw unusable('has a # in it');
  const mode = parsed.searchParams.get('sslmode') ?? undefined;
  const isSocket = isAbsolute(parsed.searchParams.get('host') ?? '') || /^%2f/i.test(parsed.hostname);
  const hasMode =
    mode !== undefined || parsed.searchParams.has('ssl') || parsed.searchParams.has('sslrootcert');
  const mayBePlain = !isSocket && (!hasMode || mode === 'prefer' || mode === 'allow');
  if (mayBePlain) parsed.searchParams.set('sslmode', 'prefer');
  if (mode !== 'no-verify' && !parsed.searchParams.has('uselibpqcompat'))
    parsed.searchParams.set('uselibpqcompat', 'true');
  const config = read(parsed.href);
  const password = typeof config.password === 'string' ? config.password : '';
  return {
    config,
    mayBePlain,
    name: `${config.user ?? ''}@${config.host ?? 'localhost'}:${config.port ?? 5432}/${config.database ?? ''}`,
    redact: createRedactor([password, parsed.password].filter((secret) => secret !== '')),
  };
}

function parse(text: string): URL {
  // `new URL` asks for a host that libpq can do without: the socket is a parameter.
  const url = URL.parse(text) ?? URL.parse(text.replace('@/', '@localhost/'));
  if (url === null) throw unusable('cannot be read as a URL');
  if (url.hostname.includes(',') || url.host.includes(','))
    throw unusable('names several hosts', 'Name one that always leads to the primary.');
  return url;
}

function read(href: string): ClientConfig {
  try {
    return parseIntoClientConfig(href);
  } catch (error) {
    const file = error instanceof Error && 'path' in error ? String(error.path) : undefined;
    if (file !== undefined)
      throw unusable(
        `names a certificate file that cannot be read: ${file}`,
        'Check the path and its rights.',
      );
    if (error instanceof Error && error.message.includes('sslrootcert'))
      throw unusable(
        'has sslmode=verify-ca without a certificate',
        'Add sslrootcert=FILE, or use sslmode=verify-full.',
      );
    throw unusable('cannot be read');
  }
}
