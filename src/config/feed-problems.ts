/** Problems with the type of a feed, and keys of one type in a feed of another. */
import { FEED_TYPES, feedFields, feedTypeNamed } from '../feeds/index.ts';
import { nearest } from '../platform/suggest.ts';
import type { Located } from './located.ts';
import type { Finding, Path } from './problem.ts';

/** `value`: the `type` as it is written. */
export function feedTypeProblem(path: Path, value: unknown): Finding {
  const best = typeof value === 'string' ? nearest(value, FEED_TYPES) : undefined;
  return {
    path,
    message: `\`type\` must be one of: ${FEED_TYPES.join(', ')}`,
    hint:
      best === undefined
        ? 'any WebSocket that sends JSON is a feed: type: websocket, with its `url` and `map`'
        : `did you mean \`${best}\`?`,
  };
}

/** The hint for a key that a feed of this type does not have and one of another type does. */
export function keyOfOtherType(feed: Located, key: string): string | undefined {
  const written = feed.children.get('type')?.value;
  const type = feedTypeNamed(written);
  const owner = FEED_TYPES.find((other) => other !== type && Object.hasOwn(feedFields[other], key));
  if (owner === undefined) return undefined;
  return written === undefined
    ? `it is a key of \`type: ${owner}\`; without \`type\` a feed is of type ${type}`
    : `it is a key of \`type: ${owner}\`, and this feed is of type ${type}`;
}
