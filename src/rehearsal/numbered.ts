/** Repeats of one title that are told apart by a number in it, at a place where it changes nothing of what is found in the title. */

/** Of so many places, from the end on, one is taken. */
const MOST_PLACES = 100;

/** A number grows with time. */
const TRIED = [1, 1_000_000] as const;

/** `holds`: of a title, what is to stay true of it. At the end where it holds nowhere. Pure. */
export function numbered(title: string, holds: (title: string) => boolean): (nth: number) => string {
  const least = Math.max(0, title.length - MOST_PLACES);
  const atEnd = withNumber(title, title.length);
  if (!holds(title)) return atEnd;
  for (let at = title.length; at >= least; at--) {
    const repeat = withNumber(title, at);
    if (TRIED.every((nth) => holds(repeat(nth)))) return repeat;
  }
  return atEnd;
}

const withNumber = (title: string, at: number) => (nth: number) =>
  `${title.slice(0, at)} ${nth}${title.slice(at)}`;
