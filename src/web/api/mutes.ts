/** `GET /api/mutes`, `POST /api/mutes`, `DELETE /api/mutes/:id`. */
import { type Context, Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { z } from 'zod';
import { MUTE_KINDS } from '../../mutes/mute.ts';
import { jsonAnswers, refusal } from '../answer.ts';
import type { Permission } from '../guard/permission.ts';
import type { MuteResult, Ops } from '../ops.ts';
import type { WebEnv } from '../visitor.ts';

const LARGEST_BODY_BYTES = 64 * 1024;

const EXAMPLE = '{"what": "ticker:ABC", "for": "1h", "reason": "a scam"}';

const names = z.union([z.string().transform((name) => [name]), z.array(z.string())]);

/** `what` as on the command line; or the name of a ticker, a rule or a destination under its own key. */
const muteBody = z.strictObject({
  what: names.optional(),
  ticker: names.optional(),
  rule: names.optional(),
  destination: names.optional(),
  for: z.string().optional(),
  until: z.string().optional(),
  reason: z.string().optional(),
});

export function muteRoutes(ops: Ops, { toRead, toChange }: Permission): Hono<WebEnv> {
  const { mutes } = ops;
  const json = jsonAnswers(ops);
  const answer = (context: Context, result: MuteResult) =>
    json(context, result, result.ok ? 200 : statusOf(result.code));
  const isSmall = bodyLimit({
    maxSize: LARGEST_BODY_BYTES,
    onError: (context) => json(context, refusal('a mute has at most 64 KiB', 'too_large'), 413),
  });
  return new Hono<WebEnv>()
    .get('/api/mutes', toRead, async (context) => {
      const stored = await mutes.list();
      return stored.ok
        ? json(context, { mutes: stored.value })
        : json(context, refusal(stored.message, 'store'), 503);
    })
    .post('/api/mutes', toChange, isSmall, async (context) => {
      const read = muteBody.safeParse(jsonIn(await context.req.text()));
      if (!read.success)
        return json(
          context,
          refusal(`the body must be JSON such as ${EXAMPLE}: ${problemsOf(read.error)}`, 'not_a_mute'),
          400,
        );
      const { what = [], for: span, until, reason, ...named } = read.data;
      const byKind = MUTE_KINDS.flatMap((kind) => (named[kind] ?? []).map((name) => `${kind}:${name}`));
      return answer(context, await mutes.mute({ what: [...what, ...byKind], for: span, until, reason }));
    })
    .delete('/api/mutes/:id', toChange, async (context) =>
      answer(context, await mutes.lift([context.req.param('id')])),
    );
}

function statusOf(code: string): 404 | 422 | 503 {
  if (code === 'store') return 503;
  return code === 'not_muted' ? 404 : 422;
}

const problemsOf = ({ issues }: z.ZodError): string =>
  issues
    .map(({ path, message }) => (path.length === 0 ? message : `${path.join('.')}: ${message}`))
    .join('; ');

function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
