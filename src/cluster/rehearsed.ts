/**
 * The way of news through the database, for the rehearsal: it leaves this node as news that is read here does, comes back as that of
 * others does, and is taken in by the pipeline of the stage. A lane of the stage has a tenure, as every lane of a node has.
 */

import type { Announcement } from '../announcement.ts';
import { newsOf } from '../delivery/content.ts';
import { Tenure } from '../delivery/tenure.ts';
import { newsFrom, type Reading, tickersOf } from '../feeds/news.ts';
import type { ClusterSeam, Pipeline } from '../pipeline.ts';
import type { Clock } from '../platform/clock.ts';
import { Arrivals } from './arrivals.ts';
import { Known } from './known.ts';
import type { ToldRow } from './shared.ts';
import { toldOf } from './told.ts';

/** Of the announcements of a rehearsal one in so many comes through the database, of the first ones every second: each is a transaction there. */
const ONE_IN = { first: 2, later: 8 } as const;
const FIRST = 100;

/** After one that did not come back nothing goes there for so long. */
const TROUBLE_MS = 30_000;

export interface RehearsedLogDeps {
  /** Of the stage. */
  readonly pipeline: Pick<Pipeline, 'intake' | 'lanes' | 'ids' | 'dedupe'>;
  /** The announcement that was sent last does not come. */
  readonly failed: () => void;
}

/** To the database and back, to nobody else. `heard`: called once; with nothing where it does not come back. */
export type Echo = (row: ToldRow, heard: (row: ToldRow | undefined) => void) => void;

export interface RehearsedCluster {
  readonly seam: ClusterSeam;
  log(deps: RehearsedLogDeps): RehearsedLog;
}

export const rehearsedCluster = (clock: Clock, node: string, echo: Echo): RehearsedCluster => ({
  seam: openSeam(clock),
  log: (deps) => new RehearsedLog(clock, node, echo, deps),
});

/** Holds everything, for ever. */
function openSeam(clock: Clock): ClusterSeam {
  const tenure = new Tenure(clock, {
    areNeeded: ({ onAmbiguous }) => onAmbiguous === 'drop',
    claim: async () => ({ takeBack: silent }),
  });
  tenure.untilMs = Number.POSITIVE_INFINITY;
  tenure.isOpen = true;
  return seamOf(tenure);
}

/** All destinations have that tenure, and nobody hears or knows of anything. */
export const seamOf = (tenure: Tenure): ClusterSeam => ({
  of: () => tenure,
  pools: (pools) => pools,
  paused: silent,
  learnt: silent,
  read: silent,
  known: silent,
});

const silent = () => undefined;

/** As a feed of the stage. */
export class RehearsedLog {
  readonly #clock: Clock;
  readonly #node: string;
  readonly #echo: Echo;
  readonly #deps: RehearsedLogDeps;
  #arrivals: Arrivals;
  #offered = 0;
  #notBeforeMs = Number.NEGATIVE_INFINITY;

  constructor(clock: Clock, node: string, echo: Echo, deps: RehearsedLogDeps) {
    this.#clock = clock;
    this.#node = node;
    this.#echo = echo;
    this.#deps = deps;
    this.#arrivals = this.#anew();
  }

  #anew(): Arrivals {
    const { pipeline } = this.#deps;
    return new Arrivals({ pipeline, clock: this.#clock, known: new Known(), node: this.#node });
  }

  /** False: it is not its turn. */
  send(reading: Reading): boolean {
    const nowMs = this.#clock.monotonicMs();
    const oneIn = this.#offered < FIRST ? ONE_IN.first : ONE_IN.later;
    if (this.#offered++ % oneIn !== 0 || nowMs < this.#notBeforeMs) return false;
    const announcement = this.#announcementOf(reading, nowMs);
    this.#echo(toldOf(announcement.id, newsOf(announcement), this.#node, nowMs), (row) => this.#heard(row));
    return true;
  }

  #heard(row: ToldRow | undefined): void {
    if (row !== undefined) return void this.#arrivals.learn(row, false);
    this.#notBeforeMs = this.#clock.monotonicMs() + TROUBLE_MS;
    this.#deps.failed();
  }

  #announcementOf(reading: Reading, receivedMs: number): Announcement {
    const receipt = {
      feed: 'rehearsal',
      receivedTimestampUs: this.#clock.wallUs(),
      receivedMs,
      ageAtReceiptMs: 0,
    };
    return {
      ...newsFrom(reading, receipt, tickersOf(reading.ticker), false),
      id: this.#deps.pipeline.ids(receivedMs),
    };
  }

  clear(): void {
    this.#arrivals = this.#anew();
  }
}
