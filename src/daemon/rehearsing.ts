/** The rehearsal follows the config: it begins when everything else has begun, and again after each reload. */
import type { Config } from '../config/schema.ts';
import type { Bus } from '../events/bus.ts';
import type { Rehearsal } from '../rehearsal/rehearsal.ts';
import type { SceneTables } from '../rehearsal/scenes.ts';
import type { StageDeps } from '../rehearsal/stage.ts';
import type { RunningConfig } from './running-config.ts';

export interface RehearsingDeps extends Pick<StageDeps, 'deps' | 'random'> {
  /** Absent: it is no node of a cluster. */
  readonly cluster?: { readonly rehearsed: StageDeps['cluster'] } | undefined;
  readonly rehearsal: Rehearsal;
  readonly running: Pick<RunningConfig, 'ready'>;
  readonly bus: Bus;
}

/** `turn`: when it may begin. */
export function rehearseAfter(turn: Promise<void>, { deps, ...rest }: RehearsingDeps): void {
  const { rehearsal, running, bus, random } = rest;
  const cluster = rest.cluster?.rehearsed;
  const rehearse = () => {
    const { router, destinations, config } = running.ready;
    const { rules, feeds, extract } = config;
    const tables = tablesOf(config);
    rehearsal.start({ router, destinations, rules, feeds, extract, deps, random, tables, cluster });
  };
  void turn.then(rehearse);
  bus.listen((event) => {
    if (event.kind === 'config.reloaded') rehearse();
    // Also news of other machines; the own feeds interrupt it themselves, and sooner.
    if (event.kind === 'announcement.received' && !event.announcement.test) rehearsal.interrupt();
  });
}

/** Templates look into tables from files and addresses; a list in the config is more often one of exceptions. */
const tablesOf = ({ liveTables, tableOf }: Pick<Config, 'liveTables' | 'tableOf'>): SceneTables => ({
  tableOf,
  someKey: () => {
    const tables = [...liveTables.values()];
    const outside = tables.filter(({ source }) => source.kind !== 'inline');
    return [...outside, ...tables].find(({ someKey }) => someKey !== undefined)?.someKey;
  },
});
