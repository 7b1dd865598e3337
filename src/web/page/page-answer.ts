/** A page as the answer to a request, and a fault as one. */
import type { Context } from 'hono';
import type { ShownMute } from '../../mutes/shown.ts';
import type { ShownOps } from '../redacted-ops.ts';
import type { WebEnv } from '../visitor.ts';
import type { Known } from './destinations.ts';
import type { LastDay } from './last-day.ts';
import { layout, type Page } from './layout.ts';
import { problemPage } from './problem.ts';

export type At = Context<WebEnv>;

/** The bridge, and what the pages remember of it. */
export type PageOps = ShownOps & { readonly lastDay?: LastDay };

export const page = async (
  context: At,
  shown: Omit<Page, 'visitor' | 'node'>,
  status: 200 | 404 | 409 | 422 | 503 = 200,
): Promise<Response> =>
  context.html(await layout({ ...shown, visitor: context.var.visitor, node: context.var.node }), status);

export const problem = (
  context: At,
  status: 404 | 409 | 422 | 503,
  title: string,
  sentence: string,
): Promise<Response> => page(context, { title, path: '', body: problemPage(title, sentence) }, status);

/** A text field of a form; `undefined`: empty, or not there. */
export const textOf = (value: unknown): string | undefined =>
  typeof value === 'string' && value.trim() !== '' ? value.trim() : undefined;

/** `mutes`: those in force. */
export const knownBy = (
  {
    figures,
    budgets,
    clock,
    lastDay,
    cluster,
  }: Pick<PageOps, 'figures' | 'budgets' | 'clock' | 'lastDay' | 'cluster'>,
  mutes: readonly ShownMute[],
): Known => ({
  ...{ figures, budgets, nowMs: clock.wallMs(), node: cluster?.node },
  ...(lastDay !== undefined && { day: (destination: string) => lastDay.of(destination) }),
  muted: new Set(mutes.filter(({ kind }) => kind === 'destination').map(({ name }) => name)),
});
