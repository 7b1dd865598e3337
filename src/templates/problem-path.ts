/** Says where in the config a template's problem is, as it passes outwards. */
import { TemplateProblem } from '../destinations/destination.ts';

/** `compile`, with `path` put before the path of whatever `TemplateProblem` it throws. */
export function within<T>(path: readonly (string | number)[], compile: () => T): T {
  try {
    return compile();
  } catch (error) {
    if (error instanceof TemplateProblem)
      throw new TemplateProblem(error.reason, [...path, ...error.path], error.place);
    throw error;
  }
}
