/** A line of the log, before it is written; and the form of those that report a condition. */
import { type ConditionCode, conditionOf } from '../conditions/registry.ts';
import { helpFor } from '../feeds/warning.ts';
import type { LogFields } from '../platform/log.ts';

export interface Line {
  readonly level: 'debug' | 'info' | 'warn' | 'error';
  /** Instead of the event's kind. */
  readonly name?: string;
  readonly fields: LogFields;
}

const LEVELS = { critical: 'error', warning: 'warn' } as const;

/** A line that begins a condition: its words, and what is known. Advice that knows more stands in the place of its own. */
export function conditionLine(
  code: ConditionCode,
  subject: string,
  fields: LogFields,
  level: Line['level'] = LEVELS[conditionOf(code).severity],
): Line {
  const { starts } = conditionOf(code);
  const { advice = conditionOf(code).advice, help = helpFor(code), ...facts } = fields;
  return { level, fields: { says: starts(subject), ...facts, advice, help } };
}
