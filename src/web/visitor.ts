/** Who asks: the guard finds out once for each request, the routes and pages behind it read the result. */

export interface Visitor {
  /**
   * `nobody` may not even read, `reader` reads without having shown the token (on loopback), `owner` has shown it.
   */
  readonly who: 'nobody' | 'reader' | 'owner';
  /** An owner of a bridge that is not read-only. */
  readonly mayChange: boolean;
  /** `server.readOnly`: nobody changes anything over HTTP. */
  readonly isReadOnly: boolean;
  /** There is a token that a reader could log in with. */
  readonly canLogIn: boolean;
  /**
   * With a session: every form that changes something sends it as the field `FORM_TOKEN`, every script as the header
   * `FORM_TOKEN_HEADER`. A page of somebody else cannot know it.
   */
  readonly formToken: string | undefined;
}

/** Name of the hidden field. */
export const FORM_TOKEN = 'csrf';
export const FORM_TOKEN_HEADER = 'x-csrf-token';

/** The type of the contexts in this room: `context.var.visitor`. */
export interface WebEnv {
  Variables: {
    visitor: Visitor;
    /** Of a cluster: the name of this one; absent: alone. */
    node?: string | undefined;
    /** The bearer token of the request was not looked at: so many ms to go. 0: it was, or there is none. */
    waitMs: number;
  };
}
