/** Why a rule matches an announcement, or does not, in the words of `explain`. */
import type { RuleExplanation } from './router.ts';

/** `title: wanted matches KRW, got "…"`, for each condition that does not hold; of a rule that is not reached, why. */
export function rejections({
  stoppedBy,
  conditions,
  outsideHours,
}: Pick<RuleExplanation, 'stoppedBy' | 'conditions' | 'outsideHours'>): readonly string[] {
  if (stoppedBy !== undefined) return [`not evaluated: "${stoppedBy}" has \`stop: true\``];
  const unmet = conditions
    .filter(({ matched }) => !matched)
    .map(({ field, wanted, got }) => `${field}: wanted ${wanted}, got ${JSON.stringify(got)}`);
  return outsideHours === undefined ? unmet : [...unmet, outsideHours];
}

/** `title: wanted matches KRW, got "…"`, for each condition that holds. */
export const confirmations = ({ conditions }: Pick<RuleExplanation, 'conditions'>): readonly string[] =>
  conditions
    .filter(({ matched }) => matched)
    .map(({ field, wanted, got }) => `${field}: wanted ${wanted}, got ${JSON.stringify(got)}`);
