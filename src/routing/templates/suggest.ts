/** "Did you mean": the nearest known word, if it is near enough that a slip of the keyboard explains it. */
import { distance } from 'fastest-levenshtein';

/** `listing_type` and `ListingType` are both `listingType`, however far apart letter by letter. */
const bare = (word: string) => word.replaceAll(/[_-]/g, '').toLowerCase();

/** ` (did you mean "ticker"?)`, or nothing. */
export function didYouMean(word: string, known: Iterable<string>): string {
  const written = bare(word);
  let nearest: string | undefined;
  let nearestDistance = Math.max(2, Math.floor(written.length / 3)) + 1;
  for (const candidate of known) {
    const candidateDistance = distance(written, bare(candidate));
    if (candidateDistance < nearestDistance && candidateDistance < candidate.length) {
      nearest = candidate;
      nearestDistance = candidateDistance;
    }
  }
  return nearest === undefined ? '' : ` (did you mean "${nearest}"?)`;
}
