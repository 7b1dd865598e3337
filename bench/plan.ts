/** Which scenarios a run has, and in which order. */
import { burst } from './scenarios/burst.ts';
import { causes } from './scenarios/causes.ts';
import { cluster } from './scenarios/cluster.ts';
import { clusterWidth } from './scenarios/cluster-width.ts';
import { curve } from './scenarios/curve.ts';
import { distance } from './scenarios/distance.ts';
import { fanout } from './scenarios/fanout.ts';
import { features } from './scenarios/features.ts';
import { listing } from './scenarios/listing.ts';
import { million, millionWide } from './scenarios/million.ts';
import { peersCold, peersSteady } from './scenarios/peers.ts';
import { rehearsal } from './scenarios/rehearsal.ts';
import { rules } from './scenarios/rules.ts';
import type { Scenario } from './scenarios/scenario.ts';
import { silence } from './scenarios/silence.ts';
import { start } from './scenarios/start.ts';
import { steady } from './scenarios/steady.ts';
import { store } from './scenarios/store.ts';
import { tables } from './scenarios/tables.ts';
import { tail } from './scenarios/tail.ts';
import { viewers } from './scenarios/viewers.ts';
import { width } from './scenarios/width.ts';
import { widthTenThousand } from './scenarios/width-ten-thousand.ts';

export interface Wanted {
  /** Names; empty: those that the other flags want. */
  readonly only: readonly string[];
  readonly all: boolean;
  readonly peers: boolean;
}

/** While these run, the machine is silent enough for the longest silence of the curve. */
const BESIDE_CURVE = [silence, distance];
const TARGETS = [...BESIDE_CURVE, steady, fanout, burst, start, width, widthTenThousand, tail];
/** Met for long, and far from their limits: they guard. */
const GUARDS = [rules, store, listing, million, millionWide, viewers];
const PEERS = [peersCold, peersSteady];
/** They need a PostgreSQL. */
const CLUSTER = [cluster, clusterWidth];
/** They answer no target. */
const ASIDES = [causes, rehearsal, tables, features];

/** `run` runs one beside another. Throws when a name is not known. */
export function planOf({ only, all, peers }: Wanted, run: (scenario: Scenario) => Promise<void>): Scenario[] {
  const others = [...TARGETS, ...GUARDS, ...CLUSTER, ...PEERS, ...ASIDES];
  const curveAlone = curve(() => Promise.resolve());
  const known = [curveAlone, ...others].map(({ name }) => name);
  if (only.some((name) => !known.includes(name))) throw new Error(`--only knows ${known.join(', ')}`);
  const isWanted = ({ name }: Scenario) => only.includes(name);
  const byFlags = peers ? PEERS : all ? [...TARGETS, ...GUARDS] : TARGETS;
  const wanted = only.length > 0 ? others.filter(isWanted) : byFlags;
  if (only.length > 0 ? !isWanted(curveAlone) : peers || !all) return wanted;
  const beside = BESIDE_CURVE.filter((scenario) => wanted.includes(scenario));
  const cold = curve(async () => {
    for (const scenario of beside) await run(scenario);
  });
  return [cold, ...wanted.filter((scenario) => !beside.includes(scenario))];
}
