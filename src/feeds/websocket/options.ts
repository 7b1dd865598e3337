/** A source of news behind a WebSocket that this program knows nothing about: where it is, how to greet it, how its frames read. */
import { validateHeaderName, validateHeaderValue } from 'node:http';
import { z } from 'zod';
import { anyConditionOptions } from '../../matching/options.ts';
import { formatDuration } from '../../platform/duration.ts';
import { duration, EVEN_IF_WRONG, secret } from '../../platform/fields.ts';
import { Secret } from '../../platform/secret.ts';
import { commonFeedOptions, feedUrl } from '../common-options.ts';
import { mapOptions } from './map-options.ts';
import { patternFaults } from './only.ts';
import { PATH_HELP, stepsOf } from './path.ts';

/** Headers that belong to the handshake itself (RFC 6455 §4.1). */
const ITS_OWN = /^(?:host|connection|upgrade|sec-websocket-.*|content-length|transfer-encoding)$/i;

/** A text goes out as it is, a tree as JSON. */
export type Message = string | readonly unknown[] | Readonly<Record<string, unknown>>;

const MESSAGE_HELP = 'must be text, or a tree that becomes JSON';

const isMessage = (value: unknown): value is Message =>
  (typeof value === 'string' && value !== '') || (typeof value === 'object' && value !== null);

const message = () => z.custom<Message>(isMessage, MESSAGE_HELP);

const hello = z
  .custom<Message>((value) => isMessage(value) && !(Array.isArray(value) && !value.every(isMessage)), {
    error: `${MESSAGE_HELP}, or a list of those`,
  })
  .transform((all): readonly Message[] => (Array.isArray(all) ? all : [all]));

/** Of a source on the same machine; a real one blocks who asks so often. */
const SHORTEST_PING_MS = 100;

const ping = z
  .union(
    [
      z.literal(false),
      z.strictObject({
        every: duration()
          .refine(
            (everyMs) => everyMs >= SHORTEST_PING_MS,
            'must be at least 100ms: a source blocks who asks more often',
          )
          .default(20_000)
          .describe('how often'),
        send: message()
          .default('protocol')
          .describe(
            'protocol = a ping of the WebSocket protocol; else the text or tree that the source answers',
          ),
      }),
    ],
    { error: 'must be a mapping with every and send, or false' },
  )
  .prefault({});

export const websocketOptions = z
  .strictObject({
    type: z.literal('websocket').describe('a source of your own'),
    ...commonFeedOptions,
    url: feedUrl()
      .transform((value) => new Secret(value))
      .describe('of the source; a key in its query is hidden wherever the bridge shows it'),
    headers: z
      .record(z.string(), secret(), { error: 'must be a mapping: header, then its value' })
      .default({})
      .describe('of the handshake; their values are secret'),
    hello: hello
      .default([])
      .describe(
        'messages to send once connected: a text, a tree that becomes JSON, or a list of those in their order',
      ),
    ping: ping.describe('how to ask whether the connection lives; false = never'),
    silenceTimeout: duration()
      .optional()
      .describe(
        'without a frame, ping or pong for this long, the connection counts as dead; default: two pings and 5s',
      ),
    only: z
      .record(z.string(), anyConditionOptions, {
        error: 'must be a mapping: path of a field, then a condition',
      })
      .default({})
      .describe('which frames are announcements: conditions on fields, all must hold; {} = all frames'),
    map: mapOptions.describe('where the fields of an announcement stand in a frame'),
  })
  .superRefine(({ headers, only, ping, silenceTimeout }, context) => {
    const issue = (path: (string | number)[], text: string) =>
      context.addIssue({ code: 'custom', path, message: text });
    const everyMs = ping === false ? undefined : ping?.every;
    if (everyMs !== undefined && silenceTimeout !== undefined && silenceTimeout <= everyMs)
      issue(
        ['silenceTimeout'],
        `must be longer than \`every\` of \`ping\` (${formatDuration(everyMs)}): a quiet connection would be cut before it is asked`,
      );
    const seen = new Set<string>();
    for (const [name, value] of entriesOf(headers)) {
      const isRepeat = seen.size === seen.add(name.toLowerCase()).size;
      const problem = isRepeat
        ? 'is given twice: upper and lower case are the same'
        : headerProblem(name, value);
      if (problem !== undefined) issue(['headers', name], problem);
    }
    for (const [path, condition] of entriesOf(only)) {
      if (stepsOf(path) === undefined) issue(['only', path], PATH_HELP);
      for (const fault of patternFaults(condition, ['only', path])) issue([...fault.path], fault.message);
    }
  }, EVEN_IF_WRONG)
  .transform((feed) => ({ ...feed, name: feed.name ?? new URL(feed.url.reveal()).hostname }));

/** Of this type, and of the presets, each of which has a `type` of its own. */
export type WebsocketOptions = Omit<z.output<typeof websocketOptions>, 'type'> & { readonly type: string };

const entriesOf = (value: unknown): [string, unknown][] =>
  typeof value === 'object' && value !== null ? Object.entries(value) : [];

/** Never quotes the value: it may be a secret. */
function headerProblem(name: string, value: unknown): string | undefined {
  if (ITS_OWN.test(name)) return 'is a header that the bridge sets itself';
  try {
    validateHeaderName(name);
  } catch {
    return 'is not a valid header name';
  }
  try {
    validateHeaderValue(name, value instanceof Secret ? value.reveal() : '');
    return undefined;
  } catch {
    return 'must be one line of plain ASCII';
  }
}
