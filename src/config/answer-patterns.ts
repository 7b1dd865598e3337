/** The regular expressions by which destinations tell a yes from a no in an answer, with their places in the file. */

import { isRecord } from '../platform/wire-values.ts';
import type { Path } from './problem.ts';
import type { ConfigSections } from './sections.ts';

export function* answerPatterns({
  destinations,
  types,
}: ConfigSections): Iterable<{ readonly text: string; readonly path: Path }> {
  for (const [name, options] of destinations)
    for (const inOptions of types.get(options?.type ?? '')?.answerPatterns ?? []) {
      const text = inOptions.reduce<unknown>(
        (value, key) => (isRecord(value) ? value[key] : undefined),
        options,
      );
      if (typeof text === 'string') yield { text, path: ['destinations', name, ...inOptions] };
    }
}
