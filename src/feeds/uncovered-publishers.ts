/**
 * Whether the keys bring what the rules wait for. A rule that names a publisher which no feed's key covers
 * would wait for ever and look well. Feeds that were not welcomed yet are believed to bring what they ask for.
 */
export interface Want {
  readonly rule: string;
  /** Lower case. */
  readonly publishers: readonly string[];
  /** Names of the feeds that the rule listens to; `undefined` = all. */
  readonly feeds: readonly string[] | undefined;
}

export interface AskingFeed {
  readonly name: string;
  readonly exchanges?: readonly string[] | undefined;
}

export interface Gap {
  readonly publisher: string;
  readonly rules: readonly string[];
}

export class UncoveredPublishers {
  readonly #feeds: readonly AskingFeed[];
  readonly #wants: readonly Want[];
  readonly #allowed = new Map<string, '*' | readonly string[]>();
  /** Publishers that nothing brings, as last reported. */
  #missing = new Set<string>();

  constructor(feeds: readonly AskingFeed[], wants: readonly Want[]) {
    this.#feeds = feeds;
    this.#wants = wants;
  }

  /** The gaps that became known with this welcome. */
  welcomed(feed: string, allowedCex: '*' | readonly string[]): readonly Gap[] {
    this.#allowed.set(feed, allowedCex);
    const rules = new Map<string, string[]>();
    for (const { rule, publishers, feeds } of this.#wants)
      for (const publisher of publishers) {
        const heard = this.#feeds.filter(({ name }) => feeds === undefined || feeds.includes(name));
        if (heard.some((asking) => this.#brings(asking, publisher))) continue;
        rules.set(publisher, [...(rules.get(publisher) ?? []), rule]);
      }
    const before = this.#missing;
    this.#missing = new Set(rules.keys());
    return [...rules]
      .filter(([publisher]) => !before.has(publisher))
      .map(([publisher, names]) => ({ publisher, rules: names }));
  }

  #brings({ name, exchanges }: AskingFeed, publisher: string): boolean {
    const allowed = this.#allowed.get(name) ?? '*';
    return (
      (exchanges === undefined || exchanges.includes(publisher)) &&
      (allowed === '*' || allowed.includes(publisher))
    );
  }
}
