/** Hints for the mistakes of one kind: of the first only, since each looks at all that is known, and nobody reads further. */
import { MOST_EXPLAINED } from './first-errors.ts';

type Hint = string | undefined;

export class FirstHints {
  readonly #made = new Map<string, Hint>();

  /** `make` is called once for a mistake, and no more after many of them: then there is none. */
  of(mistake: string, make: () => Hint): Hint {
    if (this.#made.has(mistake)) return this.#made.get(mistake);
    if (this.#made.size >= MOST_EXPLAINED) return undefined;
    const hint = make();
    this.#made.set(mistake, hint);
    return hint;
  }
}
