/** https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks/ and their formatting of text. */
import { SlidingWindow, takeAll } from '../../../../src/simulator/rate-windows.ts';
import type { StandInRequest } from '../../../../src/simulator/stand-in.ts';
import { type Fields, isText, Refusal, startTarget, type Target } from './target.ts';

const LONGEST_TEXT = 40_000;

/** `<…>` is a command of Slack: a ping, a channel, a link. */
const COMMAND = /<([^<>]*)>/g;

/** Stricter than Slack: one that is not closed counts, too. */
export const pingsIn = (text: string): readonly string[] =>
  [...text.matchAll(/<[!@#][^<>]*/g)].map(([command]) => command);

/** As people see it. */
export const shownIn = (text: string): string =>
  text
    .replaceAll(COMMAND, (_whole, command: string) => command.split('|').at(-1) ?? '')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&');

export function startSlack(path: string): Promise<Target> {
  const second = new SlidingWindow(1, 1000);
  const understand = (body: Fields, { headers, atMs }: StandInRequest) => {
    if (takeAll([second], atMs) > 0) throw new Refusal(429, 'rate_limited', { 'retry-after': '1' });
    if (!/^application\/json\b/.test(headers['content-type'] ?? ''))
      throw new Refusal(400, 'invalid_payload');
    const { text } = body;
    if (!isText(text)) throw new Refusal(400, 'no_text');
    if (text.length > LONGEST_TEXT) throw new Refusal(400, 'invalid_payload');
    return { taken: shownIn(text), answer: 'ok' };
  };
  return startTarget('Slack', path, understand, new Refusal(404, 'no_service'));
}
