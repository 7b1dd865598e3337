/** A failure of the database or of the way to it, as a sentence and the next step. */
import { messageOf } from '../../platform/message-of.ts';
import { SharedError } from '../shared.ts';
import type { Address } from './address.ts';
import { SCHEMA } from './schema.ts';

type Kind = SharedError['kind'];
type Told = readonly [kind: Kind, sentence: string, advice: string];

/** As errors of Node and of the server have one: a word (`ECONNREFUSED`), or five characters. */
export const codeOf = (error: unknown): string | undefined =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;

const START_IT = 'Start PostgreSQL, or correct the host and the port in cluster.url.';
const ITS_LOG = 'Look into the log of PostgreSQL.';

/** https://nodejs.org/api/errors.html#common-system-errors and the errors of DNS. */
const OF_THE_NETWORK: Readonly<Record<string, readonly [sentence: string, advice: string]>> = {
  ECONNREFUSED: ['nothing listens there', START_IT],
  ENOENT: ['there is no such socket', START_IT],
  EACCES: ['this user may not open that socket', 'Let this user read the folder of the socket.'],
  ENOTFOUND: ['the host name is not known', 'Correct the host in cluster.url.'],
  EAI_AGAIN: ['the host name cannot be looked up now', 'Check the DNS of this machine.'],
  EHOSTUNREACH: ['there is no way to that host', 'Check the network and its firewalls.'],
  ENETUNREACH: ['there is no way to that network', 'Check the network and its firewalls.'],
  ETIMEDOUT: ['no answer', 'Check the host in cluster.url, the network and its firewalls.'],
  ECONNRESET: ['the connection was cut', ITS_LOG],
  EPIPE: ['the connection was cut', ITS_LOG],
};

/** By SQLSTATE, or by its class. https://www.postgresql.org/docs/current/errcodes-appendix.html */
const OF_THE_SERVER: Readonly<Record<string, Told>> = {
  '28P01': ['refused', 'the password is wrong', 'Correct the user and the password in cluster.url.'],
  '28000': [
    'refused',
    'the server does not let this user in from here',
    'Check pg_hba.conf; if it asks for TLS, add sslmode=require to cluster.url.',
  ],
  '3D000': [
    'refused',
    'there is no such database',
    'Create it (CREATE DATABASE … OWNER …), or correct its name in cluster.url.',
  ],
  '42501': [
    'refused',
    'this user may not do that',
    `Run GRANT CREATE ON DATABASE … TO …, or CREATE SCHEMA ${SCHEMA} AUTHORIZATION …; all nodes use the same user.`,
  ],
  '25006': ['unfit', 'it can only be read', 'Name the primary in cluster.url: a replica does not do.'],
  '08P01': [
    'unfit',
    'it refuses how the bridge connects, as poolers do',
    'Name PostgreSQL itself in cluster.url, or a pooler in session mode.',
  ],
  '26000': [
    'unfit',
    'it forgets prepared statements, as transaction poolers do',
    'Name PostgreSQL itself in cluster.url, or a pooler in session mode.',
  ],
  '53100': ['unreachable', 'its disk is full', 'Make room on the disk of PostgreSQL.'],
  '53200': ['unreachable', 'it is out of memory', 'Give PostgreSQL more memory.'],
  '53300': ['unreachable', 'it has too many connections', 'Raise max_connections: each node needs 5.'],
  '53': ['unreachable', 'it is out of something that it needs', ITS_LOG],
  '57P01': ['unreachable', 'it was stopped', 'Start PostgreSQL.'],
  '57P02': ['unreachable', 'it has crashed', ITS_LOG],
  '57P03': [
    'unreachable',
    'it is starting up or shutting down',
    'Wait, and look into the log of PostgreSQL.',
  ],
  '57014': ['unreachable', 'it did not finish in time', 'Look for locks and for load in pg_stat_activity.'],
  '55P03': ['unreachable', 'a lock was not given in time', 'Look for what holds it in pg_locks.'],
  '25P03': ['unreachable', 'the connection was idle for too long', ITS_LOG],
  '08': ['unreachable', 'the connection failed', ITS_LOG],
  '57': ['unreachable', 'an operator or a failure has interrupted it', ITS_LOG],
  '58': ['unreachable', 'its disk or its files are broken', ITS_LOG],
  XX: ['unreachable', 'it has an internal error', ITS_LOG],
  '3F000': ['unreachable', 'its tables are gone', 'Nothing: the next call makes new ones.'],
  '42P01': ['unreachable', 'its tables are gone', 'Nothing: the next call makes new ones.'],
};

/** After these the next connection makes the tables. */
export const areTablesGone = (error: unknown): boolean => ['3F000', '42P01'].includes(codeOf(error) ?? '');

/** Two that met: a second try is another order of things. */
export const isCollision = (error: unknown): boolean => ['40001', '40P01'].includes(codeOf(error) ?? '');

const TLS = /certificate|self[- ]signed|altname|SSL|TLS|ERR_TLS|EPROTO/i;

const OF_LIBRARIES: readonly (readonly [pattern: RegExp, told: Told])[] = [
  [
    /does not support SSL/,
    [
      'refused',
      'it has no TLS',
      'Switch it on in PostgreSQL (ssl = on), or use sslmode=disable in cluster.url.',
    ],
  ],
  [/password must be a/, ['refused', 'it asks for a password', 'Add the password to cluster.url.']],
  [
    /timeout|timed out|terminated/i,
    ['unreachable', 'no answer', 'Check the host in cluster.url, the network and its firewalls.'],
  ],
];

/** `error`: of node-postgres, of the server or of the network. */
export function explained(error: unknown, address: Address): SharedError {
  if (error instanceof SharedError) return error;
  const [kind, sentence, advice] = toldOf(error);
  const code = codeOf(error);
  const said = address.redact(messageOf(error)).replace(/\s+/g, ' ');
  const detail = said === '' ? '' : ` (${said})`;
  return new SharedError(
    kind,
    `database ${address.name}: ${sentence}${detail}${code === undefined ? '' : ` [${code}]`}`,
    advice,
  );
}

function toldOf(error: unknown): Told {
  const code = codeOf(error) ?? '';
  if (code === '08P01' && !OF_A_POOLER.test(messageOf(error))) return OF_THE_SERVER['08'] ?? UNKNOWN;
  const ofServer = /^[0-9A-Z]{5}$/.test(code)
    ? (OF_THE_SERVER[code] ?? OF_THE_SERVER[code.slice(0, 2)])
    : undefined;
  if (ofServer !== undefined) return ofServer;
  const ofNetwork = OF_THE_NETWORK[code];
  if (ofNetwork !== undefined) return ['unreachable', ...ofNetwork];
  const ofLibrary = OF_LIBRARIES.find(([pattern]) => pattern.test(messageOf(error)));
  if (ofLibrary !== undefined) return ofLibrary[1];
  if (TLS.test(`${code} ${messageOf(error)}`))
    return [
      'refused',
      'its certificate is not trusted',
      'Give sslrootcert=FILE in cluster.url, and a host name that the certificate has.',
    ];
  return UNKNOWN;
}

/** PgBouncer answers everything with the code of a protocol violation. */
const OF_A_POOLER = /unsupported startup parameter|statement pooling/;

const UNKNOWN: Told = ['unreachable', 'it failed', ITS_LOG];
