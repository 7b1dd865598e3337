/** The program as its user has called it: in a checkout no `listing-bridge` is on the path, and `npm run bridge` is. */
export const programName = (env: Readonly<Record<string, string | undefined>>): string =>
  env['npm_lifecycle_event'] === 'bridge' ? 'npm run bridge --' : 'listing-bridge';
