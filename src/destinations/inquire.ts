/**
 * How a destination is asked whether it would take messages, and what follows from an answer that says no: in the same
 * words that the bridge has for a delivery there. The types know the questions (`discord/inquire.ts` …).
 */
import { describeAttempt } from '../delivery/describe.ts';
import type { AttemptResult } from '../delivery/outcome.ts';
import type { FarEnd } from '../http/advice.ts';
import type { Inquiry, Unasked } from '../http/inquiry.ts';
import type { HttpAnswer, HttpLost, HttpResult, HttpUnreachable } from '../http/request.ts';
import type { Clock } from '../platform/clock.ts';
import { formatDuration } from '../platform/duration.ts';
import type { Redactor } from '../platform/secret.ts';
import { bad, type Remark, STOPPED, warned } from '../remark.ts';
import { quote, withoutAnswer } from './http-outcome.ts';

export interface InquireDeps {
  readonly inquiry: Pick<Inquiry, 'get' | 'reach'>;
  readonly clock: Clock;
  readonly redact: Redactor;
}

/** An answer of the platform that is read as `Value`, or what to say in its place. */
export type Asked<Value> = { readonly value: Value } | { readonly remark: Remark };

/** `read`: of a 2xx; `undefined`: that is not what the platform says. `refusal`: of any other status. */
export function asked<Value>(
  result: HttpResult | Unasked,
  farEnd: FarEnd,
  { redact }: Pick<InquireDeps, 'redact'>,
  how: {
    readonly read: (bodyText: string) => Value | undefined;
    readonly refusal: (answer: HttpAnswer) => AttemptResult;
  },
): Asked<Value> {
  if (result.kind !== 'answer') return { remark: noAnswer(result, farEnd, redact) };
  const value = result.status < 300 ? how.read(result.bodyText) : undefined;
  if (value !== undefined) return { value };
  if (result.status < 300) return { remark: unreadable(result, farEnd, redact) };
  return { remark: refused(how.refusal(result)) };
}

export function noAnswer(
  result: HttpUnreachable | HttpLost | Unasked,
  farEnd: FarEnd,
  redact: Redactor,
): Remark {
  switch (result.kind) {
    case 'unasked':
      return result.why === 'paused'
        ? warned('not asked: an answer to another question has asked for fewer; try again later.', 'paused')
        : STOPPED;
    case 'unreachable':
      return bad(...sentenceAndCode(withoutAnswer(result, farEnd, redact)));
    case 'lost': {
      const { host } = new URL(farEnd.origin);
      const detail = quote(result.detail, redact);
      return bad(
        `${host} is there and gave no answer to a question (${detail}): it is overloaded, or something in between answers for it. Check \`${farEnd.key}\` and the network of this machine.`,
        result.reason,
      );
    }
    default:
      return result satisfies never;
  }
}

/** In the words of a delivery, but for "too fast, until then": nothing is tried again, and so nothing is known. */
function refused(result: AttemptResult): Remark {
  const { outcome } = result;
  const [sentence, code] = sentenceAndCode(result);
  const isPause = outcome.kind === 'retry' && outcome.reason === 'rate_limited' && !outcome.isGuess;
  if (!isPause) return bad(sentence, code);
  const pause = outcome.afterMs === undefined ? '' : ` for ${formatDuration(outcome.afterMs)}`;
  return warned(`not known: the platform wants no more questions${pause}. Try again later.`, code);
}

function unreadable({ status, bodyText }: HttpAnswer, { origin, key }: FarEnd, redact: Redactor): Remark {
  const said = bodyText.trim() === '' ? 'nothing' : quote(bodyText, redact, LONGEST_QUOTE);
  return bad(
    `${new URL(origin).host} answered ${said}, which is not the platform's form: something in between answers for it. Check \`${key}\` and the network of this machine.`,
    `answer_unreadable, HTTP ${status}`,
  );
}

const LONGEST_QUOTE = 80;

/** The code stands in brackets at the end. */
function sentenceAndCode(result: AttemptResult): [sentence: string, code: string] {
  const text = describeAttempt(result);
  const [, sentence = text, code = ''] = /^(.*) \[([^[\]]*)\]$/s.exec(text) ?? [];
  return [sentence, code];
}
