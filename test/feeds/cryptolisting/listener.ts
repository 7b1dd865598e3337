/** A real `CryptolistingFeed` on a clock that the test moves, and all its events. */
import type { LookupFunction } from 'node:net';
import { type CryptolistingDeps, CryptolistingFeed } from '../../../src/feeds/cryptolisting/client.ts';
import { ConnectGate, SelfTestGate } from '../../../src/feeds/cryptolisting/connect-gate.ts';
import { cryptolistingOptions } from '../../../src/feeds/cryptolisting/options.ts';
import { type Expectations, KEY_EXPIRES_WITHIN_MS, type Live } from '../../../src/feeds/feed.ts';
import { unproven } from '../../../src/feeds/health.ts';
import type { News, Receipt } from '../../../src/feeds/news.ts';
import { UncoveredPublishers, type Want } from '../../../src/feeds/uncovered-publishers.ts';
import type { Loss } from '../../../src/feeds/verdict.ts';
import type { Warning } from '../../../src/feeds/warning.ts';
import type { Clock } from '../../../src/platform/clock.ts';
import { Arrivals } from '../../../src/simulator/arrivals.ts';
import { FakeClock } from '../../support/fake-clock.ts';

export const KEY = `dsk_${'a1'.repeat(32)}`;
export const OTHER_KEY = `dsk_${'b2'.repeat(32)}`;

export interface ListenerOptions {
  readonly name?: string;
  readonly url: string;
  readonly apiKey?: string;
  readonly exchanges?: readonly string[];
  readonly silenceTimeout?: string;
  readonly selfTest?: string | false;
  readonly insecure?: boolean;
  readonly ca?: string;
  readonly lookup?: LookupFunction;
  readonly clock?: FakeClock;
  readonly gates?: Pick<CryptolistingDeps, 'connectGate' | 'selfTestGate'>;
  readonly wants?: readonly Want[];
  readonly keyExpiresWithinMs?: number;
  readonly ready?: Promise<void>;
  readonly heldUpMs?: (nowMs: number) => number;
}

export const newGates = () => ({ connectGate: new ConnectGate(), selfTestGate: new SelfTestGate() });

export class Listener implements Disposable {
  /** `ticker`: as on the wire. */
  readonly announcements = new Arrivals<News & { readonly ticker: string }>('announcement');
  readonly receipts: Receipt[] = [];
  /** Of each announcement, at receipt. */
  readonly ages: number[] = [];
  readonly welcomes = new Arrivals<Live>('welcome');
  readonly losses = new Arrivals<Loss & { readonly retryMs: number }>('loss');
  readonly fatals = new Arrivals<{ readonly reason: string; readonly advice: string }>('fatal end');
  readonly warnings = new Arrivals<Warning>('warning');
  readonly selfTests = new Arrivals<number | 'unanswered'>('self-test');
  readonly odd = new Arrivals<string>('odd frame');
  readonly clock: FakeClock;
  readonly client: CryptolistingFeed;

  constructor(options: ListenerOptions) {
    const { url, exchanges, silenceTimeout, selfTest = false, insecure = false } = options;
    this.clock = options.clock ?? new FakeClock();
    const parsed = cryptolistingOptions.parse({
      ...{ url, exchanges, silenceTimeout, selfTest, name: options.name ?? 'one' },
      apiKey: options.apiKey ?? KEY,
      tls: { insecure },
    });
    const tls = { ...parsed.tls, authority: options.ca };
    this.client = new CryptolistingFeed(
      { ...parsed, tls },
      {
        ...(options.gates ?? newGates()),
        clock: this.clock satisfies Clock,
        random: () => 0.5,
        redact: (text) => text.replaceAll(options.apiKey ?? KEY, '[key]'),
        ...(options.heldUpMs === undefined ? {} : { heldUpMs: options.heldUpMs }),
        ...(options.ready === undefined ? {} : { ready: options.ready }),
        ...(options.lookup === undefined ? {} : { lookup: options.lookup }),
        expectations: expectations(options),
        events: {
          news: (news) => {
            this.receipts.push(news);
            this.ages.push(news.ageAtReceiptMs);
            this.announcements.add({ ...news, ticker: news.tickers.join(',') });
          },
          readEnds: () => undefined,
          live: (_feed, live) => this.welcomes.add(live),
          lost: (_feed, loss, retryMs) => this.losses.add({ ...loss, retryMs }),
          fatal: (_feed, { reason, detail, advice = '' }) =>
            this.fatals.add({ reason: detail === undefined ? reason : `${reason} (${detail})`, advice }),
          changeFailed: () => undefined,
          warning: (warning) => this.warnings.add(warning),
          odd: (_feed, { kind }) => this.odd.add(kind),
          selfTest: (_feed, result) =>
            this.selfTests.add(result === 'unanswered' ? result : result.roundTripMs),
        },
      },
    );
    this.client.start();
  }

  /** Lets time pass; what is due at once happens too. */
  pass(ms: number): Promise<void> {
    return this.clock.advance(ms);
  }

  /** The first connection attempt is made. */
  async begin(): Promise<this> {
    await this.pass(0);
    return this;
  }

  get trouble(): string | undefined {
    return unproven(this.client.status, this.clock.monotonicMs());
  }

  get codes(): readonly string[] {
    return this.warnings.all.map(({ code }) => code);
  }

  [Symbol.dispose](): void {
    this.client.stop();
  }
}

export function expectations({
  name = 'one',
  exchanges,
  wants = [],
  keyExpiresWithinMs,
}: ListenerOptions): Expectations {
  return {
    keyExpiresWithinMs: keyExpiresWithinMs ?? KEY_EXPIRES_WITHIN_MS,
    coverage: new UncoveredPublishers([{ name, exchanges }], wants),
  };
}
