/** A problem of a template, and its place in the config. */

/** A place in a template's text, both counted from 1. */
export interface TemplatePlace {
  readonly line: number;
  readonly column: number;
}

/** A template that cannot be used: `path` leads from the template (or `body`) to the text, `place` to the fault in it. */
export class TemplateProblem extends Error {
  /** The message without the place. */
  readonly reason: string;
  readonly path: readonly (string | number)[];
  readonly place: TemplatePlace | undefined;

  constructor(reason: string, path: readonly (string | number)[] = [], place?: TemplatePlace) {
    super(place === undefined ? reason : `line ${place.line}, column ${place.column}: ${reason}`);
    this.reason = reason;
    this.path = path;
    this.place = place;
  }
}

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
