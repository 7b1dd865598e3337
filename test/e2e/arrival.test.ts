/** The built program against a feed and all three kinds of destination: everything arrives, once, whatever happens in between. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { parseTitles } from '../../src/simulator/titles.ts';
import { Workplace } from '../support/program.ts';
import { CONFIG, startStandIns } from '../support/stand-ins.ts';

const TITLES = parseTitles(
  readFileSync(new URL('../fixtures/announcements.jsonl', import.meta.url), 'utf8'),
  'announcements.jsonl',
);

/** Edits and follow-ups among them, too. */
const EVERYTHING = CONFIG.replace('match: {}', 'match: { update: any }');

const counted = (items: readonly string[]) => {
  const counts = new Map<string, number>();
  for (const item of items) counts.set(item, (counts.get(item) ?? 0) + 1);
  return counts;
};

test('all real titles arrive exactly once at Discord, Telegram and a bot', async () => {
  await using standIns = await startStandIns();
  using workplace = new Workplace(EVERYTHING);
  await using bridge = workplace.start(['run'], standIns.env);
  const { feed, discord, telegram, bot } = standIns;
  await bridge.event('feed.live');
  for (const title of TITLES) feed.announce({ ...title });

  await bot.waitFor(TITLES.length);
  await discord.waitFor(TITLES.length);
  await telegram.waitFor(TITLES.length);
  bridge.kill('SIGTERM');
  expect(await bridge.finished).toEqual({ code: 0, signal: null });

  const titles = counted(bot.received.map(({ body }) => String((body as { title: string }).title)));
  expect([...titles.keys()].sort()).toEqual(TITLES.map(({ title }) => title).sort());
  expect(new Set(titles.values())).toEqual(new Set([1]));
  expect(bot.received).toHaveLength(TITLES.length);
  expect(discord.received).toHaveLength(TITLES.length);
  expect(telegram.received).toHaveLength(TITLES.length);
  // Telegram folds white space, as every chat does.
  const folded = (text: string) => text.replaceAll(/\s+/g, ' ').trim();
  const texts = telegram.received.map(({ text }) => folded(text));
  for (const { title } of TITLES)
    expect(
      texts.some((text) => text.includes(folded(title))),
      title,
    ).toBe(true);
});

test('kill -9 with everything pending: after the restart all of it arrives, with the same webhook-id, and nothing twice', async () => {
  await using standIns = await startStandIns();
  using workplace = new Workplace(EVERYTHING);
  const { feed, bot, telegram, discord } = standIns;
  const some = TITLES.slice(0, 40);
  const down = { status: 503, body: { error: 'starting' } };
  {
    await using first = workplace.start(['run'], standIns.env);
    await first.event('feed.live');
    bot.faults.push(...Array.from({ length: 5000 }, () => down));
    for (const title of some) feed.announce({ ...title });
    await discord.waitFor(some.length);
    await telegram.waitFor(some.length);
    // The settlements are written behind the sends; one more answered request proves the loop has turned since.
    const asked = bot.requests.length;
    await expect.poll(() => bot.requests.length).toBeGreaterThan(asked);
    first.kill('SIGKILL');
    await first.finished;
  }
  const idsTried = new Set(bot.requests.map(({ headers }) => headers['webhook-id']));
  expect(bot.received).toHaveLength(0);
  bot.faults.length = 0;

  await using second = workplace.start(['run'], standIns.env);
  await bot.waitFor(some.length);
  await second.event('feed.live');
  // The same words again, from the same feed: not news.
  feed.announce({ ...some[0] });
  feed.announce({ publisher: 'upbit', listingType: 'spot_listing', ticker: 'LAST', title: 'the last one' });
  await bot.waitFor(({ body }) => (body as { title: string }).title === 'the last one');
  second.kill('SIGTERM');
  expect((await second.finished).code).toBe(0);

  expect(bot.received.filter(({ repeat }) => repeat)).toEqual([]);
  expect(bot.received).toHaveLength(some.length + 1);
  // A receiver in trouble did not get all of them; those that it got are the same.
  expect(idsTried.size).toBeGreaterThan(0);
  const ids = new Set(bot.received.map(({ id }) => id));
  expect([...idsTried].filter((id) => !ids.has(String(id)))).toEqual([]);
  expect(discord.received).toHaveLength(some.length + 1);
  expect(telegram.received).toHaveLength(some.length + 1);
});

test('SIGTERM: what is in flight may finish, nothing new starts, exit code 0, and the rest waits in the store', async () => {
  await using standIns = await startStandIns();
  using workplace = new Workplace(EVERYTHING.replace('retry: {', 'concurrency: 1, retry: {'));
  const { feed, bot } = standIns;
  await using bridge = workplace.start(['run'], standIns.env);
  await bridge.event('feed.live');
  const answer = Promise.withResolvers<void>();
  bot.faults.push({ until: answer.promise, accept: true });
  feed.announce({ publisher: 'upbit', listingType: 'spot_listing', ticker: 'ONE', title: 'in flight' });
  await expect.poll(() => bot.requests.length).toBe(1);
  feed.announce({ publisher: 'upbit', listingType: 'spot_listing', ticker: 'TWO', title: 'waits' });
  await bridge.log.waitFor((line) => line.msg === 'announcement.received' && line['title'] === 'waits');
  bridge.kill('SIGTERM');
  await bridge.event('bridge.stopping');
  answer.resolve();
  expect((await bridge.finished).code).toBe(0);
  expect(bot.received).toHaveLength(1);

  const list = workplace.start(['deliveries', '--destination', 'bot', '--json'], standIns.env);
  expect((await list.finished).code).toBe(0);
  const states = (
    JSON.parse(list.stdout) as { state: string; delivery: { announcement: { title: string } } }[]
  ).map(({ state, delivery }) => [delivery.announcement.title, state]);
  expect(states).toEqual([
    ['waits', 'pending'],
    ['in flight', 'delivered'],
  ]);
});

test('two feeds bring the same announcement: it is sent once', async () => {
  await using standIns = await startStandIns();
  const second = EVERYTHING.split('\n')[1]?.replace('one', 'two').replace('FEED_KEY', 'FEED_KEY_TWO') ?? '';
  using workplace = new Workplace(EVERYTHING.replace('destinations:', `${second}\ndestinations:`));
  await using bridge = workplace.start(['run'], { ...standIns.env, FEED_KEY_TWO: `dsk_${'b2'.repeat(32)}` });
  const { feed, bot } = standIns;
  await feed.waitForClient(2);
  for (const title of TITLES.slice(0, 20)) feed.announce({ ...title });
  feed.announce({ publisher: 'upbit', listingType: 'spot_listing', ticker: 'END', title: 'end' });
  await bot.waitFor(({ body }) => (body as { title: string }).title === 'end');
  await bot.waitFor(21);
  bridge.kill('SIGTERM');
  await bridge.finished;
  expect(bot.received).toHaveLength(21);
});
