/** The part of the config that the HTTP side is made from. */
import type { Secret } from '../platform/secret.ts';

/** A reload changes these in the running bridge. */
export interface AccessOptions {
  readonly token?: Secret | undefined;
  /** Names that a proxy or a resolver gives the bridge; there, reading needs the token as well. */
  readonly hosts?: readonly string[] | undefined;
  /** Nothing can be changed over HTTP. */
  readonly readOnly?: boolean | undefined;
}

export interface ServerOptions extends AccessOptions {
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
}
