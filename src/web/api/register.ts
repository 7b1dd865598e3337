/** The routes of the endpoints: permission, then query and body as their schemas read them, then the answer. */
import { type Context, Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import type { z } from 'zod';
import { orNearest } from '../../platform/suggest.ts';
import { type AnswerJson, jsonAnswers, refusal } from '../answer.ts';
import type { Permission } from '../guard/permission.ts';
import type { Ops } from '../ops.ts';
import type { WebEnv } from '../visitor.ts';
import type { Body, Endpoint } from './endpoint.ts';

export function routesOf(endpoints: readonly Endpoint[], ops: Ops, permission: Permission): Hono<WebEnv> {
  const json = jsonAnswers(ops);
  const app = new Hono<WebEnv>();
  for (const one of endpoints) {
    const path = one.path.replaceAll(/\{(\w+)\}/g, ':$1');
    const may = one.needs === 'change' ? permission.toChange : permission.toRead;
    app.on(one.method, path, may, (context) =>
      one.body === undefined
        ? answer(one, context, undefined, ops, json)
        : withBody(one, one.body, context, ops, json),
    );
  }
  return app;
}

async function withBody(
  one: Endpoint,
  body: Body,
  context: Context<WebEnv>,
  ops: Ops,
  json: AnswerJson,
): Promise<Response> {
  const isSmall = bodyLimit({
    maxSize: body.largestBytes,
    onError: () => json(context, refusal(body.tooLarge, 'too_large'), 413),
  });
  let response: Response | undefined;
  const tooLarge = await isSmall(context, async () => {
    const read = body.schema.safeParse(jsonIn(await context.req.text()));
    response = read.success
      ? await answer(one, context, read.data, ops, json)
      : await json(context, refusal(problemOf(body, read.error), body.wrong.code), 400);
  });
  return response ?? (tooLarge instanceof Response ? tooLarge : context.res);
}

/** The first sentence says how it is right, the rest what is wrong with it. */
function problemOf({ wrong }: Body, { issues }: z.ZodError): string {
  const few = issues
    .slice(0, MOST_ISSUES)
    .map(issueText)
    .filter((text) => text !== '');
  return few.length === 0 ? wrong.problem : `${wrong.problem}: ${few.join('; ')}`;
}

const MOST_ISSUES = 5;

const issueText = ({ path, message }: z.core.$ZodIssue): string =>
  path.length === 0 && message === '' ? '' : path.length === 0 ? message : `${path.join('.')}: ${message}`;

async function answer(
  one: Endpoint,
  context: Context<WebEnv>,
  body: unknown,
  ops: Ops,
  json: AnswerJson,
): Promise<Response> {
  const query = one.query?.safeParse(context.req.query());
  if (query?.success === false) {
    const problems = query.error.issues.map((issue) => issueText(issue) + nearestKeys(issue, one.query));
    return json(context, refusal(problems.join('; '), 'wrong_query'), 400);
  }
  const id = context.req.param('id') ?? '';
  const { status, value } = await one.answer({ query: query?.data ?? {}, id, body }, ops);
  return json(context, value, status);
}

/** Of a parameter that the endpoint does not have: the one that may be meant, or all that there are. */
function nearestKeys(issue: z.core.$ZodIssue, query: z.ZodObject | undefined): string {
  if (issue.code !== 'unrecognized_keys') return '';
  const known = Object.keys(query?.shape ?? {});
  const near = issue.keys.map((key) => orNearest(key, known)).join('');
  return near === '' ? `; there is: ${known.join(', ')}` : near;
}

function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
