/** Where a reader is sent: the exchange's own announcement page. Never a link that untrusted text could choose freely. */
import type { Announcement } from '../announcement.ts';

const PAGES: ReadonlyMap<string, string> = new Map([
  ['binance', 'https://www.binance.com/en/support/announcement'],
  ['upbit', 'https://upbit.com/service_center/notice'],
  ['bithumb', 'https://feed.bithumb.com/notice'],
]);

/** Discord refuses longer ones in embeds, and browsers begin to differ. */
const LONGEST_URL = 2048;

/** The page of a known exchange; else a link that the feed brought; else none. */
export function exchangePage({ publisher, extra }: Announcement): string | undefined {
  return PAGES.get(publisher) ?? safeUrl(extra['url']) ?? safeUrl(extra['link']);
}

/**
 * An https URL without a user name (`https://binance.com@elsewhere`), in which every character that could
 * end an HTML attribute or a Markdown link, or begin markup, is percent-encoded.
 */
export function safeUrl(value: unknown): string | undefined {
  if (typeof value !== 'string' || !URL.canParse(value)) return undefined;
  const { protocol, username, password, origin, href } = new URL(value);
  if (protocol !== 'https:' || username !== '' || password !== '') return undefined;
  const safe = origin + href.slice(origin.length).replaceAll(/[()[\]{}<>|\\^`~*'"]/g, percentEncoded);
  return safe.length > LONGEST_URL ? undefined : safe;
}

const percentEncoded = (char: string) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`;
