type Env = Readonly<Record<string, string | undefined>>;

/** The program as its user has called it: in a checkout no `listing-bridge` is on the path, and `npm run bridge` is. */
export const programName = (env: Env): string =>
  env['npm_lifecycle_event'] === 'bridge' ? 'npm run bridge --' : 'listing-bridge';

/** Only a checkout has the sources: a package has what was built of them. */
const IS_CHECKOUT = import.meta.filename.endsWith('.ts');

/** A command to type next, whichever script or program began this one. */
export function nextCommand(env: Env, command: string): string {
  if (IS_CHECKOUT) return `npm run bridge -- ${command}`;
  if (env['npm_lifecycle_event'] === 'npx') return `npx listing-bridge ${command}`;
  return `${programName(env)} ${command}`;
}
