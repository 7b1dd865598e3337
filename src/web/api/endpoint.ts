/**
 * One entry of the API as a value: the routes, the OpenAPI document and `docs/api.md` are made from it, so that they
 * cannot differ. Each resource has a file of them.
 */
import type { z } from 'zod';
import type { Ops } from '../ops.ts';

export interface Answer {
  readonly status: Status;
  readonly value: unknown;
}

export type Status = 200 | 400 | 404 | 409 | 422 | 503;

export interface Asked {
  /** As `query` has read them. */
  readonly query: Readonly<Record<string, unknown>>;
  /** Of `{id}`; empty where the path has none. */
  readonly id: string;
  /** As `body` has read it. */
  readonly body: unknown;
}

export interface Endpoint {
  readonly method: 'get' | 'post' | 'delete';
  /** With `{id}` for its parameter. */
  readonly path: string;
  /** Of the operation, for generated clients. */
  readonly name: string;
  /** A sentence. */
  readonly summary: string;
  readonly needs: 'read' | 'change';
  readonly query?: z.ZodObject | undefined;
  readonly body?: Body | undefined;
  /** By status; refusals of all endpoints are left out. */
  readonly answers: Readonly<Partial<Record<Status, Described>>>;
  /** For the documents; the tests run it. */
  readonly example: { readonly path: string; readonly body?: unknown };
  answer(asked: Asked, ops: Ops): Answer | Promise<Answer>;
}

export interface Described {
  readonly says: string;
  readonly schema: z.ZodType;
}

export interface Body {
  readonly schema: z.ZodType;
  readonly largestBytes: number;
  /** The refusals of one that is too large, and of one that does not fit. */
  readonly tooLarge: string;
  readonly wrong: { readonly problem: string; readonly code: string };
}

type Typed<Query extends z.ZodObject, Content extends z.ZodType> = Omit<
  Endpoint,
  'query' | 'body' | 'answer'
> & {
  readonly query?: Query;
  readonly body?: Body & { readonly schema: Content };
  answer(
    asked: { readonly query: z.output<Query>; readonly id: string; readonly body: z.output<Content> },
    ops: Ops,
  ): Answer | Promise<Answer>;
};

/** Gives the values that its schemas read their types. */
export const endpoint = <Query extends z.ZodObject, Content extends z.ZodType>(
  typed: Typed<Query, Content>,
): Endpoint => ({
  ...typed,
  answer: ({ query, id, body }, ops) =>
    typed.answer({ query: query as z.output<Query>, id, body: body as z.output<Content> }, ops),
});

export const ok = (value: unknown): Answer => ({ status: 200, value });

export const refused = (status: Status, problem: string, code: string): Answer => ({
  status,
  value: { ok: false, problem, code },
});

/** `message`: of the store, for people. */
export const noStore = (message: string): Answer => refused(503, message, 'store');
