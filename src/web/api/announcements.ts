/** `POST /api/announcements`: inject. */
import { Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { LARGEST_FRAME_BYTES } from '../../feeds/frame-data.ts';
import { isRecord } from '../../platform/wire-values.ts';
import { jsonAnswers, refusal } from '../answer.ts';
import type { Permission } from '../guard/permission.ts';
import type { Ops } from '../ops.ts';
import type { WebEnv } from '../visitor.ts';

export function announcementRoutes(ops: Ops, { toChange }: Permission): Hono<WebEnv> {
  const json = jsonAnswers(ops);
  const isSmall = bodyLimit({
    maxSize: LARGEST_FRAME_BYTES,
    onError: (context) => json(context, refusal('an announcement has at most 256 KiB', 'too_large'), 413),
  });
  return new Hono<WebEnv>().post('/api/announcements', toChange, isSmall, async (context) => {
    const fields = objectIn(await context.req.text());
    if (fields === undefined)
      return json(context, refusal('the body must be one JSON object with an announcement', 'not_json'), 400);
    const injected = ops.inject(fields, context.req.query('real') === 'true');
    return json(context, injected, injected.ok ? 200 : injected.code === 'stopping' ? 503 : 422);
  });
}

function objectIn(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isRecord(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
