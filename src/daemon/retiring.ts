/** The destinations that a reload has removed, while what they have on the wire ends. */
export class Retiring {
  readonly #byName = new Map<string, Promise<unknown>>();

  get names(): readonly string[] {
    return [...this.#byName.keys()];
  }

  /** They are here until `ended`. */
  async add(names: readonly string[], ended: Promise<unknown>): Promise<void> {
    for (const name of names) this.#byName.set(name, ended);
    try {
      await ended;
    } finally {
      for (const name of names) this.#byName.delete(name);
    }
  }

  /** Resolves when none of these is here; `undefined`: none is. */
  endOf(names: readonly string[]): Promise<unknown> | undefined {
    const ends = names.flatMap((name) => this.#byName.get(name) ?? []);
    return ends.length === 0 ? undefined : Promise.allSettled(ends);
  }
}
