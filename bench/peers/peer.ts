/** Programs of others that people use for the same purpose. Each may be absent: then the reason says how to have it. */
import type { SubjectKind } from '../meter/subject.ts';

export type Presence = { readonly kinds: readonly SubjectKind[] } | { readonly missing: string };

/** The kinds of those that are there; `say` gets the reason for each that is not. */
export function present(all: readonly Presence[], say: (reason: string) => void): SubjectKind[] {
  return all.flatMap((each) => {
    if ('kinds' in each) return each.kinds;
    say(each.missing);
    return [];
  });
}
