/**
 * The conditions of all rules, each kept once however many rules have it, and evaluated at most once for an announcement. Which rule
 * has which stands in two arrays of numbers: after a silence each thing that is touched is fetched from memory, and twenty rules
 * of the same few conditions touch little more than one does.
 */
import type { FieldTest } from './field-tests.ts';
import type { Subject } from './subject.ts';

export type SharedTest = Pick<FieldTest, 'cost' | 'test'>;

/** The tests of rules, as they are compiled. */
export class TestsByRule {
  readonly places = new Map<SharedTest, number>();
  readonly flat: number[] = [];
  readonly from = [0];

  /** Of the next rule, in the order in which they are evaluated. The same object is the same test. */
  add(tests: readonly SharedTest[]): void {
    for (const test of tests) {
      const place = this.places.get(test) ?? this.places.size;
      this.places.set(test, place);
      this.flat.push(place);
    }
    this.from.push(this.flat.length);
  }
}

export class SharedTests {
  readonly #tests: readonly SharedTest[];
  /** Places in `#tests`, of one rule after the other. */
  readonly #places: Uint32Array;
  /** Where those of a rule begin; after the last rule, where they end. */
  readonly #from: Uint32Array;
  /** Of each test twice the number of the last announcement that it was evaluated for, and 1 more if it held. */
  readonly #answers: Float64Array;
  #nth = 1;

  constructor({ places, flat, from }: TestsByRule) {
    this.#tests = [...places.keys()];
    this.#places = Uint32Array.from(flat);
    this.#from = Uint32Array.from(from);
    this.#answers = new Float64Array(places.size);
  }

  /** Nothing is known of the next announcement, also if it is the same: the rows of tables change. */
  begin(): void {
    this.#nth++;
  }

  /** Whether all tests of a rule hold, for the announcement that has begun. */
  hold(rule: number, subject: Subject): boolean {
    const doesNot = 2 * this.#nth;
    const end = this.#from[rule + 1] ?? 0;
    for (let at = this.#from[rule] ?? 0; at < end; at++) {
      const place = this.#places[at] ?? 0;
      let answer = this.#answers[place] ?? 0;
      if (answer < doesNot) {
        answer = this.#tests[place]?.test(subject) === true ? doesNot + 1 : doesNot;
        this.#answers[place] = answer;
      }
      if (answer === doesNot) return false;
    }
    return true;
  }
}

/** Makes what is the same once: by its key. */
export const sharedByKey = <Value>(): ((key: string, make: () => Value) => Value) => {
  const made = new Map<string, Value>();
  return (key, make) => {
    let value = made.get(key);
    if (value === undefined) {
      value = make();
      made.set(key, value);
    }
    return value;
  };
};
