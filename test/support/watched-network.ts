/** The real network, with every connect counted and its end to be waited for. */
import type { Socket } from 'node:net';
import { buildConnector } from 'undici';
import type { Network } from '../../src/http/pool.ts';
import type { Clock } from '../../src/platform/clock.ts';

export class WatchedNetwork implements Network {
  readonly clock: Clock;
  /** Begun. */
  connects = 0;
  /** Those that came about, in order. */
  readonly sockets: Socket[] = [];
  failures = 0;
  #watchers: (() => void)[] = [];
  readonly #connect: buildConnector.connector;

  constructor(clock: Clock, options: buildConnector.BuildOptions = {}) {
    this.clock = clock;
    this.#connect = buildConnector({ allowH2: false, ...options });
  }

  readonly connector: buildConnector.connector = (options, callback) => {
    this.connects++;
    this.#connect(options, (...made) => {
      callback(...made);
      if (made[0] === null) this.sockets.push(made[1]);
      else this.failures++;
      for (const watcher of this.#watchers.splice(0)) watcher();
    });
  };

  /** Open, as far as this end knows. */
  get open(): readonly Socket[] {
    return this.sockets.filter(({ destroyed }) => !destroyed);
  }

  /** Resolves when so many connects have ended, well or not. */
  async ended(count: number): Promise<void> {
    while (this.sockets.length + this.failures < count)
      await new Promise<void>((resolve) => {
        this.#watchers.push(resolve);
      });
  }
}
