/** Who asks: the guard finds out once for each request, the routes and pages behind it read the result. */

export interface Visitor {
  /**
   * `nobody` may not even read, `reader` reads without having shown the token (on loopback), `owner` has shown it.
   */
  readonly who: 'nobody' | 'reader' | 'owner';
}

/** The type of the contexts in this room: `context.var.visitor`. */
export interface WebEnv {
  Variables: { visitor: Visitor };
}
