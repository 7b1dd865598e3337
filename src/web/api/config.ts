/** The config in force: its rules with their hits, its tables, all of it; and the reload. */
import { z } from 'zod';
import { type Endpoint, endpoint, ok } from './endpoint.ts';
import { refusalSchema, spanMs, texts } from './schemas.ts';

const tableSchema = z
  .object({
    name: z.string(),
    source: z.enum(['inline', 'file', 'url']),
    from: z.string().describe('the file, or the address without its query'),
    rows: z.int().optional().describe('absent: never loaded, and matches nothing'),
    ageMs: spanMs().optional(),
    fault: z.string().optional().describe('why the last try to fetch it failed'),
    isStale: z.boolean(),
  })
  .meta({ id: 'Table' });

export const tablesSchema = z.array(tableSchema);

const reloadedSchema = z.object({
  ok: z.literal(true),
  changes: texts(),
  needsRestart: texts().describe('keys whose change waits for a restart'),
  effect: z
    .object({ announcements: z.int(), elsewhere: z.int(), examples: texts() })
    .optional()
    .describe('how many of the last announcements would go elsewhere by the new rules'),
});

export const configEndpoints: readonly Endpoint[] = [
  endpoint({
    ...{ method: 'get', path: '/api/rules', name: 'listRules', needs: 'read' },
    summary: 'The rules in force, in their order, with how often each matched since the start.',
    answers: {
      200: {
        says: 'the rules',
        schema: z
          .object({
            rules: z.array(
              z.object({
                name: z.string(),
                match: z.unknown().describe('as in the config'),
                sends: texts(),
                hits: z.int().describe('announcements since the start'),
                lastHitMs: spanMs().optional().describe('since the last of them'),
              }),
            ),
          })
          .meta({ id: 'Rules' }),
      },
    },
    example: { path: '/api/rules' },
    answer: async (_, ops) => ok({ rules: await ops.rules() }),
  }),
  endpoint({
    ...{ method: 'get', path: '/api/tables', name: 'listTables', needs: 'read' },
    summary: 'The tables with their rows, age and faults.',
    answers: { 200: { says: 'the tables', schema: z.object({ tables: tablesSchema }) } },
    example: { path: '/api/tables' },
    answer: (_, ops) => ok({ tables: ops.tables() }),
  }),
  endpoint({
    ...{ method: 'get', path: '/api/config', name: 'showConfig', needs: 'read' },
    summary:
      'The config in force as it was understood: includes merged, variables and defaults filled in, secrets masked. Spans are in ms.',
    answers: {
      200: { says: 'the config', schema: z.object({ file: z.string(), config: z.looseObject({}) }) },
    },
    example: { path: '/api/config' },
    answer: (_, ops) => ok(ops.config()),
  }),
  endpoint({
    ...{ method: 'post', path: '/-/reload', name: 'reload', needs: 'change' },
    summary: 'Takes up the config file as it is now: all of it, or nothing.',
    answers: {
      200: { says: 'it is in force', schema: reloadedSchema },
      422: {
        says: 'it is rejected, and the old one stays in force',
        schema: refusalSchema.extend({ problems: texts() }).meta({ id: 'Rejected' }),
      },
    },
    example: { path: '/-/reload' },
    async answer(_, ops) {
      const reloaded = await ops.reload();
      if (reloaded.ok) return ok(reloaded);
      const [first = 'the config is rejected'] = reloaded.problems;
      const value = { ok: false, problem: first, code: 'rejected', problems: reloaded.problems };
      return { status: 422, value };
    },
  }),
];
