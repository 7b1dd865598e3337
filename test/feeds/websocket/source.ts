/** A feed of `type: websocket` on a clock that the test moves, and the source that it is configured for. */
import type { FeedDeps } from '../../../src/feeds/feed.ts';
import { unproven } from '../../../src/feeds/health.ts';
import { WebsocketFeed } from '../../../src/feeds/websocket/feed.ts';
import { websocketOptions } from '../../../src/feeds/websocket/options.ts';
import { createRedactor } from '../../../src/platform/redactor.ts';
import type { JsonFeedServer } from '../../../src/simulator/json-feed-server.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { Told } from '../told.ts';

export const SECRET = 's3cr3t-of-the-source-77';

/** As the source of these tests wants it. */
export const HELLO = [`login ${SECRET}`, { op: 'subscribe', topic: 'news' }];

export const MAP = {
  publisher: { path: 'source' },
  title: { path: 'data.title' },
  tickers: { path: 'coins' },
  listingType: { path: 'kind', values: { new: 'spot_listing' } },
  id: { path: '_id' },
  url: { path: 'link' },
  detectedAt: { path: 'time' },
};

export const FRAME = {
  type: 'news',
  source: 'UPBIT',
  data: { title: 'ABC is listed', body: 'words' },
  coins: ['ABC', 'DEF'],
  kind: 'new',
  _id: 7,
  link: 'https://upbit.example.com/notice?id=7',
};

export class Source implements Disposable {
  readonly clock: FakeClock;
  readonly told = new Told();
  readonly feed: WebsocketFeed;

  constructor(
    server: JsonFeedServer,
    fields: object = {},
    deps: Partial<FeedDeps> & { clock?: FakeClock } = {},
  ) {
    this.clock = deps.clock ?? new FakeClock();
    const options = websocketOptions.parse({
      ...{ type: 'websocket', name: 'own', url: server.url, hello: HELLO, map: MAP },
      ...fields,
    });
    this.feed = new WebsocketFeed(options, {
      random: () => 0.5,
      redact: createRedactor([SECRET]),
      events: this.told,
      ...deps,
      clock: this.clock,
    });
  }

  /** The first connection attempt is made. */
  async begin(): Promise<this> {
    this.feed.start();
    await this.clock.advance(0);
    return this;
  }

  async live(count = 1): Promise<this> {
    await this.begin();
    await this.told.lives.waitFor(count);
    return this;
  }

  get trouble(): string | undefined {
    return unproven(this.feed.status, this.clock.monotonicMs());
  }

  get codes(): readonly string[] {
    return this.told.warnings.all.map(({ code }) => code);
  }

  [Symbol.dispose](): void {
    this.feed.stop();
  }
}
