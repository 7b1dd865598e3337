/** Answers for programs: JSON without secrets, and refusals as one form. */
import type { Context } from 'hono';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import { jsonText } from './json-text.ts';
import type { Ops } from './ops.ts';

export type AnswerJson = (
  context: Context,
  value: unknown,
  status?: ContentfulStatusCode,
) => Promise<Response>;

/** `curl` shows it on a terminal: nothing in it may be a command there. */
export function jsonAnswers({
  redact,
  breathe = () => Promise.resolve(),
}: Pick<Ops, 'redact' | 'breathe'>): AnswerJson {
  return async (context, value, status = 200) => {
    const text = await jsonText(value, redact, breathe);
    return context.body(text, status, { 'content-type': 'application/json' });
  };
}

export const refusal = (problem: string, code: string) => ({ ok: false, problem, code });
