/**
 * The reported conditions as text for the store, so that a restart neither repeats a report nor forgets its end,
 * and a crash loop stays within the limit.
 */
import { z } from 'zod';
import { type ConditionCode, isCode } from '../conditions/registry.ts';

/** A condition that was reported and had not ended. Times are monotonic, which means something after a restart. */
export interface Told {
  readonly code: ConditionCode;
  readonly subject: string;
  readonly detail: string;
  readonly sinceMs: number;
  readonly toldMs: number;
  /** How often it has ended recently. */
  readonly endings: number;
}

export interface Saved {
  readonly told: readonly Told[];
  /** When recent messages were sent. */
  readonly sentMs: readonly number[];
}

export const NOTHING_SAVED: Saved = { told: [], sentMs: [] };

const saved = z.object({
  told: z.array(
    z.object({
      code: z.string(),
      subject: z.string(),
      detail: z.string(),
      sinceMs: z.number(),
      toldMs: z.number(),
      endings: z.number(),
    }),
  ),
  sentMs: z.array(z.number()),
});

export const save = (state: Saved): string => JSON.stringify(state);

/** Entries of another version that this one does not know are left out. */
export function restore(text: string | undefined): Saved {
  const { data } = saved.safeParse(parse(text));
  if (data === undefined) return NOTHING_SAVED;
  const told = data.told.flatMap(({ code, ...rest }) => (isCode(code) ? [{ code, ...rest }] : []));
  return { told, sentMs: data.sentMs };
}

function parse(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? '');
  } catch {
    return undefined;
  }
}
