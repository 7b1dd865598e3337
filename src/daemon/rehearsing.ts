/** The rehearsal follows the config: it begins when everything else has begun, and again after each reload. */
import type { Bus } from '../events/bus.ts';
import type { Rehearsal } from '../rehearsal/rehearsal.ts';
import type { StageDeps } from '../rehearsal/stage.ts';
import type { RunningConfig } from './running-config.ts';

export interface RehearsingDeps extends Pick<StageDeps, 'deps' | 'random'> {
  readonly rehearsal: Rehearsal;
  readonly running: Pick<RunningConfig, 'ready'>;
  readonly bus: Bus;
}

/** `turn`: when it may begin. */
export function rehearseAfter(turn: Promise<void>, { deps, ...rest }: RehearsingDeps): void {
  const { rehearsal, running, bus, random } = rest;
  const rehearse = () => {
    const { router, destinations, config } = running.ready;
    const { rules, feeds } = config;
    rehearsal.start({ router, destinations, rules, feeds, deps, random });
  };
  void turn.then(rehearse);
  bus.listen(({ kind }) => {
    if (kind === 'config.reloaded') rehearse();
  });
}
