/** How much of a file that is no config is explained: nobody reads further, and each explanation looks at the whole file. */

export const MOST_EXPLAINED = 100;

/** An open quote, of which the parser complains at the very end, explains all the others. */
export function firstOf<Fault extends { readonly message: string }>(
  errors: readonly Fault[],
): readonly Fault[] {
  const quote =
    errors.length > MOST_EXPLAINED ? errors.find(({ message }) => /quote/.test(message)) : undefined;
  return [...(quote === undefined ? [] : [quote]), ...errors.slice(0, MOST_EXPLAINED)];
}
