/** Every type of feed there is, and the form in which people write an announcement down. A new one is its folder and its lines here. */
import { z } from 'zod';
import type { CommonFeedOptions } from './common-options.ts';
import { decodeFrame, toNews } from './cryptolisting/frames.ts';
import { cryptolisting } from './cryptolisting/index.ts';
import { cryptolistingOptions } from './cryptolisting/options.ts';
import type { FeedType, OpenFeed } from './feed.ts';
import type { News, Receipt } from './news.ts';
import { websocket } from './websocket/index.ts';
import { websocketOptions } from './websocket/options.ts';

export const feedTypes = { cryptolisting, websocket } as const;

export type FeedTypeName = keyof typeof feedTypes;

/** By `type`, in the order of `FEED_TYPES`; without one it is the first. */
export const feedOptions = z.discriminatedUnion('type', [cryptolistingOptions, websocketOptions]);

export type FeedOptions = z.output<typeof feedOptions>;

/** The fields of each type, for a look at options that are broken. */
export const feedFields = {
  cryptolisting: cryptolistingOptions.in.shape,
  websocket: websocketOptions.in.shape,
} as const;

export const FEED_TYPES = Object.keys(feedTypes) as readonly FeedTypeName[];

/** As it is written; without one, and where it is none, the first. */
export function feedTypeNamed(name: unknown): FeedTypeName {
  return FEED_TYPES.find((type) => type === name) ?? 'cryptolisting';
}

/** The type of a configured feed, with its own options sealed away. */
export function feedTypeOf(options: { readonly type: FeedTypeName }): FeedType<CommonFeedOptions> {
  return feedTypes[options.type] as unknown as FeedType<CommonFeedOptions>;
}

/** Opens feeds of every type; one for the life of the process. */
export function feedOpener(): OpenFeed<FeedOptions> {
  const openers = new Map<FeedTypeName, OpenFeed<FeedOptions>>();
  return (options, deps) => {
    const open =
      openers.get(options.type) ?? (feedTypeOf(options).opener() as unknown as OpenFeed<FeedOptions>);
    openers.set(options.type, open);
    return open(options, deps);
  };
}

/** An announcement as text, in the wire form of `cryptolisting`; `undefined`: it is none. */
export function newsFrom(text: string, receipt: Receipt): News | undefined {
  const frame = decodeFrame(text);
  return frame.kind === 'announcement' ? toNews(frame, receipt) : undefined;
}

/** The `feed` of what `inject` brings: no feed of the config may have this name. */
export const INJECT = 'inject';

/**
 * News that no source has sent, from fields as on the wire of `cryptolisting`, or as the file format of announcements
 * names them (`exchange`, `tickers`); the stamps may be left out. `undefined`: it has neither a title nor a ticker.
 */
export function newsGiven(fields: Readonly<Record<string, unknown>>, receipt: Receipt): News | undefined {
  const { exchange, tickers, ...rest } = fields;
  const nowUs = receipt.receivedTimestampUs;
  const stamps = { detectedTimestampUs: nowUs, dispatchTimestampUs: nowUs };
  const named =
    exchange === undefined
      ? tickers === undefined
        ? {}
        : { ticker: tickers }
      : { publisher: exchange, ticker: tickers };
  return newsFrom(JSON.stringify({ type: 'announcement', ...stamps, ...named, ...rest }), receipt);
}
