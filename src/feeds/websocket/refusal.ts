/**
 * The policy for refusals of a source. Its words are unknown, so nothing is final: it is retried, ever more
 * rarely, and the advice names the usual meaning of such an answer.
 */
import type { Policy } from '../connection.ts';
import { answerOf, oneLine } from '../refusal-answer.ts';
import type { RetryVerdict } from '../verdict.ts';

/** The options to check, as advice names them: a preset has others than `websocket`. */
export interface Checked {
  readonly key: string;
  readonly request: string;
  readonly greeting: string;
}

type Reason = keyof ReturnType<typeof adviceOf>;

const adviceOf = ({ key, request, greeting }: Checked) => ({
  unauthorized: `the source does not know who asks: check ${key}`,
  forbidden:
    'the source refuses: check the key and its rights. Some sources refuse the addresses of cloud providers: then run the bridge elsewhere',
  not_found: 'there is no such feed at that address: check `url`',
  redirected:
    'the source points to another address, which is not followed, because a key would go with it: check `url`',
  too_many_requests: 'the source limits this key or IP address: close other clients of it',
  bad_request: `the source did not accept the request: check ${request} (is a proxy in between?)`,
  server_error:
    'the source has an outage, or its gateway cannot reach it: nothing to do, the bridge reconnects by itself',
  unexpected_answer: 'what answered speaks no WebSocket: check `url`, and whether a proxy is in the way',
  closed_by_source: `the source closed the connection with a reason of its own: check ${greeting}`,
  closed: 'the connection was closed: the bridge reconnects by itself',
});

const OWN: Checked = {
  key: 'the key, in `headers` or in the query of `url`',
  request: '`url` and `headers`',
  greeting: '`hello`, `headers` and the key',
};

export const WEBSOCKET_REASONS = Object.keys(adviceOf(OWN)) as readonly Reason[];

const BY_STATUS: Readonly<Record<number, Reason>> = {
  400: 'bad_request',
  401: 'unauthorized',
  403: 'forbidden',
  404: 'not_found',
  410: 'not_found',
  426: 'bad_request',
  429: 'too_many_requests',
};

function reasonOf(status: number): Reason {
  if (status >= 500) return 'server_error';
  if (status >= 300 && status < 400) return 'redirected';
  return BY_STATUS[status] ?? 'unexpected_answer';
}

/** RFC 6455 §7.4: 1008 is a policy of the source, 4000 and up are its own. */
const isItsOwn = (code: number) => code === 1008 || code >= 4000;

export function policyOf(checked: Checked = OWN): Policy {
  const advice = adviceOf(checked);
  const verdict = (reason: Reason, detail: string, afterMs?: number): RetryVerdict => ({
    ...{ kind: 'retry', reason, advice: advice[reason], detail },
    ...(afterMs === undefined ? {} : { afterMs }),
  });
  return {
    unproven: 'no_pong',
    refused(status, headers, body) {
      const { detail, wishMs } = answerOf(status, headers, body);
      return verdict(reasonOf(status), detail, wishMs);
    },
    closed(code, reason) {
      const detail = oneLine(reason === '' ? `code ${code}` : `code ${code}: ${reason}`);
      return verdict(isItsOwn(code) ? 'closed_by_source' : 'closed', detail);
    },
  };
}
