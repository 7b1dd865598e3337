/**
 * Faults of the line itself, as the same kind of verdict that the service's own refusals get: a word from a closed
 * set (also the label in metrics), the detail, and what to do. All of them are retried.
 */
import type { Redactor } from '../platform/secret.ts';
import { PROXY_FAULTS } from '../platform/tunnel.ts';
import type { RetryVerdict } from './verdict.ts';

/** Faults that the bridge notices itself. */
export type FaultReason =
  | 'dns'
  | 'unreachable'
  | 'proxy'
  | 'tls_untrusted'
  | 'tls'
  | 'handshake_timeout'
  | 'no_welcome'
  | 'no_pong'
  | 'silent'
  | 'deaf'
  | 'compressed'
  | 'oversized'
  | 'protocol_error'
  | 'network_error';

const ADVICE: Readonly<Record<FaultReason, string>> = {
  dns: 'the name of the service could not be resolved: check url and the DNS of this machine',
  unreachable: 'nothing answers at that address: check url, the firewall and whether the service is up',
  proxy:
    'the HTTP proxy on the way made no connection: check `proxy` (without that key: HTTP_PROXY or HTTPS_PROXY in the environment), its credentials and its rules; `proxy: false` goes around it',
  tls_untrusted:
    'the certificate is not trusted: check the clock and url; for your own certificate authority set tls.ca',
  tls: 'the TLS handshake failed: check url (wss or ws?) and whether a proxy is in between',
  handshake_timeout:
    'the service accepted the connection and did not answer: nothing to do, the bridge reconnects by itself',
  no_welcome: 'connected, but no welcome arrived: nothing to do, the bridge reconnects by itself',
  no_pong:
    'connected, but the source does not answer pings: it reconnects; if the source answers none at all, write another `ping`',
  silent: 'neither a frame nor a ping arrived: the connection was half-open',
  deaf: 'self-tests were not answered, so announcements may not arrive either: the bridge reconnects',
  compressed: 'the service compresses although compression was not negotiated: the next connection offers it',
  oversized: 'the service sent a frame of many megabytes, which cannot be news',
  protocol_error: 'the answer is not the WebSocket protocol: check url and whether a proxy is in between',
  network_error: 'the connection broke: the bridge reconnects by itself',
};

export const FAULT_REASONS = Object.keys(ADVICE) as readonly FaultReason[];

const WORDS: Readonly<Record<string, FaultReason>> = {
  ENOTFOUND: 'dns',
  EAI_AGAIN: 'dns',
  ECONNREFUSED: 'unreachable',
  EHOSTUNREACH: 'unreachable',
  ENETUNREACH: 'unreachable',
  EADDRNOTAVAIL: 'unreachable',
  ETIMEDOUT: 'unreachable',
  CERT_HAS_EXPIRED: 'tls_untrusted',
  CERT_NOT_YET_VALID: 'tls_untrusted',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'tls_untrusted',
  SELF_SIGNED_CERT_IN_CHAIN: 'tls_untrusted',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'tls_untrusted',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'tls_untrusted',
  ERR_TLS_CERT_ALTNAME_INVALID: 'tls_untrusted',
  ...Object.fromEntries(Object.values(PROXY_FAULTS).map((code) => [code, 'proxy' as const])),
  EPROTO: 'tls',
  WS_ERR_UNEXPECTED_RSV_1: 'compressed',
  WS_ERR_UNSUPPORTED_MESSAGE_LENGTH: 'oversized',
};

/** A certificate's names alone may fill pages. */
const LONGEST_DETAIL = 200;

export function faultVerdict(reason: FaultReason, detail?: string): RetryVerdict {
  const said = detail === undefined ? {} : { detail };
  // Nothing has failed that another try could make worse.
  const haste = reason === 'compressed' || reason === 'deaf' ? { atOnce: true as const } : {};
  return { kind: 'retry', reason, advice: ADVICE[reason], ...said, ...haste };
}

/** `error`: as `ws` emits it before the connection closes. */
export function onFault(error: NodeJS.ErrnoException, redact: Redactor): RetryVerdict {
  const { code = '', message } = error;
  const said = message === '' ? code : redact(message).slice(0, LONGEST_DETAIL);
  return faultVerdict(WORDS[code] ?? reasonOf(code, message), said);
}

function reasonOf(code: string, message: string): FaultReason {
  if (code.startsWith('ERR_SSL') || code.startsWith('ERR_TLS')) return 'tls';
  // ws has no code for what it finds wrong in a handshake.
  if (message.includes('Sec-WebSocket-Extensions')) return 'compressed';
  if (code.startsWith('WS_ERR') || code.startsWith('HPE_') || /^Invalid |Sec-WebSocket/.test(message))
    return 'protocol_error';
  return 'network_error';
}
