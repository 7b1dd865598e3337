/**
 * The state that the nodes of a cluster share, as a node needs it: who is there, who holds which partition, what was announced, and
 * what has ended. `postgres/` keeps it in a database; a model in memory, for the simulation, is held to the same tests.
 *
 * No time of one machine's clock goes to another. Everything is stamped by the database; the answers have an
 * age or a rest in ms, as of the moment of the answer.
 */

/** A destination belongs to one of so many partitions, by what shares a limit with it. Never changed: nodes of two versions must agree. */
export const PARTITIONS = 256;

/** A lease holds so long after it was renewed. */
export const LEASE_MS = 4000;

/** A node renews what it holds so often. */
export const RENEW_MS = 1000;

/**
 * The log, the ends and the errands are there for as long as the node that needs them longest says (`NodeCard.needsMs`), and for so long at most where
 * one says nothing; in all for twice as long.
 */
export const KEPT_MS = 24 * 60 * 60 * 1000;

/** A call that a lease or a send waits for ends within that: `renew`, `claim`, `release`, `leave`, `begin`. */
export const QUICK_MS = 2000;

/** Every other call. */
export const BULK_MS = 10_000;

/**
 * The numbers of the claims of one life, from a multiple of it on. Another life of the node has others: in a database that was replaced or set
 * back the same epoch comes again.
 */
export const CLAIMS_OF_A_LIFE = 2 ** 22;

export interface NodeCard {
  readonly node: string;
  /** New for each process: two with one name are seen. */
  readonly life: string;
  readonly version: string;
  /** Of what decides deliveries: nodes that differ in it claim before they send. */
  readonly digest: string;
  readonly reads: boolean;
  readonly delivers: boolean;
  /** It hands over what it has and takes nothing. */
  readonly drains: boolean;
  /** Where other nodes reach its HTTP side; absent: nowhere. */
  readonly address?: string;
  /** How long it needs the log and the ends (`spanOf`); absent: `KEPT_MS`. */
  readonly needsMs?: number;
  /** Its feeds, for people (`feedOnCard`). */
  readonly feeds: readonly string[];
}

export interface Member extends NodeCard {
  /** Until it counts as gone, in ms; negative: it is gone. */
  readonly restMs: number;
}

export interface Lease {
  readonly partition: number;
  /** `undefined`: given back, or never taken. */
  readonly node: string | undefined;
  readonly life: string | undefined;
  /** Rises with each new holder. */
  readonly epoch: number;
  /** Until it ends, in ms; negative: it has ended. Without a holder: of no meaning. */
  readonly restMs: number;
}

/** All that one renewal brings. */
export interface View {
  /** Names the database: another one knows nothing of what this one knew. */
  readonly cluster: string;
  readonly members: readonly Member[];
  /** All partitions. */
  readonly leases: readonly Lease[];
  /** Of the last announcement in the log. */
  readonly seq: number;
  /** Rises with each change of `facts`. */
  readonly factsVersion: number;
  /** The highest of this life before this renewal, as far as it is in the database; `undefined`: that does not know this life. */
  readonly beat: number | undefined;
}

/** One delivery that an announcement leads to, as the node decided that admitted it. */
export interface PlannedDelivery {
  readonly id: string;
  readonly destination: string;
  readonly partition: number;
  readonly rule: string;
  readonly template?: string;
  readonly ticker?: string;
  /** It ends so long after it was received; absent: never. Counted from the receipt. */
  readonly lifeMs?: number;
  /** By a node that was the only one that could send it; absent: others may have. */
  readonly fate?: Fate;
}

/** `ended`: nobody sends it. `begun`: it may have arrived. `open`: it has not left. */
export type Fate = 'ended' | 'begun' | 'open';

/** News, or an alert of the bridge, with all its deliveries. */
export interface LogEntry {
  /** Of its occurrence (`occurrenceOf`); one of a kind. */
  readonly key: string;
  /** As `identityOf` says; two with the same within `windowMs` are one. Absent: like nothing else. */
  readonly identity?: string;
  readonly windowMs: number;
  readonly node: string;
  /** Since it was received here. */
  readonly ageMs: number;
  /** `Content` as JSON. */
  readonly body: string;
  readonly importance: number;
  /** From the past of a node that this database does not know: nobody knows what was sent of it. */
  readonly isLate: boolean;
  readonly plan: readonly PlannedDelivery[];
}

export interface LogRow extends Omit<LogEntry, 'windowMs' | 'identity'> {
  /** From 1. Rises without gaps, and in the order in which rows can be seen: none appears below one that was read. */
  readonly seq: number;
}

/** News as others hear of it before it is in the log: each makes a plan of its own. */
export type ToldRow = Omit<LogRow, 'seq' | 'plan'>;

/** A row as it comes with a hint; without its plan where that is too large. */
export type HintedRow = Omit<LogRow, 'plan'> & Partial<Pick<LogRow, 'plan'>>;

/** `begun`: claimed, and it may have left. `free`: the claim is taken back, since it did not arrive; whoever holds it may claim it. */
export type SharedState = 'begun' | 'free' | 'delivered' | 'dead' | 'expired' | 'skipped';

export interface SharedEnd {
  readonly id: string;
  /** `key` of its announcement. */
  readonly key: string;
  readonly partition: number;
  readonly destination: string;
  readonly rule: string;
  readonly ticker?: string;
  readonly node: string;
  readonly epoch: number;
  readonly state: SharedState;
  /** Number of the claim, of `begun` and `free`: rises with each of one holder. Absent: of no claim. */
  readonly claim?: number;
  readonly reason?: string;
  readonly attempts: number;
  /** Since it ended; since the last request was written, in `writtenAgeMs`. */
  readonly ageMs: number;
  readonly writtenAgeMs?: number;
}

/** A claim. */
export interface Beginning extends SharedEnd {
  readonly claim: number;
  /** Also what an earlier holder of the partition has begun: a second copy does no harm. */
  readonly isRepeatable: boolean;
  /** Also what has ended: a person wants it sent again. */
  readonly isByHand: boolean;
}

/** Everything that a new holder of partitions has to know. */
export interface Inheritance {
  /** Received within `spanMs`, with at least one delivery in these partitions, and of the plan only these; oldest first. */
  readonly log: readonly LogRow[];
  /** Of these partitions, begun or ended within `spanMs`; oldest first. */
  readonly ends: readonly SharedEnd[];
}

/** Something that holds for all nodes: a pause of a budget, a suspension, a learnt value, a mute. The last value of a key stays. */
export interface Fact {
  readonly kind: string;
  readonly key: string;
  /** `undefined`: no longer. */
  readonly value: string | undefined;
  /** It ends by itself after that, and never later, also when the clock of the database is set back; absent: never. */
  readonly restMs?: number;
}

/** A question of a person to another node, or its answer. */
export interface Errand {
  /** Of whoever sends it: the same is there once, however often it comes. */
  readonly key: string;
  readonly kind: string;
  /** The life that it is for: a later one of that name never gets it. */
  readonly to: string;
  readonly body: string;
  readonly ageMs: number;
}

/** Something may be new. A hint can be lost, and `renew` says the same. */
export type Hint =
  /** A node has just read it and is about to append it: as from a feed, and perhaps never in the log. Only what is small. */
  | { readonly kind: 'news'; readonly row: ToldRow }
  /** `row`: where it was small enough to come with the hint. */
  | { readonly kind: 'log'; readonly seq: number; readonly row?: HintedRow }
  | { readonly kind: 'leases' }
  | { readonly kind: 'facts' }
  /** `to`: absent, for anybody. */
  | { readonly kind: 'errands'; readonly to?: string };

/**
 * Every call may fail (`SharedError`) and may have happened all the same: all of them can be repeated. Each ends within
 * `QUICK_MS` or `BULK_MS`, at the latest.
 */
export interface Shared {
  /**
   * Stamps the node, extends what it holds under this life, also what was over and nobody has taken, and shows everything.
   * The leases of another life of this name are not extended. `beat`: rises with each renewal of this life; absent: it is not counted.
   */
  renew(card: NodeCard, beat?: number): Promise<View>;
  /**
   * Takes those that are free, given back, or over, and extends as `renew` does; gives the epochs of those that are this
   * life's now, also of those that were before.
   */
  claim(card: NodeCard, partitions: readonly number[]): Promise<ReadonlyMap<number, number>>;
  /**
   * Free at once, and others get a hint. `epochs`: by partition; under another one it is not given back, since this may come late,
   * after it was taken again.
   */
  release(card: NodeCard, epochs: ReadonlyMap<number, number>): Promise<void>;
  /** The node is gone, with all that it holds. */
  leave(card: NodeCard): Promise<void>;
  /** News, before it is in the log: everybody who listens has it at once as a hint, or never. Waits for nothing, and never throws. */
  tell(rows: readonly ToldRow[]): void;
  /**
   * Those that are there already, by key or by identity, are left as they are; the entries may name each other so, too.
   * In one transaction; gives the rows' numbers in the order of `entries`.
   */
  append(entries: readonly LogEntry[]): Promise<readonly number[]>;
  /** After that row, by number; at most `limit`. */
  readAfter(seq: number, limit: number): Promise<readonly LogRow[]>;
  inherit(partitions: readonly number[], spanMs: number): Promise<Inheritance>;
  /**
   * An end that is there already stays; a claim becomes an end. `free` takes back the claim of that number, and no other: it may
   * come late. Of one id twice in a call, the first end counts, and without an end the last.
   */
  settle(ends: readonly SharedEnd[]): Promise<void>;
  /**
   * As `begun`; gives the ids that are this node's: it holds the partition in this epoch, nobody else has begun them, and nobody has
   * ended them. A claim that was taken back stays so, and one that comes late does not replace a later one.
   */
  begin(ends: readonly Beginning[]): Promise<ReadonlySet<string>>;
  remember(facts: readonly Fact[]): Promise<void>;
  facts(): Promise<readonly Fact[]>;
  ask(errands: readonly Omit<Errand, 'ageMs'>[]): Promise<void>;
  /** Takes the errands for a life, oldest first: each is given once, also if the answer is lost. */
  takeErrands(life: string): Promise<readonly Errand[]>;
  /** Also those that are gone, for a while. Only looks: no node is stamped. */
  members(): Promise<readonly Member[]>;
  /** Until `stop`. `lost`: hints come from now on, or again; what was before may have been missed. */
  listen(hint: (hint: Hint) => void, lost: () => void): { stop(): Promise<void> };
  close(): Promise<void>;
}

/** `kind`: `unreachable` (no answer, refused, cut, out of disk or connections), `refused` (it answers: credentials, rights, database), `unfit` (old server, read-only, pooler, newer schema). */
export class SharedError extends Error {
  override readonly name = 'SharedError';
  readonly kind: 'unreachable' | 'refused' | 'unfit';
  /** The next step, for a person. */
  readonly advice: string;

  constructor(kind: SharedError['kind'], message: string, advice: string, cause?: unknown) {
    super(message, { cause });
    this.kind = kind;
    this.advice = advice;
  }

  /** The message without its code, and the code. */
  get parts(): readonly [sentence: string, code: string] {
    const [, sentence = this.message, code = this.kind] = /^(.*) \[(\w+)\]$/s.exec(this.message) ?? [];
    return [sentence, code];
  }
}
