/** The figures for the end of the demo. Pure. */

import { padCells, wrapCells } from '../platform/cells.ts';
import { paint } from '../platform/paint.ts';

interface Figures {
  failed: number;
  expired: number;
  waited: number;
}

const NAME_CELLS = 10;

export interface Arrived {
  readonly name: string;
  readonly arrived: number;
  readonly wanted: number;
  /** By the receiver, for coming too fast. */
  readonly refused: number;
}

export class DemoTally {
  readonly #figures = new Map<string, Figures>();
  /** The bridge's own times, in ms. */
  readonly #ownMs: number[] = [];
  #announced = 0;
  #repeated = 0;

  announced(): void {
    this.#announced++;
  }

  /** True: it is the first. */
  repeated(): boolean {
    return ++this.#repeated === 1;
  }

  delivered(
    destination: string,
    { bridgeMs, isFirst, hasWaited }: { bridgeMs: number; isFirst: boolean; hasWaited: boolean },
  ): void {
    if (hasWaited) this.#of(destination).waited++;
    // A wait that a receiver demands is not the bridge's own.
    else if (isFirst) this.#ownMs.push(bridgeMs);
  }

  failed(destination: string): void {
    this.#of(destination).failed++;
  }

  expired(destination: string): void {
    this.#of(destination).expired++;
  }

  lines(all: readonly Arrived[], columns: number | undefined): string[] {
    const repeats = `each from two feeds: ${counted(this.#repeated, 'repeat')} dropped`;
    return [
      wrapCells(`${counted(this.#announced, 'announcement')}, ${repeats}`, columns, '  '),
      ...all.map((one) => {
        const room = columns === undefined ? undefined : columns - NAME_CELLS - 2;
        const line = wrapCells(this.#line(one), room, '').replaceAll('\n', `\n${' '.repeat(NAME_CELLS + 2)}`);
        return `  ${paint.name(padCells(one.name, NAME_CELLS))}${line}`;
      }),
      ...this.#ownLines().map((line) => wrapCells(line, columns, '  ')),
      isExact(all)
        ? paint.good('every delivery arrived, once')
        : paint.bad('NOT every delivery arrived exactly once'),
    ];
  }

  #line({ name, arrived, wanted, refused }: Arrived): string {
    const { failed, expired, waited } = this.#of(name);
    const some = (count: number, word: string) => (count > 0 ? [`${count} ${word}`] : []);
    return [
      `${arrived} of ${wanted} arrived`,
      `${refused} refused`,
      ...some(failed, 'tried again'),
      ...some(expired, 'too old, not sent'),
      ...some(waited, 'waited for the rate limit'),
    ].join(' · ');
  }

  #ownLines(): string[] {
    const sorted = this.#ownMs.toSorted((a, b) => a - b);
    const [middle, slowest] = [sorted[Math.floor(sorted.length / 2)], sorted.at(-1)];
    if (middle === undefined || slowest === undefined) return [];
    const figures = `middle ${middle.toFixed(1)} ms, slowest ${slowest.toFixed(1)} ms`;
    return [`the bridge's own time, from frame to request: ${figures}`];
  }

  #of(destination: string): Figures {
    let figures = this.#figures.get(destination);
    if (figures === undefined) {
      figures = { failed: 0, expired: 0, waited: 0 };
      this.#figures.set(destination, figures);
    }
    return figures;
  }
}

/** Each as often as it should. */
export const isExact = (all: readonly Arrived[]): boolean =>
  all.every(({ arrived, wanted }) => arrived === wanted);

const counted = (count: number, noun: string) => `${count} ${noun}${count === 1 ? '' : 's'}`;
