/** The HTTP side, and the figures that it shows: they are kept from the start, whether or not anybody can ask for them. */
import type { Bus } from '../events/bus.ts';
import type { LaneSet } from '../lane-set.ts';
import { figureNameOf } from '../ops/many.ts';
import { createMetrics } from '../ops/metrics.ts';
import { type Clock, nextTurn } from '../platform/clock.ts';
import type { Log } from '../platform/log.ts';
import { messageOf } from '../platform/message-of.ts';
import type { LatestRedactor } from '../platform/secret.ts';
import { createApp } from '../web/app.ts';
import type { Ops } from '../web/ops.ts';
import type { ServerOptions } from '../web/options.ts';
import { loadPagesLater } from '../web/page/ahead.ts';
import { startServer } from '../web/server.ts';
import type { Operator } from './operator.ts';
import type { RunningConfig } from './running-config.ts';

export interface ServingDeps {
  readonly operator: Operator;
  readonly running: Pick<RunningConfig, 'config'>;
  readonly clock: Clock;
  readonly lanes: Pick<LaneSet, 'report' | 'size'>;
  readonly bus: Bus;
  readonly redactor: Pick<LatestRedactor, 'redactAgain'>;
  readonly version: string;
  readonly log: Log;
}

export interface Serving {
  /** `undefined` with `server: false`. */
  readonly url: string | undefined;
  close(): Promise<void>;
}

/** Throws `ServerError` when the port cannot be had. */
export async function serve(options: ServerOptions | false, deps: ServingDeps): Promise<Serving> {
  const { operator, running, clock, lanes, bus, version, log } = deps;
  const redact = deps.redactor.redactAgain;
  const breathe = () => new Promise<void>(nextTurn);
  const metrics = createMetrics(version, operator.statusInTurns, {
    nameOf: (destination) => {
      const lane = lanes.report(destination);
      return lane === undefined ? destination : figureNameOf(destination, lane.type, lanes.size);
    },
    breathe,
  });
  bus.listen(metrics.listener);
  if (options === false) return { url: undefined, close: () => Promise.resolve() };
  const listen: Ops['listen'] = (listener) => bus.listen(listener);
  const failed = (error: unknown) => log.error({ message: messageOf(error) }, 'http.failed');
  const loginFailed: Ops['loginFailed'] = (login) => bus.publish({ kind: 'login.failed', ...login });
  const access = () => running.config.server || options;
  const server = await startServer(
    options,
    createApp(
      options,
      { ...operator, clock, redact, metrics, listen, failed, loginFailed, breathe },
      { access },
    ),
  );
  const pages = loadPagesLater(clock);
  return {
    url: server.url,
    close() {
      pages.cancel();
      return server.close();
    },
  };
}
