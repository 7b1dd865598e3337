/** The three kinds of destination, misbehaving in every way as the dice say, and what they took all the same. */

import type { Random } from '../../src/platform/random.ts';
import type { ScriptedAnswer, StandIn } from '../../src/simulator/stand-in.ts';
import type { StandIns } from '../support/stand-ins.ts';
import { CONFIG } from '../support/stand-ins.ts';

/** Names in `CONFIG`. */
export const DESTINATIONS = ['chat', 'group', 'bot'] as const;
export type DestinationName = (typeof DESTINATIONS)[number];

export const CONCURRENCY: Readonly<Record<DestinationName, number>> = { chat: 1, group: 1, bot: 4 };

/** Quick to give up and to try again, so that much happens in little time. */
export const CHAOS_CONFIG = CONFIG.replaceAll('timeout: 1m', 'timeout: 300ms')
  .replaceAll('rateLimit: {', 'retry: { minDelay: 50ms, maxDelay: 200ms }, rateLimit: {')
  .replace(
    'retry: { minDelay: 50ms, maxDelay: 200ms } }',
    `concurrency: ${CONCURRENCY.bot}, maxAge: 6h, retry: { minDelay: 50ms, maxDelay: 200ms } }`,
  )
  .replace('{ name: one,', '{ name: one, silenceTimeout: 2s, selfTest: false,')
  // Each announcement has its line, also in a burst.
  .replace('log: { format: json }', 'log: { format: json, level: debug }');

/** The treatment of a request, with its frequency; the others are accepted as usual. */
const FAULTS: readonly (readonly [number, ScriptedAnswer])[] = [
  [0.15, { status: 503 }],
  [
    0.05,
    {
      status: 429,
      headers: { 'retry-after': '0' },
      body: { retry_after: 0, parameters: { retry_after: 0 } },
    },
  ],
  [0.05, { reset: true }],
  [0.05, { reset: true, accept: true }],
  [0.03, { stall: 'answer', accept: true }],
  [0.03, { stall: 'answer' }],
];

/** It may have been taken although the bridge saw no answer. */
const isAmbiguous = (fault: ScriptedAnswer) => fault.accept === true;

const WORD = /chaos\d+/;

export class Receivers {
  readonly #all: Readonly<Record<DestinationName, StandIn<unknown>>>;
  readonly #random: Random;
  readonly #ambiguous: Record<DestinationName, number> = { chat: 0, group: 0, bot: 0 };

  constructor({ discord, telegram, bot }: StandIns, random: Random) {
    this.#all = { chat: discord, group: telegram, bot };
    this.#random = random;
  }

  /** Enough faults for the next moments. */
  misbehave(): void {
    for (const name of DESTINATIONS) {
      const { faults } = this.#all[name];
      while (faults.length < 200) {
        const fault = this.#draw();
        if (isAmbiguous(fault)) this.#ambiguous[name]++;
        faults.push(fault);
      }
    }
  }

  behave(): void {
    for (const name of DESTINATIONS) {
      const { faults } = this.#all[name];
      this.#ambiguous[name] -= faults.filter(isAmbiguous).length;
      faults.length = 0;
    }
  }

  /** Requests whose answer was lost after they were taken. */
  ambiguous(name: DestinationName): number {
    return this.#ambiguous[name];
  }

  /** How often each announcement was taken. */
  taken(name: DestinationName): Map<string, number> {
    const counts = new Map<string, number>();
    for (const item of this.#all[name].received) {
      const word = WORD.exec(JSON.stringify(item))?.[0] ?? 'something else';
      counts.set(word, (counts.get(word) ?? 0) + 1);
    }
    return counts;
  }

  repeats(name: DestinationName): number {
    const taken = this.taken(name);
    return this.#all[name].received.length - taken.size;
  }

  #draw(): ScriptedAnswer {
    let draw = this.#random();
    for (const [share, fault] of FAULTS) {
      draw -= share;
      if (draw < 0) return fault;
    }
    return { delayMs: 1 };
  }
}
