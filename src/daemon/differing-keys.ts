import { fingerprint } from '../platform/secret.ts';

/** Keys whose values differ, secrets included; also those that only one of them has. */
export function keysThatDiffer(before: object, after: object): string[] {
  const [earlier, later] = [new Map(Object.entries(before)), new Map(Object.entries(after))];
  return [...new Set([...earlier.keys(), ...later.keys()])].filter(
    (key) => fingerprint(earlier.get(key)) !== fingerprint(later.get(key)),
  );
}
