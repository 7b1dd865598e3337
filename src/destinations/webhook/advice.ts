/** The meaning of a receiver's status for the person who runs it. */
import type { Outcome } from '../../delivery/outcome.ts';
import type { HttpAnswer } from '../../http/request.ts';

const BY_STATUS: ReadonlyMap<number, string> = new Map([
  [
    400,
    'The receiver calls the request malformed: compare `body` with what it expects (`explain` shows the request).',
  ],
  [
    401,
    'The receiver does not accept the credentials: check `secret`, `headers`, and the user name and password in `url`.',
  ],
  [402, 'The receiver requires payment: check your account there.'],
  [
    403,
    'The receiver does not allow this: check the credentials in `headers` or `url`, and whether it blocks this IP address.',
  ],
  [
    404,
    'The receiver has nothing at this path: correct the path in `url`, or start what should answer there.',
  ],
  [405, 'The receiver does not accept this method at this path: correct `method`, or the path in `url`.'],
  [406, 'The receiver cannot answer in the form that `headers` request: correct `Accept`.'],
  [407, 'A proxy in between asks for a password: enter it there, or put the address behind it into `url`.'],
  [409, 'The receiver reports a conflict: it may have this message already; look there.'],
  [410, 'The receiver reports that this address is gone permanently: put the new one into `url`.'],
  [411, 'The receiver asks for a length that the bridge has sent: a proxy in between removes it.'],
  [412, 'The receiver asks for a condition that the request does not meet: check `headers`.'],
  [413, 'The body is too long for the receiver: a shorter `body`, or a higher limit there.'],
  [414, 'The address is too long for the receiver: shorten `url`.'],
  [415, 'The receiver does not accept this content type: a `body` tree is JSON, a text has `contentType`.'],
  [417, 'The receiver does not meet an expectation: remove `Expect` from `headers`.'],
  [421, 'This host does not serve the name in `url`: correct it.'],
  [
    422,
    'The receiver can read the request but not use it: compare the fields of `body` with what it expects.',
  ],
  [426, 'The receiver wants another protocol: try https:// in `url`.'],
  [428, 'The receiver asks for a condition that the request does not have: check `headers`.'],
  [429, 'The receiver wants fewer requests: set `rateLimit` to what it allows.'],
  [431, 'The headers are too long for the receiver: shorten `headers`.'],
  [451, 'The receiver refuses this for legal reasons: ask whoever runs it.'],
  [501, 'The receiver does not know this method: correct `method`.'],
  [503, 'The receiver is temporarily unavailable: look at its log if it stays so. The bridge retries.'],
  [511, 'A captive portal asks for a login, so this machine is not really online: log in there.'],
]);

const TLS_PORT = /plain HTTP request was sent to HTTPS|HTTP request to an HTTPS server/i;

/** `undefined`: the reason's general sentence is as good. */
export function webhookAdvice(answer: HttpAnswer, outcome: Outcome): string | undefined {
  const { status, bodyText } = answer;
  if (outcome.kind === 'delivered' || status < 300) return undefined;
  if (status < 400) {
    const advice = `It redirects${redirectTarget(answer)}, and the bridge never follows a redirect with an order: put the final address into \`url\`.`;
    return 'mayHaveActed' in outcome
      ? `${advice} Some receivers answer like this after they have acted.`
      : advice;
  }
  if (status === 400 && TLS_PORT.test(bodyText))
    return 'This port expects TLS: write https:// instead of http:// in `url`.';
  if (outcome.kind === 'retry' && outcome.mayHaveActed)
    return 'A gateway answered instead of the receiver: whether the receiver has acted is unknown. Check that the program behind it runs and answers in time.';
  return BY_STATUS.get(status);
}

/** ` to https://name`: only the origin, for the rest may carry a token. */
export function redirectTarget({ headers: { location } }: Pick<HttpAnswer, 'headers'>): string {
  const target = String(location ?? '');
  if (!URL.canParse(target)) return '';
  const { origin } = new URL(target);
  return origin === 'null' ? '' : ` to ${origin}`;
}
