/** Mutes are made and lifted by forms on two pages, and each leads back to where it stands. */
import type { MuteResult, Ops } from '../ops.ts';
import { destinationPath } from './destinations.ts';
import { type At, problem, textOf } from './page-answer.ts';

/** `destination`: from its page, which mutes that alone. */
export async function mute(context: At, ops: Ops): Promise<Response> {
  const { what, for: span, reason, destination } = await context.req.parseBody();
  const one = textOf(destination);
  const named = one === undefined ? (textOf(what)?.split(/\s+/) ?? []) : [`destination:${one}`];
  const wish = { what: named, for: textOf(span), reason: textOf(reason) };
  return muted(context, await ops.mutes.mute(wish), one);
}

export async function liftMute(context: At, ops: Ops): Promise<Response> {
  const { destination } = await context.req.parseBody();
  return muted(context, await ops.mutes.lift([context.req.param('id') ?? '']), textOf(destination));
}

const muted = (
  context: At,
  result: MuteResult,
  destination: string | undefined,
): Response | Promise<Response> =>
  result.ok
    ? context.redirect(destination === undefined ? '/rules#mutes' : destinationPath(destination), 303)
    : problem(context, 422, 'Unchanged', result.problem);
