/**
 * Whatever a receiver answers, in whatever field: the result is an attempt of exactly the shape that the rest of
 * the bridge stores, shows and acts upon, and it reaches no further than the budgets of its own platform.
 */
import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { describeAttempt } from '../../src/delivery/describe.ts';
import { AMBIGUOUS_REASONS, REJECT_REASONS, RETRY_REASONS } from '../../src/delivery/outcome.ts';
import { typeOf } from '../../src/destinations/registry.ts';
import { LONGEST_WAIT_MS } from '../../src/http/retry-after.ts';
import { WAIT_MS } from '../support/limits.ts';
import { runs } from '../support/properties.ts';
import { RawServer } from '../support/raw-server.ts';
import { sendContext } from '../support/sending.ts';
import { everySubject, openSubject, subjectTypes } from './subjects.ts';

/** One line, nothing that moves a cursor or turns a text around, half of no character. */
const line = z
  .string()
  .min(1)
  .max(300)
  .refine((text) => text.isWellFormed() && !/[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}]/u.test(text));
const ms = z.number().int().positive().max(LONGEST_WAIT_MS);

const result = z.strictObject({
  outcome: z.discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('delivered') }),
    z.strictObject({
      kind: z.literal('retry'),
      reason: z.enum(RETRY_REASONS),
      afterMs: ms.optional(),
      isGuess: z.literal(true).optional(),
      budget: z.string().optional(),
      plain: z.literal(true).optional(),
      mayHaveActed: z.literal(true).optional(),
    }),
    z.strictObject({
      kind: z.literal('reject'),
      reason: z.enum(REJECT_REASONS),
      scope: z.enum(['message', 'destination', 'unclear']),
      mayHaveActed: z.literal(true).optional(),
    }),
    z.strictObject({ kind: z.literal('ambiguous'), reason: z.enum(AMBIGUOUS_REASONS) }),
  ]),
  status: z.int().min(100).max(999).optional(),
  detail: line.optional(),
  advice: line.optional(),
  writtenMs: z.number().positive(),
  connected: z.literal(true).optional(),
  limits: z
    .array(
      z.discriminatedUnion('kind', [
        z.strictObject({ kind: z.literal('strike'), budget: z.string() }),
        z.strictObject({
          kind: z.literal('left'),
          budget: z.string(),
          bucket: z.string().max(100),
          requests: z.int().nonnegative(),
          endsInMs: ms,
        }),
      ]),
    )
    .max(2)
    .optional(),
});

const FIELDS = [
  ...['ok', 'result', 'error_code', 'description', 'parameters', 'retry_after', 'migrate_to_chat_id'],
  ...[
    'id',
    'code',
    'message',
    'errors',
    '_errors',
    'global',
    'cloudflare_error',
    '__proto__',
    'constructor',
    'toString',
  ],
];
const HEADERS = [
  ...[
    'retry-after',
    'x-ratelimit-remaining',
    'x-ratelimit-reset-after',
    'x-ratelimit-bucket',
    'x-ratelimit-scope',
  ],
  ...[
    'x-ratelimit-global',
    'x-ratelimit-limit',
    'x-ratelimit-reset',
    'via',
    'location',
    'date',
    'cf-mitigated',
  ],
  ...['content-type', 'content-encoding', 'keep-alive', 'x-odd'],
];
const WORDS = [
  ...['', '0', '-1', '1', '0.001', '1e9', '9'.repeat(400), 'NaN', 'Infinity', 'shared', 'global', 'true'],
  ...['gzip', 'br', 'deflate, gzip', 'rot13', 'text/html', 'application/json; charset=klingon', 'timeout=0'],
  ...[
    'Sun, 06 Nov 1994 08:49:37 GMT',
    'Sun, 99 Nov 9999 99:99:99 GMT',
    'https://user:secret@elsewhere/',
    '//x',
    'chat not found',
  ],
  ...['\u202Eabc', 'a\nb', '\u001b[31m', 'error code: 1015', 'SLOWMODE_WAIT_99999', 'retry after 0'],
];
const CODES = [
  ...[0, 1, -1, 0.5, 1015, 10_003, 10_015, 20_016, 30_046, 40_333, 50_035, 50_083, 130_000, 220_001],
  ...[100, 200, 400, 403, 404, 420, 429, 500, 502, 999, 1e21, 2 ** 53, -1_001_234, -5, Number.MAX_VALUE],
];

const { odd } = fc.letrec((tie) => ({
  odd: fc.oneof(
    { depthSize: 'small' },
    fc.constantFrom<unknown>(...WORDS, ...CODES, null, true, false, [], {}),
    fc.string({ unit: 'binary' }),
    fc.double(),
    fc.array(tie('odd'), { maxLength: 3 }),
    fc.dictionary(fc.constantFrom(...FIELDS), tie('odd'), { maxKeys: 6 }),
  ),
}));
/** The platform's own form, with anything in its fields: what is no answer at all is the rest. */
const shaped = fc.oneof(
  fc.record(
    {
      ok: fc.boolean(),
      error_code: odd,
      description: odd,
      parameters: fc.oneof(odd, fc.record({ retry_after: odd, migrate_to_chat_id: odd })),
    },
    { requiredKeys: ['ok'] },
  ),
  fc.record(
    { code: odd, message: odd, retry_after: odd, errors: odd, global: odd, id: odd },
    { requiredKeys: [] },
  ),
);
const body = fc.oneof(
  { weight: 6, arbitrary: shaped.map((value) => Buffer.from(JSON.stringify(value))) },
  {
    weight: 6,
    arbitrary: fc
      .dictionary(fc.constantFrom(...FIELDS), odd, { maxKeys: 8 })
      .map((value) => Buffer.from(JSON.stringify(value))),
  },
  { weight: 1, arbitrary: odd.map((value) => Buffer.from(JSON.stringify(value) ?? '')) },
  { weight: 2, arbitrary: fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)) },
  { weight: 1, arbitrary: fc.constantFrom(...WORDS).map((word) => Buffer.from(word)) },
);
/** Most can be sent: an answer that is no HTTP at all tells nothing about what is in it. */
const headerText = fc.oneof(
  fc.constantFrom(...WORDS.filter((word) => /^[ -~]*$/.test(word))),
  fc.double().map(String),
  fc.string({ unit: fc.constantFrom('a', '0', '.', '-', ',', ' ', 'é', '"') }),
);
const brokenText = fc.oneof(
  fc.string({ unit: 'binary-ascii' }),
  fc.uint8Array({ maxLength: 20 }).map((bytes) => Buffer.from(bytes).toString('latin1')),
);
const withText = (text: fc.Arbitrary<string>, maxLength: number) =>
  fc.array(fc.tuple(fc.constantFrom(...HEADERS), text), { maxLength });
const headers = fc.oneof(
  { weight: 6, arbitrary: withText(headerText, 6) },
  { weight: 1, arbitrary: withText(brokenText, 3) },
);
const status = fc.oneof(
  fc.constantFrom(200, 204, 301, 400, 401, 403, 404, 408, 413, 429, 500, 502, 503),
  fc.integer({ min: 200, max: 999 }),
);

const servers: RawServer[] = [];
afterAll(() => Promise.all(servers.map((server) => server[Symbol.asyncDispose]())));

describe.each(everySubject)('$type', (subject) => {
  test('regression: no answer, however odd in any field, makes anything but a sound result', async () => {
    const server = await RawServer.start();
    servers.push(server);
    const config = { ...subject.config(server.origin), warm: false };
    const destination = await openSubject(config, subject.type);
    const type = typeOf(subject, subjectTypes);
    const { shared } = type.budgets(type.schema.parse(config));
    const own = new Set(shared.map(({ key }) => key));
    await fc.assert(
      fc.asyncProperty(status, headers, body, fc.boolean(), async (code, fields, bytes, plain) => {
        server.answer(code, fields, bytes);
        const given = await destination.send(
          subject.message,
          sendContext({ plain, signal: AbortSignal.timeout(WAIT_MS) }),
        );
        const told = result.parse(given);
        expect(describeAttempt(given)).toMatch(/^[^\n]+$/);
        const { outcome, limits = [] } = told;
        if (outcome.kind === 'retry' && outcome.budget !== undefined) expect(own).toContain(outcome.budget);
        if (outcome.kind === 'retry' && outcome.reason === 'rate_limited')
          expect(outcome.afterMs).toBeDefined();
        for (const { budget } of limits) expect(own).toContain(budget);
      }),
      { numRuns: runs(400) },
    );
    await destination.close();
  });
});
