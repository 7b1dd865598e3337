/** How what belongs to a destination type is recognised, wherever people paste it. */
export interface TypePatterns {
  /** Options that are in the schema of no other type (a test compares them): they tell the type of a destination that names none. */
  readonly keys: readonly string[];
  /** Other words that people write as `type`. */
  readonly aliases: readonly string[];
  /** A secret as the platform makes it, anywhere in a text; with the flag `g`. It is hidden also where the YAML does not parse. */
  readonly secret?: RegExp;
  /** Values of its options as documents show them: nobody's own. */
  readonly shown?: RegExp;
  /** Values that its schema takes where a secret or an id is not set, in commands that send nothing. */
  readonly standIns?: readonly string[];
  /** The beginning of such a secret that everybody may know. */
  readonly publicPart?: RegExp;
  /** In the path of an address; its first group is secret. */
  readonly secretInPath?: RegExp;
}
