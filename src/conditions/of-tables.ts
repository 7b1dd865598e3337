/** Conditions of a table from an address. */
import type { ConditionKind } from './kind.ts';

export const OF_TABLES = {
  table_missing: {
    severity: 'critical',
    about: 'table',
    starts: (table) => `table ${table} has never been loaded`,
    ends: (table) => `table ${table} has been loaded`,
    advice:
      'It matches nothing, and orders that look a ticker up in it are not sent. Correct its `url`, `rows`, `key` or `headers`; the bridge keeps trying.',
  },
  table_stale: {
    severity: 'warning',
    about: 'table',
    starts: (table) => `table ${table} could not be refreshed`,
    ends: (table) => `table ${table} is up to date again`,
    advice:
      'Its last good rows stay in use: what has been listed since is missing. The bridge keeps trying; see the reason above.',
  },
} as const satisfies Readonly<Record<string, ConditionKind>>;
