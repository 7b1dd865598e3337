/**
 * The promises of every store, whatever keeps it: the contracts of `src/outbox/outbox.ts` and `src/outbox/deliveries.ts`.
 * Everything is awaited, so that a store that answers later can be asked the same; `conformance.test.ts` asks ours.
 */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { newsOf, originOf } from '../../src/delivery/content.ts';
import type { AttemptRecord, Delivery } from '../../src/delivery/delivery.ts';
import { NOTHING } from '../../src/outbox/batch.ts';
import type { Deliveries, DeliveryPage, StoreAnswer } from '../../src/outbox/deliveries.ts';
import { LARGEST_PAGE } from '../../src/outbox/deliveries.ts';
import { MOST_MUTES } from '../../src/outbox/mute-rows.ts';
import type { Backlog, Ledger, Recorded, Recovery, Upkeep } from '../../src/outbox/outbox.ts';
import { traceIn } from '../../src/routing/trace.ts';
import { announcementAt, attemptOf, deliveriesOf } from '../support/outbox.ts';
import { tracedNews, tracerOf } from '../support/traced.ts';

export interface StoreSubject {
  readonly store: Ledger & Backlog & Recovery & Upkeep;
  /** For people, if it has that. */
  readonly deliveries: Deliveries | undefined;
  /** The process ends in good form, and the next one opens the same store. */
  restart(): Promise<StoreSubject>;
  /** For good. */
  close(): Promise<void>;
}

const BASE_MS = Date.UTC(2026, 5, 1);
const DAY_MS = 24 * 3_600_000;

/** Number `ordinal`, for these destinations. */
function news(ordinal: number, ...destinations: readonly string[]) {
  const announcement = announcementAt(ordinal, BASE_MS);
  return { content: newsOf(announcement), deliveries: deliveriesOf(announcement, ...destinations) };
}

export function given<Value>(answer: StoreAnswer<Value>): Value {
  if (!answer.ok) throw new Error(answer.message);
  return answer.value;
}

const idsOf = (items: Iterable<{ readonly delivery: Pick<Delivery, 'id'> }>) =>
  Array.from(items, ({ delivery }) => delivery.id);

function only<Item>(items: readonly Item[]): Item {
  const [item] = items;
  if (item === undefined) throw new Error('there is none');
  return item;
}

/** As it comes back: what is not known is absent. */
const stored = (content: Delivery['content']) => JSON.parse(JSON.stringify(content)) as Delivery['content'];

/** Named apart from its row, as intake names deliveries. */
const named = (delivery: Delivery, id: string): Delivery => ({ ...delivery, id, key: delivery.id });

export function describeStore(name: string, open: () => Promise<StoreSubject>): void {
  describe(name, () => {
    let subject: StoreSubject;
    beforeEach(async () => {
      subject = await open();
    });
    afterEach(() => subject.close());

    describe('Ledger', () => {
      test('what was recorded waits, and is there in the next life', async () => {
        const { content, deliveries } = news(0, 'bot', 'chat');
        await subject.store.record(content, deliveries);
        subject = await subject.restart();
        const [owed] = await subject.store.owed('bot', 10);
        expect(owed).toMatchObject({
          delivery: { content: stored(content), destination: 'bot' },
          attempts: 0,
          plain: false,
        });
        expect([...(await subject.store.waiting())].sort()).toEqual([
          ['bot', { deliveries: 1, oldestMs: BASE_MS }],
          ['chat', { deliveries: 1, oldestMs: BASE_MS }],
        ]);
      });

      test('what is recorded or restored twice is there once, as it was', async () => {
        const one = news(0, 'bot');
        await subject.store.recordAll([one, one]);
        await subject.store.settle(one.deliveries.map((delivery) => attemptOf(delivery)));
        await subject.store.record(one.content, one.deliveries);
        await subject.store.restore(
          one.deliveries.map((delivery) => ({ delivery, attempts: 0, notBeforeMs: 0, plain: false })),
        );
        expect(await subject.store.owed('bot', 10)).toEqual([]);
      });

      test('what an attempt leaves pending comes back with what is known of it', async () => {
        const { content, deliveries } = news(0, 'bot');
        const delivery = only(deliveries);
        await subject.store.record(content, deliveries);
        const failed: Partial<AttemptRecord> = {
          ...{ outcome: 'retry server_error', status: 503, state: 'pending', reason: 'server_error' },
          ...{ notBeforeMs: BASE_MS + 900, plain: true, begunMs: BASE_MS + 1 },
        };
        await subject.store.settle([attemptOf(delivery, failed)]);
        subject = await subject.restart();
        expect(await subject.store.owed('bot', 10)).toMatchObject([
          {
            ...{ attempts: 1, notBeforeMs: BASE_MS + 900, plain: true, begunMs: BASE_MS + 1 },
            reason: 'server_error',
          },
        ]);
      });

      test.each(['delivered', 'dead', 'expired', 'skipped'] as const)('%s is the end', async (state) => {
        const { content, deliveries } = news(0, 'bot');
        await subject.store.record(content, deliveries);
        await subject.store.settle([attemptOf(only(deliveries), { state })]);
        expect(await subject.store.owed('bot', 10)).toEqual([]);
        expect(await subject.store.waiting()).toEqual(new Map());
      });

      test('two rows may have one id: neither is lost, and what became of one says nothing of the other', async () => {
        const [early, late] = [news(0, 'bot'), news(60_000, 'bot')];
        const both = [early, late].map(({ content, deliveries }) => ({
          content,
          delivery: named(only(deliveries), 'the-same'),
        }));
        for (const { content, delivery } of both) await subject.store.record(content, [delivery]);
        expect(idsOf(await subject.store.owed('bot', 10))).toEqual(['the-same', 'the-same']);
        const [first] = both;
        if (first === undefined) throw new Error('there is none');
        await subject.store.settle([attemptOf(first.delivery, { deliveryKey: first.delivery.key ?? '' })]);
        expect(await subject.store.owed('bot', 10)).toMatchObject([
          { delivery: { content: stored(late.content), id: 'the-same' }, attempts: 0 },
        ]);
      });
    });

    describe('Ledger, by way of a row of `intake`', () => {
      const stateOf = async () => ({
        owed: [...(await subject.store.owed('bot', 10)), ...(await subject.store.owed('chat', 10))],
        announced: (await subject.store.recover(BASE_MS, DAY_MS)).announcements.map(
          ({ identity }) => identity,
        ),
      });
      const begun = (delivery: Delivery) =>
        attemptOf(delivery, {
          ...{ outcome: 'under_way', state: 'pending', reason: 'under_way', status: undefined },
          begunMs: BASE_MS + 1,
        });

      test('is there in the next life, as if it had been written at once', async () => {
        const [one, two] = [news(0, 'bot', 'chat'), news(1, 'bot')];
        await subject.store.recordAll([one]);
        await subject.store.intake(1, [{ ...two, identity: 'two' }, news(2)]);
        subject = await subject.restart();
        const { owed, announced } = await stateOf();
        expect(owed).toMatchObject(
          [...two.deliveries, ...one.deliveries].map((delivery) => ({
            delivery: { ...delivery, content: stored(delivery.content) },
            ...{ attempts: 0, plain: false, notBeforeMs: 0 },
          })),
        );
        expect(announced).toHaveLength(3);
        expect(announced[1]).toBe('two');
      });

      test('a row may be half written: the next life has the rest, and nothing twice', async () => {
        const { content, deliveries } = news(0, 'bot', 'chat');
        const [bot, chat] = deliveries as [Delivery, Delivery];
        await subject.store.intake(1, [{ content, deliveries }]);
        await subject.store.write({
          ...{ contents: [{ content }], deliveries: [bot], attempts: [attemptOf(bot)], rows: [] },
        });
        subject = await subject.restart();
        expect((await stateOf()).owed).toMatchObject([{ delivery: { id: chat.id } }]);
      });

      test('is written once, as its attempts have left it, and its row is gone', async () => {
        const { content, deliveries } = news(0, 'bot', 'chat');
        const [bot, chat] = deliveries as [Delivery, Delivery];
        await subject.store.intake(1, [{ content, deliveries }]);
        const failed: Partial<AttemptRecord> = {
          ...{ outcome: 'retry server_error', status: 503, state: 'pending', reason: 'server_error' },
          ...{ notBeforeMs: BASE_MS + 900, plain: true, begunMs: BASE_MS + 1 },
        };
        const attempts = [
          attemptOf(bot, failed),
          attemptOf(chat, failed),
          attemptOf(bot, { attempt: 2, startedMs: BASE_MS + 5 }),
        ];
        await subject.store.write({ contents: [{ content }], deliveries, attempts, rows: [1] });
        subject = await subject.restart();
        expect((await stateOf()).owed).toMatchObject([
          {
            ...{ attempts: 1, notBeforeMs: BASE_MS + 900, plain: true, begunMs: BASE_MS + 1 },
            ...{ delivery: { id: chat.id }, reason: 'server_error' },
          },
        ]);
        expect([...((await subject.store.attemptsSince(0)).get('bot') ?? [])]).toHaveLength(2);
      });

      test('what somebody has written meanwhile is updated, not left as it was', async () => {
        const { content, deliveries } = news(0, 'bot', 'chat');
        const [bot, chat] = deliveries as [Delivery, Delivery];
        await subject.store.intake(1, [{ content, deliveries }]);
        // As the command line does that finds a row of a bridge that it takes for dead.
        await subject.store.recordAll([{ content, deliveries }]);
        await subject.store.settle([attemptOf(chat, { state: 'skipped', reason: 'discarded' })]);
        const failed = attemptOf(chat, { outcome: 'retry server_error', state: 'pending' });
        const attempts = [attemptOf(bot), failed];
        await subject.store.write({ contents: [{ content }], deliveries, attempts, rows: [1] });
        expect((await stateOf()).owed).toEqual([]);
      });

      test('what had begun is known to have begun, unless it is known how it ended', async () => {
        const { content, deliveries } = news(0, 'bot', 'chat');
        const [bot, chat] = deliveries as [Delivery, Delivery];
        await subject.store.intake(1, [{ content, deliveries }]);
        await subject.store.begin(2, begun(bot));
        await subject.store.begin(3, begun(chat));
        const answered = attemptOf(chat, { state: 'pending', outcome: 'retry server_error' });
        await subject.store.write({
          ...{ contents: [{ content }], deliveries: [chat], attempts: [begun(chat), answered], rows: [3] },
        });
        subject = await subject.restart();
        expect((await stateOf()).owed).toMatchObject([
          { delivery: { id: bot.id }, attempts: 1, begunMs: BASE_MS + 1, reason: 'under_way' },
          { delivery: { id: chat.id }, attempts: 1, begunMs: undefined },
        ]);
      });

      test('an alert, too', async () => {
        const id = news(5).content.announcement.id;
        const alert = { severity: 'warning', headline: 'x', paragraphs: ['y'], data: { a: [1] } } as const;
        const content = { kind: 'alert', alert: { ...alert, id, raisedMs: BASE_MS + 5 } } as const;
        const deliveries = news(5, 'bot').deliveries.map((delivery) => ({ ...delivery, content }));
        await subject.store.intake(1, [{ content, deliveries }]);
        subject = await subject.restart();
        expect((await stateOf()).owed).toMatchObject([{ delivery: { content } }]);
      });
    });

    describe('Backlog', () => {
      test('the most important first, then the freshest, then in the order of the tickers', async () => {
        const { store } = subject;
        const each = [news(0, 'bot'), news(1, 'bot'), news(2, 'bot')].map(({ content, deliveries }, n) => ({
          content,
          deliveries: deliveries.map((delivery) => ({ ...delivery, importance: n === 0 ? 1 : 0 })),
        }));
        await store.recordAll(each);
        const wanted = [0, 2, 1].map((n) => only(each[n]?.deliveries ?? []).id);
        expect(idsOf(await store.owed('bot', 10))).toEqual(wanted);
        expect(idsOf(await store.owed('bot', 2))).toEqual(wanted.slice(0, 2));
        expect(await store.owed('nobody', 10)).toEqual([]);
      });

      test('the ends of the attempts since then, without what never left', async () => {
        const { content, deliveries } = news(0, 'bot', 'chat');
        const [bot, chat] = deliveries as [Delivery, Delivery];
        await subject.store.record(content, deliveries);
        const pending = { state: 'pending', outcome: 'retry server_error' } as const;
        await subject.store.settle([
          attemptOf(bot, { ...pending, startedMs: BASE_MS + 10, durationMs: 5 }),
          attemptOf(bot, { attempt: 2, startedMs: BASE_MS + 20, durationMs: 5 }),
          attemptOf(chat, { ...pending, outcome: 'retry unreachable', startedMs: BASE_MS + 20 }),
        ]);
        const since = async (ms: number) => [...(await subject.store.attemptsSince(BASE_MS + ms))];
        expect(await since(0)).toEqual([['bot', [BASE_MS + 15, BASE_MS + 25]]]);
        expect(await since(11)).toEqual([['bot', [BASE_MS + 25]]]);
        expect(await since(21)).toEqual([]);
      });
    });

    describe('deliveries by a rule that arrived, may have, or still may', () => {
      test('the latest, in order, also in the next life', async () => {
        const all = [0, 1, 2, 3, 4, 5, 6, 7].map((n) => news(n, 'bot'));
        const by = (rule: string, { content, deliveries }: (typeof all)[number]) => ({
          content,
          deliveries: deliveries.map((delivery) => ({ ...delivery, rule })),
        });
        await subject.store.recordAll([...all.map((one) => by('orders', one)), by('others', news(8, 'bot'))]);
        const of = (n: number) => only(all[n]?.deliveries ?? []);
        const ended = (n: number, state: AttemptRecord['state'], more: Partial<AttemptRecord> = {}) =>
          attemptOf(of(n), { state, outcome: '', ...more });
        await subject.store.settle([
          ended(0, 'delivered'),
          ended(2, 'dead', { reason: 'message_refused' }),
          ended(3, 'expired', { begunMs: BASE_MS }),
          ended(4, 'dead', { reason: 'may_have_arrived' }),
          ended(5, 'skipped', { reason: 'cooldown' }),
          ended(6, 'pending', { begunMs: BASE_MS }),
          // Requested once more by a person, and refused then.
          ended(7, 'dead', { outcome: 'ambiguous timeout' }),
        ]);
        const sent = async (sinceMs: number, limit: number) =>
          (await subject.store.sentBy(['orders'], BASE_MS + 9, 1 - sinceMs, limit)).map(
            ({ delivery: { id }, isOpen }) => [id, isOpen],
          );
        const wanted = [0, 1, 3, 4, 6, 7].map((n) => [of(n).id, n === 1]);
        expect(await sent(0, 10)).toEqual(wanted);
        expect(await sent(1, 10)).toEqual(wanted.slice(1));
        expect(await sent(0, 2)).toEqual(wanted.slice(4));
        subject = await subject.restart();
        expect(await sent(0, 10)).toEqual(wanted);
        expect(await subject.store.sentBy(['nobody'], BASE_MS + 9, 9, 10)).toEqual([]);
        const keys = [0, 1, 2, 3, 5, 6, 7].map((n) => of(n).id);
        expect([...(await subject.store.openness(keys))]).toEqual(
          [0, 1, 3, 6, 7].map((n) => [of(n).id, n === 1]),
        );
      });
    });

    describe('Recovery', () => {
      test('a new store has nothing', async () => {
        const nothing = { latestMs: 0, pauses: new Map(), learnt: new Map(), announcements: [] };
        expect(await subject.store.recover(BASE_MS, DAY_MS)).toEqual(nothing);
      });

      test('pauses that are not over, what was learnt last, and what was announced within the window', async () => {
        const { store } = subject;
        const all = [news(0, 'bot'), news(2000), news(1000)];
        await store.recordAll(all);
        store.pause('over', BASE_MS + 3000);
        store.pause('chat', BASE_MS + 9000);
        store.learn('chat', 'old');
        store.learn('chat', 'new');
        subject = await subject.restart();
        const recovered = await subject.store.recover(BASE_MS + 3000, 2500);
        expect(recovered.latestMs).toBe(BASE_MS + 2000);
        expect(recovered.pauses).toEqual(new Map([['chat', BASE_MS + 9000]]));
        expect(recovered.learnt).toEqual(new Map([['chat', 'new']]));
        expect(recovered.announcements.map(({ receivedMs }) => receivedMs - BASE_MS)).toEqual([1000, 2000]);
        expect(new Set(recovered.announcements.map(({ identity }) => identity)).size).toBe(2);
      });

      test('a clock that is behind the store starts where the store ends', async () => {
        const { content, deliveries } = news(0, 'bot');
        await subject.store.record(content, deliveries);
        await subject.store.settle([
          attemptOf(only(deliveries), { startedMs: BASE_MS + 500, durationMs: 50 }),
        ]);
        subject.store.pause('bot', BASE_MS + 540);
        const recovered = await subject.store.recover(BASE_MS - DAY_MS, 0);
        expect(recovered).toMatchObject({ latestMs: BASE_MS + 550, pauses: new Map() });
      });
    });

    describe('Upkeep', () => {
      test('deletes what is old and waits for nothing, a bite at a time', async () => {
        const { store } = subject;
        const all = [0, 1, 2, 3].map((n) => news(n, 'bot'));
        await store.recordAll(all);
        const ended = all.slice(0, 3).flatMap(({ deliveries }) => deliveries);
        await store.settle(ended.map((delivery) => attemptOf(delivery, { startedMs: BASE_MS + 10 })));
        const prune = (attemptsBeforeMs: number) =>
          store.prune(BASE_MS + DAY_MS, BASE_MS + attemptsBeforeMs, 2);
        expect(await prune(10), 'what was sent still counts').toBe(0);
        expect([await prune(11), await prune(11), await prune(11)]).toEqual([2, 1, 0]);
        expect(idsOf(await store.owed('bot', 10))).toEqual(idsOf(ownersOf(all.slice(3))));
        expect((await store.recover(BASE_MS, DAY_MS)).announcements).toHaveLength(1);
        expect([...(await store.attemptsSince(0))]).toEqual([]);
      });

      test('what waits for a destination that is no more is dead', async () => {
        const { content, deliveries } = news(0, 'bot', 'removed');
        await subject.store.record(content, deliveries);
        expect(await subject.store.buryRemoved(['bot'], BASE_MS + 1)).toBe(1);
        expect([...(await subject.store.waiting()).keys()]).toEqual(['bot']);
      });

      test('its own writes are no change by others', async () => {
        const { content, deliveries } = news(0, 'bot');
        await subject.store.record(content, deliveries);
        await subject.store.keepAhead(5000);
        expect(await subject.store.changedByOthers()).toBe(false);
      });
    });

    describe('Deliveries', () => {
      const people = (skip: () => void): Deliveries => {
        if (subject.deliveries === undefined) skip();
        return subject.deliveries as Deliveries;
      };

      async function pagesOf(deliveries: Deliveries, request: Parameters<Deliveries['list']>[0]) {
        const pages: DeliveryPage[] = [];
        for (let before: string | undefined, isMore = true; isMore && pages.length < 100; ) {
          const page = given(await deliveries.list({ ...request, before }));
          pages.push(page);
          before = page.next;
          isMore = before !== undefined;
        }
        return pages;
      }

      test('lists newest first, page by page: each once, whatever is added meanwhile', async ({ skip }) => {
        const deliveries = people(skip);
        const all = Array.from({ length: 7 }, (_, n) => news(n, 'bot', 'chat'));
        await subject.store.recordAll(all);
        const wanted = all.flatMap(({ deliveries: own }) => own.map(({ id }) => id)).toReversed();
        const first = given(await deliveries.list({ limit: 3 }));
        expect(idsOf(first.deliveries)).toEqual(wanted.slice(0, 3));
        const newer = news(50, 'bot');
        await subject.store.record(newer.content, newer.deliveries);
        const rest = given(await deliveries.list({ limit: 50, before: first.next }));
        expect(idsOf(rest.deliveries)).toEqual(wanted.slice(3));
        const pages = await pagesOf(deliveries, { limit: 4 });
        expect(pages.flatMap((page) => idsOf(page.deliveries))).toEqual([newer.deliveries[0]?.id, ...wanted]);
      });

      test('lists what fits: state, destination, time; no page is larger than the largest', async ({
        skip,
      }) => {
        const deliveries = people(skip);
        const many = Array.from({ length: LARGEST_PAGE + 5 }, (_, n) => news(n, 'bot'));
        const chat = news(1000, 'chat');
        await subject.store.recordAll([...many, chat]);
        await subject.store.settle([attemptOf(only(chat.deliveries), { state: 'dead', reason: 'gone' })]);
        const list = async (request: Omit<Parameters<Deliveries['list']>[0], 'limit'>) =>
          given(await deliveries.list({ ...request, limit: 1000 })).deliveries;
        expect(await list({ state: 'dead' })).toMatchObject([{ reason: 'gone', state: 'dead' }]);
        expect(idsOf(await list({ destination: 'chat' }))).toEqual(idsOf(ownersOf([chat])));
        expect(await list({ sinceMs: BASE_MS + LARGEST_PAGE })).toHaveLength(6);
        expect(await list({ state: 'expired' })).toEqual([]);
        expect(await list({})).toHaveLength(LARGEST_PAGE);
      });

      test('finds a delivery with its attempts, by its id, or all of an announcement', async ({ skip }) => {
        const deliveries = people(skip);
        const { content, deliveries: own } = news(0, 'bot', 'chat');
        const [bot, chat] = own as [Delivery, Delivery];
        const id = '01kdvckfsts1mwkbfn-z585mwka7v';
        await subject.store.record(content, [named(bot, id), chat]);
        await subject.store.settle([attemptOf(bot, { status: 202 })]);
        expect(given(await deliveries.find(id))).toMatchObject([
          {
            delivery: { state: 'delivered', delivery: { id, content: stored(content) } },
            attempts: [{ attempt: 1, status: 202 }],
          },
        ]);
        expect(given(await deliveries.find(chat.id))).toMatchObject([{ delivery: { state: 'pending' } }]);
        const both = given(await deliveries.find(content.announcement.id));
        expect(both.map(({ delivery }) => delivery.delivery.id)).toEqual([id, chat.id]);
        // By the key of its row, too, which is not searched for.
        expect(given(await deliveries.find(bot.id))).toMatchObject([{ delivery: { delivery: { id } } }]);
        expect(given(await deliveries.keysOf([id, chat.id, bot.id, 'nobody', "'"]))).toEqual(
          new Map([id, chat.id, bot.id].map((one) => [one, one === chat.id ? chat.id : bot.id])),
        );
        for (const nobody of ['', 'nobody', `${id}x`, "'", '%'])
          expect(given(await deliveries.find(nobody)), nobody).toEqual([]);
      });

      test('what the rules said is kept beside the announcement, with these rules, by every way of writing', async ({
        skip,
      }) => {
        people(skip);
        const tracer = tracerOf(BASE_MS, 'bot', 'chat');
        const [one, two, three, four] = [0, 1, 2, 3].map((ordinal) =>
          tracedNews(announcementAt(ordinal, BASE_MS), tracer, 'bot'),
        ) as [Recorded, Recorded, Recorded, Recorded];
        await subject.store.intake(1, [one]);
        await subject.store.write({ ...NOTHING, contents: [one], deliveries: one.deliveries, rows: [1] });
        await subject.store.recordAll([two]);
        // A process that dies before it writes leaves the announcement, and nothing of the rules.
        await subject.store.intake(2, [three]);
        await subject.store.record(four.content, four.deliveries);
        subject = await subject.restart();
        const decisionOf = async (id: string) => given(await people(skip).decision(id));
        for (const { content, deliveries: own } of [one, two]) {
          const { id } = originOf(content);
          const found = await decisionOf(id);
          expect(traceIn(found?.trace ?? '')).toMatchObject({
            ...{ digest: tracer.kept.digest, sinceMs: BASE_MS, ruleCount: 2, planned: 1 },
            outcomes: [0, 1].map((place) => ({ place, failing: [] })),
            withheld: [{ destination: 'chat' }],
          });
          expect(Array.from(found?.rules?.byPlace ?? [], ([place, { name }]) => [place, name])).toEqual([
            [0, 'bot'],
            [1, 'chat'],
          ]);
          expect(found?.content).toEqual(stored(content));
          expect(found?.deliveries).toMatchObject([{ delivery: { state: 'pending' }, attempts: [] }]);
          // By its delivery as well.
          expect(await decisionOf(only(own).id)).toEqual(found);
        }
        for (const { content } of [three, four]) {
          const found = await decisionOf(originOf(content).id);
          expect(found?.deliveries).toHaveLength(1);
          expect(found).not.toHaveProperty('trace');
          expect(found).not.toHaveProperty('rules');
        }
        for (const nobody of ['', 'nobody', "'"]) expect(await decisionOf(nobody), nobody).toBeUndefined();
      });

      test('retries and discards what may be, says which, and the bridge notices', async ({ skip }) => {
        const deliveries = people(skip);
        const { content, deliveries: own } = news(0, 'bot', 'chat', 'vip');
        const ids = ['a', 'b', 'c'].map((letter) => `01kdvckfsts1mwkbf${letter}-z585mwka7v`);
        const all = own.map((delivery, n) => named(delivery, ids[n] ?? ''));
        const [bot = '', chat = '', vip = ''] = ids;
        await subject.store.record(content, all);
        const [first, second] = own as [Delivery, Delivery];
        await subject.store.settle([attemptOf(first), attemptOf(second, { state: 'dead', reason: 'gone' })]);
        expect(await subject.store.changedByOthers()).toBe(false);

        expect(given(await deliveries.discard([bot, chat, vip, 'nobody'], BASE_MS + 5))).toEqual([vip]);
        expect(await subject.store.changedByOthers()).toBe(true);
        const again = { nowMs: BASE_MS + 10, maxAges: new Map([['chat', 60_000]]), isLate: false };
        expect(given(await deliveries.retry([bot, chat, 'nobody'], again))).toEqual([chat]);
        expect(idsOf(await subject.store.owed('chat', 10))).toEqual([chat]);
        const tooLate = { ...again, nowMs: BASE_MS + 60_001 };
        await subject.store.settle([attemptOf(second, { state: 'dead', startedMs: BASE_MS + 20 })]);
        expect(given(await deliveries.retry([chat], tooLate))).toEqual([]);
        // How long it would live then, nobody knows.
        expect(
          given(await deliveries.retry([chat], { ...tooLate, maxAges: new Map(), isLate: true })),
        ).toEqual([]);
        expect(given(await deliveries.retry([chat], { ...tooLate, isLate: true }))).toEqual([chat]);
      });

      test('mutes: made, extended, never shortened, lifted; there in the next life; the bridge notices', async ({
        skip,
      }) => {
        const muted = { kind: 'ticker', name: 'ABC' } as const;
        const wish = (untilMs: number, reason?: string) => ({ ...muted, untilMs: BASE_MS + untilMs, reason });
        const bot = { kind: 'destination', name: 'bot', untilMs: BASE_MS + 500, reason: undefined } as const;
        const make = async (nowMs: number, ...wishes: Parameters<Deliveries['mute']>[0]) =>
          given(await people(skip).mute(wishes, BASE_MS + nowMs));
        expect(await subject.store.changedByOthers()).toBe(false);
        const [first, second] = await make(0, wish(1000, 'a scam'), bot);
        expect(await subject.store.changedByOthers()).toBe(true);
        expect(first).toEqual({
          mute: { ...wish(1000, 'a scam'), id: first?.mute.id, sinceMs: BASE_MS },
          change: 'muted',
        });
        expect(await make(10, wish(2000))).toEqual([
          { mute: { ...first?.mute, untilMs: BASE_MS + 2000 }, change: 'extended' },
        ]);
        expect(await make(20, wish(1500, 'other words'))).toEqual([
          {
            mute: { ...first?.mute, untilMs: BASE_MS + 2000, reason: 'other words' },
            change: 'unchanged',
          },
        ]);
        subject = await subject.restart();
        const inStore = async () => (await subject.store.mutes()).map(({ id, name }) => [id, name]);
        expect(await inStore()).toEqual([
          [first?.mute.id, 'ABC'],
          [second?.mute.id, 'bot'],
        ]);
        expect(given(await people(skip).mutes())).toEqual(await subject.store.mutes());
        expect(given(await people(skip).lift([first?.mute.id ?? 0, 4711]))).toEqual([first?.mute.id]);
        expect(await inStore()).toEqual([[second?.mute.id, 'bot']]);
        // The one that was over goes with the next; no id comes again.
        const [third] = await make(600, wish(9000));
        expect(await inStore()).toEqual([[third?.mute.id, 'ABC']]);
        expect(third?.mute.id).toBeGreaterThan(second?.mute.id ?? 0);
      });

      test('what held a delivery back is kept with it, found by the mute, and gone when it is sent again', async ({
        skip,
      }) => {
        people(skip);
        const [written, waiting, free] = [news(0, 'bot'), news(1, 'bot'), news(2, 'bot')];
        const mute = {
          ...{ id: 31, kind: 'ticker', name: 'ABC', sinceMs: BASE_MS, untilMs: BASE_MS + 500 },
          reason: 'a "scam"',
        };
        const cooldown = {
          ...{ rule: 'orders', kind: 'ABC', announcementId: originOf(written.content).id },
          ...{ sinceMs: BASE_MS, untilMs: BASE_MS + 900.5 },
        };
        const ended = (of: typeof written, reason: string, heldBy: AttemptRecord['heldBy']) =>
          attemptOf(only(of.deliveries), { attempt: 0, state: 'skipped', reason, heldBy });
        // With the news, and after it.
        await subject.store.write({
          ...{ ...NOTHING, contents: [written], deliveries: written.deliveries },
          attempts: [ended(written, 'muted', mute)],
        });
        await subject.store.recordAll([waiting, free]);
        await subject.store.settle([ended(waiting, 'cooldown', cooldown)]);
        subject = await subject.restart();
        const held = async (request: Omit<Parameters<Deliveries['list']>[0], 'limit'>) =>
          given(await people(skip).list({ ...request, limit: 50 })).deliveries.map(({ heldBy }) => heldBy);
        expect(await held({})).toEqual([undefined, cooldown, mute]);
        expect(await held({ mute: 31 })).toEqual([mute]);
        expect(await held({ mute: 3 })).toEqual([]);
        const [id] = idsOf(ownersOf([written])) as [string];
        given(
          await people(skip).retry([id], {
            nowMs: BASE_MS,
            maxAges: new Map([['bot', false]]),
            isLate: false,
          }),
        );
        expect(await held({})).toEqual([undefined, cooldown, undefined]);
      });

      test('mutes: all of them or none', async ({ skip }) => {
        const many = Array.from({ length: MOST_MUTES + 1 }, (_, n) => ({
          ...({ kind: 'ticker', name: `T${n}`, untilMs: BASE_MS + 1000, reason: undefined } as const),
        }));
        expect(await people(skip).mute(many, BASE_MS)).toMatchObject({
          ok: false,
          message: `more than ${MOST_MUTES} mutes at the same time: remove rules or destinations from the config instead`,
        });
        expect(await subject.store.mutes()).toEqual([]);
      });

      test('changes more than fit into one transaction', async ({ skip }) => {
        const deliveries = people(skip);
        const all = Array.from({ length: 250 }, (_, n) => news(n, 'bot'));
        await subject.store.recordAll(all);
        const ids = idsOf(ownersOf(all));
        expect(given(await deliveries.discard(ids, BASE_MS))).toEqual(ids);
      });

      test('a signal that was given before is an answer, and so is a cursor that is none', async ({
        skip,
      }) => {
        const deliveries = people(skip);
        expect(await deliveries.list({ limit: 1 }, AbortSignal.abort())).toEqual({
          ok: false,
          message: 'cancelled',
        });
        expect(await deliveries.find('x', AbortSignal.abort())).toMatchObject({ ok: false });
        expect(await deliveries.list({ limit: 1, before: '' })).toMatchObject({
          ok: true,
          value: { next: undefined },
        });
      });
    });
  });
}

const ownersOf = (all: readonly { readonly deliveries: readonly Delivery[] }[]) =>
  all.flatMap(({ deliveries }) => deliveries.map((delivery) => ({ delivery })));
