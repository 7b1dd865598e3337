/** The events of a feed of any type, kept to be waited for. */
import type { FeedEvents, Live, OddFrame } from '../../src/feeds/feed.ts';
import type { News } from '../../src/feeds/news.ts';
import type { Loss } from '../../src/feeds/verdict.ts';
import type { Warning } from '../../src/feeds/warning.ts';
import { Arrivals } from '../../src/simulator/arrivals.ts';

export class Told implements FeedEvents {
  readonly announcements = new Arrivals<News>('announcement');
  readonly lives = new Arrivals<Live>('proven connection');
  readonly losses = new Arrivals<Loss & { readonly retryMs: number }>('loss');
  readonly fatals = new Arrivals<Loss>('fatal end');
  readonly warnings = new Arrivals<Warning>('warning');
  /** So many announcements had been handed over by the end of each read. */
  readonly reads = new Arrivals<number>('end of a read');
  readonly oddFrames = new Arrivals<OddFrame>('odd frame');

  readonly news = (news: News) => this.announcements.add(news);
  readonly readEnds = () => this.reads.add(this.announcements.all.length);
  readonly live = (_feed: string, live: Live) => this.lives.add(live);
  readonly odd = (_feed: string, frame: OddFrame) => this.oddFrames.add(frame);
  readonly lost = (_feed: string, loss: Loss, retryMs: number) => this.losses.add({ ...loss, retryMs });
  readonly fatal = (_feed: string, loss: Loss) => this.fatals.add(loss);
  readonly changeFailed = () => undefined;
  readonly selfTest = () => undefined;
  readonly warning = (warning: Warning) => this.warnings.add(warning);
}
