/** `/api/mutes`: what is held back for a while. */
import { z } from 'zod';
import { MUTE_KINDS } from '../../mutes/mute.ts';
import type { MuteResult } from '../ops.ts';
import { type Answer, type Endpoint, endpoint, noStore, ok } from './endpoint.ts';
import { refusalSchema, spanMs, time } from './schemas.ts';

const EXAMPLE = '{"what": "ticker:ABC", "for": "1h", "reason": "a scam"}';

const names = z.union([z.string().transform((name) => [name]), z.array(z.string())]);

const muteBody = z
  .strictObject({
    what: names.optional().describe('as on the command line: `ticker:ABC`, `destination:bot`'),
    ticker: names.optional(),
    rule: names.optional(),
    destination: names.optional(),
    for: z.string().optional().describe('a span: `1h`'),
    until: z.string().optional().describe('a moment'),
    reason: z.string().optional(),
  })
  .meta({ id: 'MuteRequest' });

const muteSchema = z
  .object({
    id: z.int(),
    kind: z.enum(MUTE_KINDS),
    name: z.string(),
    since: time(),
    until: time(),
    leftMs: spanMs(),
    reason: z.string().optional(),
    inConfig: z.boolean().describe('a rule or destination of that name is in the config'),
  })
  .meta({ id: 'Mute' });

const madeSchema = z.object({
  ok: z.literal(true),
  mutes: z.array(
    muteSchema.extend({ change: z.enum(['muted', 'extended', 'unchanged']) }).meta({ id: 'MuteMade' }),
  ),
});

const answerOf = (result: MuteResult): Answer => ({
  status: result.ok ? 200 : (STATUS[result.code] ?? 422),
  value: result,
});

const STATUS: Readonly<Record<string, 404 | 503>> = { store: 503, not_muted: 404 };

export const muteEndpoints: readonly Endpoint[] = [
  endpoint({
    ...{ method: 'get', path: '/api/mutes', name: 'listMutes', needs: 'read' },
    summary: 'The mutes in force, oldest first.',
    answers: { 200: { says: 'the mutes', schema: z.object({ mutes: z.array(muteSchema) }) } },
    example: { path: '/api/mutes' },
    async answer(_, { mutes }) {
      const stored = await mutes.list();
      return stored.ok ? ok({ mutes: stored.value }) : noStore(stored.message);
    },
  }),
  endpoint({
    ...{ method: 'post', path: '/api/mutes', name: 'mute', needs: 'change' },
    summary: 'Holds back a ticker, a rule or a destination for a while. It survives a restart.',
    body: {
      ...{ schema: muteBody, largestBytes: 64 * 1024, tooLarge: 'a mute has at most 64 KiB' },
      wrong: { problem: `the body must be JSON such as ${EXAMPLE}`, code: 'not_a_mute' },
    },
    answers: {
      200: { says: 'all of them are muted', schema: madeSchema },
      422: { says: 'none is', schema: refusalSchema },
    },
    example: { path: '/api/mutes', body: { what: 'ticker:ABC', for: '1h', reason: 'a scam' } },
    async answer({ body: { what = [], for: span, until, reason, ...named } }, { mutes }) {
      const byKind = MUTE_KINDS.flatMap((kind) => (named[kind] ?? []).map((name) => `${kind}:${name}`));
      return answerOf(await mutes.mute({ what: [...what, ...byKind], for: span, until, reason }));
    },
  }),
  endpoint({
    ...{ method: 'delete', path: '/api/mutes/{id}', name: 'liftMute', needs: 'change' },
    summary: 'Ends a mute.',
    answers: {
      200: {
        says: 'it is lifted',
        schema: z.object({ ok: z.literal(true), lifted: z.array(muteSchema) }),
      },
      404: { says: 'there is no such mute', schema: refusalSchema },
      422: { says: 'this names no mute', schema: refusalSchema },
    },
    example: { path: '/api/mutes/1' },
    answer: async ({ id }, { mutes }) => answerOf(await mutes.lift([id])),
  }),
];
