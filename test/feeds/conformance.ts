/** Promises of every type of feed (`src/feeds/feed.ts`), tested on a real one, its source on loopback. */
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { CommonFeedOptions } from '../../src/feeds/common-options.ts';
import type { Feed, FeedDeps } from '../../src/feeds/feed.ts';
import { isGiven, unproven } from '../../src/feeds/health.ts';
import { createRedactor } from '../../src/platform/redactor.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { runs } from '../support/properties.ts';
import { Told } from './told.ts';

export interface FarEnd extends AsyncDisposable {
  readonly url: string;
  /** How many it has had. */
  readonly handshakes: number;
  /** Resolves when so many connections have ended. */
  closed(count: number): Promise<unknown>;
  announce(title: string): void;
  send(payload: string | Buffer): void;
  /** Without a word. */
  cut(): void;
  drop(code: number, reason: string): void;
  refuseNext(status: number, body: string): void;
}

export interface FeedSubject {
  readonly type: string;
  /** Stands in the options, as the source wants it. */
  readonly secret: string;
  /** Of the proofs, in order. */
  readonly proofs: readonly string[];
  /** The events for a frame that is an announcement by its form and names nothing. */
  readonly emptyFrame: string;
  startFarEnd(): Promise<FarEnd>;
  open(farEnd: FarEnd, deps: FeedDeps): Feed;
}

/** In the order of `newsOf`, without the optional one. */
const FIELDS = [
  ...['type', 'feed', 'publisher', 'listingType', 'tickers', 'title', 'publishTimestampUs'],
  ...['detectedTimestampUs', 'dispatchTimestampUs', 'receivedTimestampUs', 'receivedMs', 'ageAtReceiptMs'],
  ...['abnormal', 'redacted', 'test', 'extra'],
];

const CLOSE_PATIENCE_MS = 250;

export function conforms(subject: FeedSubject): void {
  describe(`a feed of type ${subject.type}`, () => {
    let scope: AsyncDisposableStack;
    let farEnd: FarEnd;
    let clock: FakeClock;
    let told: Told;
    let feed: Feed;

    beforeEach(async () => {
      scope = new AsyncDisposableStack();
      farEnd = scope.use(await subject.startFarEnd());
      clock = new FakeClock();
      told = new Told();
      const redact = createRedactor([subject.secret]);
      const deps = { clock, redact, events: told, random: () => 0.5 };
      feed = subject.open(farEnd, deps);
      scope.defer(() => feed.stop());
    });
    afterEach(() => scope.disposeAsync());

    const live = async (count = 1) => {
      feed.start();
      await clock.advance(0);
      await told.lives.waitFor(count);
    };
    const trouble = () => unproven(feed.status, clock.monotonicMs());
    /** Whatever is left of the connection is gone, and nothing will ever run again. */
    const isOver = async (closes: number) => {
      await clock.advance(CLOSE_PATIENCE_MS);
      await farEnd.closed(closes);
      expect(clock.pending).toBe(0);
      const { handshakes } = farEnd;
      await clock.advance(24 * 3_600_000);
      expect(farEnd.handshakes).toBe(handshakes);
      expect(feed.status).toMatchObject({ state: 'stopped', trouble: 'stopped', retryAtMs: undefined });
    };

    test('does nothing before it is started, and starts once', async () => {
      await clock.advance(60_000);
      expect(farEnd.handshakes).toBe(0);
      expect(feed.status.state).toBe('waiting');
      expect(trouble()).toBe('not connected yet');
      feed.start();
      await live();
      feed.start();
      await clock.advance(1000);
      expect(farEnd.handshakes).toBe(1);
      expect(told.lives.all).toHaveLength(1);
    });

    test('says when a read of the socket has been taken apart, in the tick of its news', async () => {
      await live();
      let hasTicked = false;
      let readsBefore = -1;
      told.announcements.on(() => {
        readsBefore = told.reads.all.length;
        setImmediate(() => {
          hasTicked = true;
        });
      });
      const ended = new Promise<boolean>((resolve) =>
        told.reads.on((count) => {
          if (count === 1) resolve(hasTicked);
        }),
      );
      farEnd.announce('one');
      expect(await ended).toBe(false);
      expect(told.reads.all.slice(readsBefore)).toEqual([1]);
    });

    test('stops once and for good: the socket is closed and no timer is left', async () => {
      await live();
      feed.stop();
      feed.stop();
      await isOver(1);
      feed.start();
      await clock.advance(60_000);
      expect(farEnd.handshakes).toBe(1);
      expect(told.losses.all, 'an end of our own is no loss').toEqual([]);
    });

    test('stops before it is connected', async () => {
      feed.start();
      await clock.advance(0);
      feed.stop();
      await clock.advance(CLOSE_PATIENCE_MS);
      expect(clock.pending).toBe(0);
      expect(feed.status.state).toBe('stopped');
    });

    test('stops while it waits for its next try', async () => {
      farEnd.refuseNext(503, 'out of order');
      feed.start();
      await clock.advance(0);
      await told.losses.waitFor(1);
      expect(feed.status.retryAtMs).toBeGreaterThan(clock.monotonicMs());
      feed.stop();
      await isOver(0);
    });

    test('can be stopped by whoever hears of a loss', async () => {
      await live();
      told.losses.on(() => feed.stop());
      farEnd.cut();
      await told.losses.waitFor(1);
      await isOver(1);
    });

    test('says by what it is proven, and that nothing is when the connection is gone', async () => {
      await live();
      expect(feed.status.proofs.map(({ kind }) => kind)).toEqual(subject.proofs);
      expect(feed.status).toMatchObject({ name: 'own', state: 'live', connects: 1, change: undefined });
      for (const proof of feed.status.proofs) {
        expect(proof.words, proof.kind).toMatch(/\w/);
        if (proof.lacking !== undefined && !isGiven(proof, clock.monotonicMs()))
          expect(trouble()).toBe(proof.lacking);
      }
      farEnd.cut();
      await told.losses.waitFor(1);
      expect(trouble()).toMatch(/\[closed/);
      for (const proof of feed.status.proofs) expect(proof.lastMs, proof.kind).toBeUndefined();
    });

    test('comes back after a loss, and counts it', async () => {
      await live();
      await clock.advance(10_000);
      farEnd.cut();
      const [loss] = await told.losses.waitFor(1);
      expect(loss?.reason).toBe('closed');
      await clock.advance(loss?.retryMs ?? 0);
      await told.lives.waitFor(2);
      farEnd.announce('again');
      await told.announcements.waitFor(({ title }) => title === 'again');
      expect(feed.status).toMatchObject({ connects: 2, losses: { closed: 1 } });
    });

    test('hands on news of one shape, under the name that it has now', async () => {
      await live();
      farEnd.announce('first');
      const first = await told.announcements.waitFor(({ title }) => title === 'first');
      expect(Object.keys(first)).toEqual(FIELDS);
      expect(first).toMatchObject({ feed: 'own', type: 'announcement', test: false, redacted: false });
      expect(first.publisher).toBe('upbit');
      expect(first.tickers).toEqual(['ABC', 'DEF']);
      expect(first.receivedMs).toBe(clock.monotonicMs());
      expect(first.ageAtReceiptMs).toBeGreaterThanOrEqual(0);
      const { options } = feed;
      feed.adjust({ ...options, name: 'renamed' } satisfies CommonFeedOptions);
      farEnd.announce('second');
      const second = await told.announcements.waitFor(({ title }) => title === 'second');
      expect(second.feed).toBe('renamed');
      expect(farEnd.handshakes).toBe(1);
    });

    test('survives every frame, counts it, and hears what comes behind', async () => {
      await live();
      const payload = fc.oneof(
        fc.json(),
        fc.string(),
        fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
        fc.constant(subject.emptyFrame),
      );
      const payloads = fc.sample(payload, { numRuns: runs(200), seed: 7 });
      for (const one of payloads) farEnd.send(one);
      farEnd.announce('behind');
      await told.announcements.waitFor(({ title }) => title === 'behind');
      expect(told.losses.all).toEqual([]);
      const { frames } = feed.status;
      expect(frames['garbage']).toBeGreaterThan(0);
      expect(Object.values(frames).reduce((sum, count) => sum + count, 0)).toBeGreaterThan(payloads.length);
      const kinds = told.oddFrames.all.map((frame) => ('reason' in frame ? frame.reason : frame.kind));
      expect(kinds).toContain('wrong_fields');
      expect(told.warnings.all.map(({ code }) => code)).toContain('unreadable_frame');
    });

    test('shows no secret, whatever the far end repeats', async () => {
      const { secret } = subject;
      farEnd.refuseNext(500, `your key ${secret} is fine, we are not`);
      feed.start();
      await clock.advance(0);
      const [loss] = await told.losses.waitFor(1);
      await clock.advance(loss?.retryMs ?? 0);
      await told.lives.waitFor(1);
      farEnd.announce(`for ${secret}`);
      farEnd.send(`listing for ${secret}`);
      farEnd.announce('behind');
      await told.announcements.waitFor(({ title }) => title === 'behind');
      farEnd.drop(4000, `bye ${secret}`);
      await told.losses.waitFor(2);
      const said = [told.losses.all, told.announcements.all, told.lives.all, feed.status];
      expect(JSON.stringify(said)).not.toContain(secret);
    });
  });
}
