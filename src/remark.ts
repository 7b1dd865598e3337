/**
 * A finding about a feed, a platform, a receiver or the source of a table, from questions that change nothing there:
 * whether it can be reached, and whether it permits what the config wants of it.
 */
export interface Remark {
  /** `warning`: it may need somebody, or it could not be found out; `bad`: it would fail. */
  readonly mark: 'good' | 'warning' | 'bad';
  /** A sentence for a person, and what to do. No secret in it. */
  readonly text: string;
  /** For scripts, and to look up in docs/troubleshooting.md: one word, and an HTTP status where there was one. */
  readonly code: string;
}

export const good = (text: string, code: string): Remark => ({ mark: 'good', text, code });
export const warned = (text: string, code: string): Remark => ({ mark: 'warning', text, code });
export const bad = (text: string, code: string): Remark => ({ mark: 'bad', text, code });

/** Ctrl-C, or the limit of the whole check. */
export const STOPPED = warned('not asked, or not answered, before the check was stopped.', 'stopped');

const RANK = { bad: 0, warning: 1, good: 2 } as const;

/** The worst first; of equal ones the order stays. */
export const byWeight = (remarks: readonly Remark[]): Remark[] =>
  remarks.toSorted((one, other) => RANK[one.mark] - RANK[other.mark]);
