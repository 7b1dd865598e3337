/**
 * Questions to other nodes, and their answers, through the database: whatever a person wants to know or to do on one node concerns all
 * of them. A node that does not answer in time is named; a question that it finds later is left undone.
 */
import { type Clock, wait } from '../platform/clock.ts';
import { messageOf } from '../platform/message-of.ts';
import { type Errand, type Member, type Shared, SharedError } from './shared.ts';
import { textOf, valueIn } from './wire.ts';

/** A person waits for that at most. */
export const ANSWER_MS = 3000;

/** In UTF-16 units: a page of the largest announcements is far less. */
const LARGEST_ANSWER = 16_000_000;

/** Between two looks for answers; hints are faster, where somebody listens. */
const LOOK_MS = 25;

/** The work of a node for others. Rejects with a sentence. */
export type Attend = (kind: string, args: readonly unknown[]) => Promise<unknown>;

export interface AskingDeps {
  readonly shared: Pick<Shared, 'ask' | 'takeErrands'>;
  readonly clock: Clock;
  /** Of this one, or of a command; new for each process. */
  readonly life: string;
  /** Absent: it is asked nothing. */
  readonly attend?: Attend;
}

/** `problem`: a sentence, without a full stop. */
export type Reply = { readonly value: unknown } | { readonly problem: string };

interface Envelope {
  readonly from: string;
  /** Monotonic ms, when it was written. */
  readonly atMs: number;
  /** As `textOf` writes it. */
  readonly content: string;
}

export class Asking {
  readonly #deps: AskingDeps;
  /** By key of the question. */
  readonly #open = new Map<string, (reply: Reply) => void>();
  #asked = 0;
  #isTaking = false;
  #isAgain = false;
  #isLooking = false;

  constructor(deps: AskingDeps) {
    this.#deps = deps;
  }

  /** A reply of each, by the name of the node; none rejects, and each comes within `ANSWER_MS`. */
  async ask(
    members: readonly Pick<Member, 'node' | 'life'>[],
    kind: string,
    args: readonly unknown[],
  ): Promise<ReadonlyMap<string, Reply>> {
    const { shared, clock, life } = this.#deps;
    if (members.length === 0) return new Map();
    const id = ++this.#asked;
    const body = this.#envelope(args);
    const keyOf = (of: string) => `${life}.${id}.${of}`;
    const replies = members.map(({ life: of }) => {
      const { promise, resolve } = Promise.withResolvers<Reply>();
      this.#open.set(keyOf(of), resolve);
      return promise;
    });
    const over = new AbortController();
    const silence = wait(clock, ANSWER_MS, over.signal).then(() =>
      this.#close(members.map((one) => keyOf(one.life))),
    );
    try {
      await shared.ask(members.map((one) => ({ key: keyOf(one.life), kind, to: one.life, body })));
      void this.#look();
      const all = await Promise.all(replies);
      return new Map(members.map(({ node }, at) => [node, all[at] ?? SILENT]));
    } catch (error) {
      if (!(error instanceof SharedError)) throw error;
      const reply: Reply = { problem: error.message };
      return new Map(members.map(({ node }) => [node, reply]));
    } finally {
      over.abort();
      void silence;
      for (const { life: of } of members) this.#open.delete(keyOf(of));
    }
  }

  /** Something for this life may be there. Never rejects. */
  async take(): Promise<void> {
    if (this.#isTaking) {
      this.#isAgain = true;
      return;
    }
    this.#isTaking = true;
    try {
      do {
        this.#isAgain = false;
        for (const errand of await this.#deps.shared.takeErrands(this.#deps.life)) this.#receive(errand);
      } while (this.#isAgain);
    } catch (error) {
      // Whoever waits hears that no answer has come.
      if (!(error instanceof SharedError)) throw error;
    } finally {
      this.#isTaking = false;
    }
  }

  /** While answers are awaited. */
  async #look(): Promise<void> {
    if (this.#isLooking) return;
    this.#isLooking = true;
    while (this.#open.size > 0) {
      await this.take();
      await wait(this.#deps.clock, LOOK_MS);
    }
    this.#isLooking = false;
  }

  #close(keys: readonly string[]): void {
    for (const key of keys) this.#open.get(key)?.(SILENT);
  }

  #receive(errand: Errand): void {
    const { kind, key, body, ageMs } = errand;
    const { from, atMs, content } = JSON.parse(body) as Envelope;
    const value = valueIn(content, this.#deps.clock.monotonicMs() - ageMs - atMs);
    if (kind === ANSWER) this.#open.get(key.slice(0, -ANSWER.length - 1))?.(value as Reply);
    // Nobody waits for the answer any more: what was to be done would come as a surprise.
    else if (ageMs < ANSWER_MS) void this.#attend(kind, value as readonly unknown[], { key, from });
  }

  async #attend(kind: string, args: readonly unknown[], asked: { key: string; from: string }): Promise<void> {
    const { shared, attend } = this.#deps;
    if (attend === undefined) return;
    let reply: Reply;
    try {
      reply = { value: await attend(kind, args) };
    } catch (error) {
      reply = { problem: messageOf(error) };
    }
    let body = this.#envelope(reply);
    if (body.length > LARGEST_ANSWER) body = this.#envelope({ problem: 'its answer is too large' });
    // An answer that is lost is missing at the node that asked.
    await shared
      .ask([{ key: `${asked.key}.${ANSWER}`, kind: ANSWER, to: asked.from, body }])
      .catch((error: unknown) => {
        if (!(error instanceof SharedError)) throw error;
      });
  }

  #envelope(content: unknown): string {
    const { life, clock } = this.#deps;
    const envelope: Envelope = { from: life, atMs: clock.monotonicMs(), content: textOf(content) };
    return JSON.stringify(envelope);
  }
}

const ANSWER = 'answer';

const SILENT: Reply = { problem: `no answer within ${ANSWER_MS / 1000} s` };
