/**
 * More of what befalls a cluster: its database in an earlier state, calls that happen long after they were given up, deaths between any two
 * steps of a hand-over, other configs and versions, receivers that refuse everything or ask for silence, mutes.
 */
import type { Tables } from '../../support/cluster/tables.ts';
import { ADDED, CONFIG, CONFIG_AFTER, DROPPED, PLANS } from './config.ts';
import { PATIENCE_MS } from './judge.ts';
import type { SimulatedNode } from './node.ts';
import type { Mood } from './receivers.ts';
import { pick, type TroubleDeps, troubleOf } from './troubles.ts';

export type OtherKind =
  | 'late'
  | 'set back'
  | 'crash'
  | 'config'
  | 'upgrade'
  | 'roles'
  | 'refusing'
  | 'silence'
  | 'mute';

export const OTHER_KINDS: readonly OtherKind[] = [
  ...(['late', 'set back', 'crash', 'config', 'upgrade', 'roles', 'refusing', 'silence', 'mute'] as const),
];

/** Between two times that the database is another one, or in another state. */
const REPLACED_MS = 20_000;

/** One that lacks less of a node is perhaps not recognised by it: a renewal, and its way back. */
const UNSEEN_MS = 1500;

/** A node after the other. */
const TURN_MS = 8000;

/** Steps of all nodes, receivers and the database: so many are in a hand-over with all that follows. */
const MOST_STEPS = 200;

const DESTINATIONS = Object.keys(PLANS);

interface MoreTroubleDeps extends TroubleDeps {
  /** When the database last had a renewal of a life. */
  readonly renewedMs: (life: string) => number;
  readonly wasSetBack: () => void;
  /** The receivers take whatever comes. */
  readonly isSound: boolean;
}

export class MoreTroubles {
  readonly #deps: MoreTroubleDeps;
  readonly #moods = new Map<string, Mood>();
  /** Of the database, each some seconds after the one before. */
  readonly #images: { readonly atMs: number; readonly tables: Tables }[] = [];
  #hasChanged = false;

  /** `plot`: one of its own, so that lives without these troubles are as they were. */
  constructor(deps: MoreTroubleDeps) {
    this.#deps = deps;
  }

  moodOf(destination: string): Mood | undefined {
    return this.#moods.get(destination);
  }

  /** An image of the database, as a backup has one. */
  remember(): void {
    const { universe, model } = this.#deps;
    this.#images.push({ atMs: universe.truthMs, tables: model.tables.copy() });
  }

  befall(kind: OtherKind): void {
    const { plot, nodes, isSound } = this.#deps;
    const node = pick(nodes, plot);
    const forMs = plot() < 0.5 ? plot() * 2000 : plot() * 10_000;
    if (node === undefined) return;
    switch (kind) {
      case 'late':
        return this.#late(node, forMs);
      case 'set back':
        return this.#setBack();
      case 'crash':
        return this.#crash(node, forMs);
      case 'config':
        return this.#configure();
      case 'upgrade':
        return this.#upgrade(forMs);
      case 'refusing':
        // With other failures before it is taken again, the next look is in half an hour.
        return this.#moody(plot() < 0.3 && isSound ? 'destination' : 'unclear', forMs);
      case 'silence':
        return this.#moody({ untilMs: this.#deps.universe.truthMs + forMs }, forMs);
      case 'mute':
        return this.#mute(node, forMs);
    }
  }

  #late({ link, name }: SimulatedNode, forMs: number): void {
    const { plot, universe, past } = this.#deps;
    if (link.fault !== undefined) return;
    link.fault = 'late';
    link.lateMs = 500 + plot() * 9000;
    const from = universe.truthMs;
    // Whatever was asked during it happens later, and is given up later still.
    past.troubles.push({ node: name, what: 'cut late', from, until: from + forMs + 20_000 });
    universe.at(from + forMs, () => {
      link.fault = undefined;
    });
  }

  #setBack(): void {
    const { plot, universe, past, model } = this.#deps;
    const wasReplaced = past.troubles.some(
      ({ what, from }) => what === 'replace' && universe.truthMs - from < REPLACED_MS,
    );
    const { nodes, renewedMs, wasSetBack } = this.#deps;
    const lives = nodes.filter(({ isUp }) => isUp).map(({ life }) => life);
    const old = this.#images.filter(({ atMs }) =>
      lives.every((life) => renewedMs(life) - atMs > UNSEEN_MS || renewedMs(life) < 0),
    );
    const image = pick(old, plot);
    if (wasReplaced || image === undefined) return;
    troubleOf(this.#deps, undefined, 'replace', 6000);
    model.setBack(image.tables.copy());
    wasSetBack();
  }

  /** Between any two steps of a hand-over and a take-over: of the one that gives, or of one that takes. */
  #crash(node: SimulatedNode, forMs: number): void {
    const { plot, universe, nodes } = this.#deps;
    const { cluster } = node;
    void cluster?.node.drain();
    universe.at(universe.truthMs + forMs, () => cluster?.node.undrain());
    const victim = plot() < 0.5 ? node : pick(nodes, plot);
    universe.afterSteps(Math.floor(plot() * MOST_STEPS), () => {
      if (victim === undefined || !victim.isUp) return;
      troubleOf(this.#deps, victim, 'kill', forMs);
      victim.kill();
      this.#startIn(victim, forMs);
    });
  }

  #startIn(node: SimulatedNode, ms: number): void {
    const { universe, start } = this.#deps;
    universe.at(universe.truthMs + ms, () => {
      if (!node.isUp) start(node);
    });
  }

  /** A rule more and a destination less: on one node after the other. */
  #configure(): void {
    const { plot, universe, nodes, past } = this.#deps;
    if (this.#hasChanged) return;
    this.#hasChanged = true;
    let atMs = universe.truthMs;
    past.goneSince.set(DROPPED, atMs);
    for (const node of nodes) {
      universe.at(atMs, () => {
        const follow = () => {
          node.config = CONFIG_AFTER;
          node.reload();
          if (nodes.every(({ config }) => config !== CONFIG)) past.thereSince.set(ADDED, universe.truthMs);
        };
        if (node.process === undefined) follow();
        else node.process.run(follow);
      });
      atMs += plot() * TURN_MS;
    }
  }

  #upgrade(forMs: number): void {
    const { plot, universe, nodes } = this.#deps;
    let atMs = universe.truthMs;
    for (const node of nodes) {
      universe.at(atMs, () => {
        if (node.version !== '1') return;
        node.version = '2';
        if (!node.isUp || node.process?.isStopped) return;
        troubleOf(this.#deps, node, 'end', 2 * PATIENCE_MS);
        void node.leave(PATIENCE_MS).then(() => this.#startIn(node, forMs / 5));
      });
      atMs += 2 * PATIENCE_MS + forMs / 5 + plot() * TURN_MS;
    }
  }

  #moody(mood: Mood, forMs: number): void {
    const { plot, universe } = this.#deps;
    const destination = pick(DESTINATIONS, plot) ?? '';
    if (this.#moods.has(destination)) return;
    this.#moods.set(destination, mood);
    const { past } = this.#deps;
    if (typeof mood === 'string') past.refusing.add(destination);
    universe.at(universe.truthMs + forMs, () => this.#moods.delete(destination));
  }

  #mute(node: SimulatedNode, forMs: number): void {
    const { plot, universe, past } = this.#deps;
    const name = pick(DESTINATIONS, plot) ?? '';
    if (!node.isUp || node.process?.isStopped) return;
    const from = universe.truthMs;
    past.muted.push({ node: node.name, what: name, from, until: from + forMs });
    node.mute([], [{ kind: 'destination', name, reason: undefined, untilMs: node.nowMs() + forMs }]);
    node.cluster?.hear({
      ...{ kind: 'mute.started', mute: 1, muted: '', reason: undefined },
      leftMs: forMs,
    });
  }
}
