/** Which frames are announcements: conditions on their fields, of the same form as those of rules. */
import { sharedPatterns, textCondition } from '../../matching/condition.ts';
import type { TextConditionTree } from '../../matching/options.ts';
import { patternFault } from '../../matching/pattern-work.ts';
import { Text } from '../../matching/text.ts';
import { textOf } from '../../platform/wire-values.ts';
import { type FieldPath, stepsOf } from './path.ts';
import type { Frame } from './read-frame.ts';

export type OnlyOptions = Readonly<Record<string, TextConditionTree>>;

/** A field that is not there is an empty text; a number or a flag is its JSON. Throws on a malformed pattern. */
export function compileOnly(only: OnlyOptions): (frame: Frame) => boolean {
  const patternOf = sharedPatterns();
  const parts = Object.entries(only).map(([path, tree]) => ({
    steps: stepsOf(path) ?? ([path] satisfies FieldPath),
    condition: textCondition(tree, patternOf),
  }));
  return (frame) => {
    for (const { steps, condition } of parts)
      if (!condition.test(new Text(wordOfField(frame.at(steps))))) return false;
    return true;
  };
}

function wordOfField(value: unknown): string {
  return textOf(value) ?? (typeof value === 'boolean' || value === null ? String(value) : '');
}

export interface PatternFault {
  readonly path: readonly (string | number)[];
  readonly message: string;
}

/** The patterns that cannot be used in a condition of whatever form. */
export function* patternFaults(tree: unknown, path: readonly (string | number)[]): Iterable<PatternFault> {
  if (typeof tree !== 'object' || tree === null) return;
  for (const [step, inner] of Object.entries(tree)) {
    const at = [...path, Array.isArray(tree) ? Number(step) : step];
    if (step !== 'matches' || typeof inner !== 'string') yield* patternFaults(inner, at);
    else {
      const fault = patternFault(inner);
      if (fault !== undefined)
        yield { path: at, message: [fault.message, fault.hint ?? []].flat().join('; ') };
    }
  }
}
