/** A connection that failed, in words: what happened and what to do. */

import { PROXY_FAULTS } from '../platform/tunnel.ts';
import { NOT_IN_TIME, SPEAKS_TLS } from './exchange.ts';
import type { HttpLost, HttpUnreachable } from './request.ts';

/** For people: where it is, and which key of the config says so. */
export interface FarEnd {
  /** `https://name:port`; nothing that could be a secret. */
  readonly origin: string;
  /** `url` */
  readonly key: string;
  /** `the bot` */
  readonly receiver: string;
}

export const UNREADABLE_ADVICE =
  'The receiver accepted the message, but the rest of its answer could not be read. Check whether it arrived; a proxy in between may change answers.';

type Place = FarEnd & {
  readonly host: string;
  /** The words of the network. */
  readonly said: string;
};

/** What happened, without an end; and what to do, which reads on after a colon. */
type Advice = (place: Place) => readonly [happened: string, toDo: string];

const refused: Advice = ({ host, key, receiver }) => [
  `Nothing listens at ${host}`,
  `start ${receiver} or correct \`${key}\`.`,
];
const noName: Advice = ({ host, key }) => [
  `There is no host with the name ${nameOf(host)}`,
  `correct \`${key}\`, or check this machine's DNS.`,
];
const noResolver: Advice = ({ host }) => [
  `The name ${nameOf(host)} could not be looked up`,
  "this machine's DNS does not answer; check its network.",
];
const noRoute: Advice = ({ host, key }) => [
  `This machine has no route to ${host}`,
  `check its network, or correct \`${key}\`.`,
];
const isDown = ({ key }: Place) =>
  `it is down, a firewall drops the request, or \`${key}\` has the wrong port.`;
const tooSlow: Advice = (place) => [`No connection to ${place.host} in time`, isDown(place)];
const notInTime: Advice = (place) => [
  `There is no connection to ${place.host}, so the request was ${place.said}`,
  isDown(place),
];
const untrusted: Advice = ({ host }) => [
  `The certificate of ${host} is not from an authority that this machine trusts`,
  'install one that is, or name the file of your own authority in `tls.ca`.',
];
const expired: Advice = ({ host }) => [
  `The certificate of ${host} has expired`,
  'renew it. If it has not, the clock of this machine is wrong.',
];
const tooEarly: Advice = ({ host }) => [
  `The certificate of ${host} is not valid yet`,
  'the clock of this machine, or of the one that made it, is wrong.',
];
const otherName: Advice = ({ host, key }) => [
  `The certificate at ${host} is for another name`,
  `put that name into \`${key}\`, or correct the certificate.`,
];
const revoked: Advice = ({ host }) => [`The certificate of ${host} was revoked`, 'install a new one.'];
const noTls: Advice = ({ host, key }) => [
  `${host} does not speak TLS`,
  `write http:// instead of https:// in \`${key}\`, or the port that does.`,
];
const hungUp: Advice = ({ host, key, origin }) =>
  origin.startsWith('https:')
    ? [
        `${host} closed the connection before it was encrypted`,
        `if it does not speak TLS, write http:// instead of https:// in \`${key}\`; else a firewall may be in the way.`,
      ]
    : [
        `${host} closed the connection at once`,
        `check ${nameOf(host)} and any proxy in between, or correct \`${key}\`.`,
      ];
const tlsFailed: Advice = ({ host }) => [
  `${host} and this machine have no TLS version or cipher in common`,
  'it may be very old, or require a client certificate.',
];
const speaksTls: Advice = ({ host, key }) => [
  `${host} expects TLS`,
  `write https:// instead of http:// in \`${key}\`.`,
];
const noRequest: Advice = () => [
  'The request cannot be made as configured, so nothing is sent',
  'check `headers` and the token.',
];
/** In the proxy's case the words of the network name it, and what it did. */
const byProxy =
  (toDo: string): Advice =>
  ({ said }) => [said.charAt(0).toUpperCase() + said.slice(1), toDo];
const noHandles: Advice = () => [
  'This process may open no more files or connections',
  'raise the limit (`ulimit -n`, `LimitNOFILE`).',
];

const VARIABLES = 'HTTP_PROXY or HTTPS_PROXY in the environment';

const BY_CODE: ReadonlyMap<string, Advice> = new Map([
  ['ECONNREFUSED', refused],
  ['ENOTFOUND', noName],
  ['ENODATA', noName],
  ['EAI_AGAIN', noResolver],
  ['EAI_FAIL', noResolver],
  ['EHOSTUNREACH', noRoute],
  ['ENETUNREACH', noRoute],
  ['EADDRNOTAVAIL', noRoute],
  ['EHOSTDOWN', noRoute],
  ['ETIMEDOUT', tooSlow],
  ['UND_ERR_CONNECT_TIMEOUT', tooSlow],
  [NOT_IN_TIME, notInTime],
  ['DEPTH_ZERO_SELF_SIGNED_CERT', untrusted],
  ['SELF_SIGNED_CERT_IN_CHAIN', untrusted],
  ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', untrusted],
  ['UNABLE_TO_GET_ISSUER_CERT', untrusted],
  ['UNABLE_TO_GET_ISSUER_CERT_LOCALLY', untrusted],
  ['CERT_UNTRUSTED', untrusted],
  ['CERT_HAS_EXPIRED', expired],
  ['CERT_NOT_YET_VALID', tooEarly],
  ['CERT_REVOKED', revoked],
  ['ERR_TLS_CERT_ALTNAME_INVALID', otherName],
  ['HOSTNAME_MISMATCH', otherName],
  ['ERR_SSL_WRONG_VERSION_NUMBER', noTls],
  ['ERR_SSL_PACKET_LENGTH_TOO_LONG', noTls],
  ['ERR_SSL_HTTP_REQUEST', noTls],
  ['ECONNRESET', hungUp],
  ['EPIPE', hungUp],
  ['EPROTO', tlsFailed],
  [SPEAKS_TLS, speaksTls],
  ['UND_ERR_INVALID_ARG', noRequest],
  ['UND_ERR_NOT_SUPPORTED', noRequest],
  [PROXY_FAULTS.unreachable, byProxy(`start it, or correct \`proxy\` (without that key: ${VARIABLES}).`)],
  [
    PROXY_FAULTS.wantsCredentials,
    byProxy(`write http://user:password@host:port into \`proxy\` (without that key: ${VARIABLES}).`),
  ],
  [
    PROXY_FAULTS.refuses,
    byProxy(
      'permit the address there, or go around the proxy: `proxy: false`, or the host in the variable NO_PROXY.',
    ),
  ],
  [PROXY_FAULTS.isNone, byProxy(`correct \`proxy\` (without that key: ${VARIABLES}).`)],
  ['EMFILE', noHandles],
  ['ENFILE', noHandles],
]);

/** `undefined`: the reason's general sentence is as good. */
export function connectionAdvice(result: HttpUnreachable | HttpLost, farEnd: FarEnd): string | undefined {
  const { code = '', detail } = result;
  const place = { ...farEnd, host: hostOf(farEnd.origin), said: detail };
  if (result.kind === 'lost') return sentence(lostAdvice(result, place), place);
  const advice = BY_CODE.get(code) ?? (code.startsWith('ERR_SSL_') ? tlsFailed : undefined);
  return advice === undefined ? undefined : sentence(advice(place), place);
}

/** Longer words of the network stand behind the advice, where the reader of a log or a terminal has them anyway. */
const LONGEST_SAID = 80;

/** `Nothing listens at 127.0.0.1:9000 (connect ECONNREFUSED): start the bot or correct `url`.` */
function sentence([happened, toDo]: ReturnType<Advice>, { host, said }: Place): string {
  const rest = [` ${host}`, ` ${nameOf(host)}`].reduce(
    (text, where) => (text.endsWith(where) ? text.slice(0, -where.length) : text),
    said,
  );
  const isShort = rest.length <= LONGEST_SAID && !/\(|: /.test(rest);
  const isNews = rest.split(' ').some((word) => !happened.includes(word));
  return `${happened}${isShort && isNews ? ` (${rest})` : ''}: ${toDo}`;
}

/** The connection had been made: what went wrong then can still be a wrong port or scheme. */
function lostAdvice({ reason, code = '' }: HttpLost, place: Place): ReturnType<Advice> {
  const { host, key, origin, said } = place;
  if (code === SPEAKS_TLS) return speaksTls(place);
  switch (reason) {
    case 'timeout':
      return [
        `${host} has the request and gave ${said}`,
        'it may or may not have acted. A bot should answer before it does its work; a slow network needs a longer `timeout`.',
      ];
    case 'answer_unreadable':
      return [
        `The program at ${host} does not speak HTTP`,
        `check the port in \`${key}\`. Whether it has acted is unknown.`,
      ];
    case 'connection_lost':
      return [
        `${host} closed the connection before it answered`,
        // Some servers hang up on a request that is not encrypted, others on a client without a certificate.
        origin.startsWith('http:')
          ? `it may or may not have acted. If it expects TLS, write https:// in \`${key}\`; else look at its log.`
          : code.startsWith('ERR_SSL_')
            ? 'it requires a client certificate, which the bridge does not have, or another version of TLS.'
            : 'it may or may not have acted. Look at its log: it may require a client certificate, which the bridge does not have.',
      ];
    default:
      return reason satisfies never;
  }
}

/** With the port, also where the scheme implies it. */
function hostOf(origin: string): string {
  const { protocol, hostname, port } = new URL(origin);
  return `${hostname}:${port || (protocol === 'https:' ? 443 : 80)}`;
}

const nameOf = (host: string): string => host.replace(/:\d+$/, '');

/** A refusal that is not in the platform's own form. */
export const notThePlatform = (platform: string, keys: string): string =>
  `Something in between answered instead of ${platform}: a proxy, a firewall or a wrong address. Check ${keys} and the network of this machine.`;
