/** The part of the config that the HTTP side is made from. */
import type { Secret } from '../platform/secret.ts';

export interface ServerOptions {
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  readonly token?: Secret | undefined;
}
