/**
 * Whose turn it is: A B, B A, A B … What becomes slower with time (a machine that warms up, a store that grows, a
 * neighbour that wakes) meets every subject as often first as last. Pure.
 */
export const inTurn = <Value>(subjects: readonly Value[], round: number): readonly Value[] =>
  round % 2 === 0 ? subjects : subjects.toReversed();

/** Every order of them: in all of these together, each comes as often behind each other one. Pure. */
export function everyOrder<Value>(subjects: readonly Value[]): readonly (readonly Value[])[] {
  if (subjects.length === 0) return [[]];
  return subjects.flatMap((first, place) =>
    everyOrder(subjects.toSpliced(place, 1)).map((others) => [first, ...others]),
  );
}
