/** Names in a sentence, of which there may be thousands: the first few, and how many more. */

const MOST = 5;

export const listed = (names: readonly string[]): string =>
  names.length <= MOST + 1
    ? names.join(', ')
    : `${names.slice(0, MOST).join(', ')} and ${names.length - MOST} more`;
