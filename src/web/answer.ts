/** Answers for programs, as JSON without secrets; and refusals, as whoever asks can read them. */
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

/** The one form of every refusal: a sentence for people, a word for programs. */
export const refusal = (problem: string, code: string) => ({ ok: false, problem, code }) as const;

/** A browser shows pages: it asks for them by name. */
export const isBrowser = (context: Context): boolean =>
  context.req.header('accept')?.includes('text/html') ?? false;

/** `problem`: of our own words, without anything of a config or of who asks. */
export async function refuse(
  context: Context,
  status: ContentfulStatusCode,
  problem: string,
  code: string,
): Promise<Response> {
  if (isBrowser(context)) {
    const { refusalPage } = await import('./page/refusal.ts');
    return context.html(refusalPage({ status, problem, code }), status);
  }
  const wantsJson =
    /^\/(api|-)\//.test(context.req.path) || context.req.header('accept')?.includes('json') === true;
  return wantsJson ? context.json(refusal(problem, code), status) : context.text(`${problem}\n`, status);
}
