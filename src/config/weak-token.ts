/** A `server.token` that could be found by trying. */
import { Secret } from '../platform/secret.ts';
import { isRecord } from '../platform/wire-values.ts';
import type { Located } from './located.ts';
import type { Finding } from './problem.ts';
import { serverOptions } from './schema.ts';

/**
 * Wrong logins of a browser are counted, but a program may try as often as the network lets it: 10,000 a second for a year are 2^38 tries.
 * 16 letters and digits by chance are 2^95; a person's words of that length are hardly found among the first 2^38.
 */
const SHORTEST = 16;

/** `standsIn`: what is not set has a placeholder, whose length says nothing. */
export function* weakToken(root: Located, { standsIn }: { readonly standsIn?: boolean }): Iterable<Finding> {
  if (standsIn) return;
  const server = isRecord(root.value) ? root.value['server'] : undefined;
  const { token } = (isRecord(server) ? serverOptions.safeParse(server).data : undefined) ?? {};
  if (!(token instanceof Secret) || token.reveal().length >= SHORTEST) return;
  yield {
    path: ['server', 'token'],
    message: `this token is shorter than ${SHORTEST} characters: it could be found by trying, and whoever has it can send orders`,
    hint: 'make one with: openssl rand -hex 32',
  };
}
