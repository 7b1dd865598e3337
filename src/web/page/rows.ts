/** The parts of the overview that come alone, too (`fragments.ts`): loaded together, with the first of them. */
export { destinationRow } from './destinations.ts';
export { feedRow } from './feeds.ts';
export { newsRow } from './news-row.ts';
export { verdict } from './overview.ts';
export { knownBy } from './page-answer.ts';
