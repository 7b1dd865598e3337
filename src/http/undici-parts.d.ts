/**
 * The parts of undici that an announcement needs, by themselves: they load in 10 ms where all of undici takes 30, and a
 * process that starts has news to send in its first hundred. A new version of undici may move them: the build's
 * end-to-end tests would not start then.
 */
declare module 'undici/lib/dispatcher/pool.js' {
  import { Pool } from 'undici';
  export = Pool;
}

declare module 'undici/lib/core/connect.js' {
  import { buildConnector } from 'undici';
  export = buildConnector;
}

declare module 'undici/lib/core/errors.js' {
  import { errors } from 'undici';
  export = errors;
}
