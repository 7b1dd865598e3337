/** The messages that are sent to a source, and the secrets that may stand in them. */
import type { Message, WebsocketOptions } from './options.ts';

export const textOfMessage = (message: Message): string =>
  typeof message === 'string' ? message : JSON.stringify(message);

/** A wordy greeting is no secret; what a source could repeat of one is at least this long. */
const SHORTEST = 8;

/** Whatever could be a secret of this feed: a guess that hides nothing by itself (`echo.ts` asks the redactor). */
export function secretsOf({ url, headers, hello, ping }: WebsocketOptions): readonly string[] {
  const { username, password, searchParams, pathname } = new URL(url.reveal());
  const sent = [...hello, ...(ping === false ? [] : [ping.send])].flatMap(leavesOf);
  const texts = [
    ...[username, password, pathname, ...searchParams.values()],
    ...Object.values(headers).map((value) => value.reveal()),
    ...sent,
  ];
  const words = texts.flatMap((text) => text.split(/[\s/]+/));
  return [...new Set(words.filter((word) => word.length >= SHORTEST))];
}

function leavesOf(value: unknown): readonly string[] {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(leavesOf) : [];
}
