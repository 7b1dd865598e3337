/** The parts of a title that conditions see, for people: the same readers that rules and templates use. */
import type { Announcement } from '../announcement.ts';
import type { Extracts } from '../matching/extract.ts';
import { subjectOf } from './subject.ts';

export interface TitleFacts {
  /** The quote markets, in capitals. */
  readonly markets: readonly string[];
  /** The words by which it is an edit or a follow-up; `null`: an original. */
  readonly update: string | null;
  /** Of each `extract` of the config; `null`: nothing found. */
  readonly extract: Readonly<Record<string, string | null>>;
}

export function titleFacts(announcement: Announcement, extracts: Extracts): TitleFacts {
  const subject = subjectOf(announcement);
  return {
    markets: subject.markets.all.map(({ raw }) => raw),
    update: subject.updateMark ?? null,
    extract: Object.fromEntries(
      Array.from(extracts, ([name, extract]) => [name, extract.valueIn(subject.title) ?? null]),
    ),
  };
}
