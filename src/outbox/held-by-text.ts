/**
 * The mute or cooldown that held a delivery back, as the column `held_by` has it. The form belongs to the schema (`migrations.ts`):
 *
 *   {"mute":3,"kind":"ticker","name":"ABC","since":…,"until":…,"reason":"a scam"}
 *   {"cooldown":"ABC","rule":"orders","announcement":"…","since":…,"until":…}
 */
import type { SQLOutputValue } from 'node:sqlite';
import { type HeldBy, isCooldown } from '../delivery/held-by.ts';
import { text } from './columns.ts';

export function heldByText(by: HeldBy | undefined): string | null {
  if (by === undefined) return null;
  const span = { since: by.sinceMs, until: by.untilMs };
  if (isCooldown(by))
    return text({ cooldown: by.kind, rule: by.rule, announcement: by.announcementId, ...span });
  const { id, kind, name, reason } = by;
  return text({ ...{ mute: id, kind, name, ...span }, ...(reason !== undefined && { reason }) });
}

/** For `GLOB`: those that this mute held back. */
export const HELD_BY_MUTE = (id: number): string => `{"mute":${id},*`;

/** `undefined` for none, and for what a damaged page or a later version made senseless. */
export function heldByIn(value: SQLOutputValue | undefined): HeldBy | undefined {
  if (typeof value !== 'string') return undefined;
  const stored = objectIn(value);
  const { mute, cooldown, rule, announcement, kind, name, since, until, reason } = stored;
  if (typeof since !== 'number' || typeof until !== 'number') return undefined;
  const span = { sinceMs: since, untilMs: until };
  if (typeof cooldown === 'string')
    return { kind: cooldown, rule: String(rule), announcementId: String(announcement), ...span };
  if (typeof mute !== 'number') return undefined;
  return {
    ...{ id: mute, kind: String(kind), name: String(name), ...span },
    ...(typeof reason === 'string' && { reason }),
  };
}

function objectIn(text: string): Readonly<Record<string, unknown>> {
  try {
    return Object(JSON.parse(text));
  } catch {
    return {};
  }
}
