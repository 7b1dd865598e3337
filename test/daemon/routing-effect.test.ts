/** The effect of new rules on news that is known. */
import { expect, test } from 'vitest';
import type { Announcement } from '../../src/announcement.ts';
import { routingEffect } from '../../src/daemon/routing-effect.ts';
import { goesBy } from '../../src/routing-diff.ts';
import { announcementAt } from '../support/outbox.ts';

const PAGE = 50;

/** Number 0 is the newest. */
function storeOf(count: number) {
  const all = Array.from({ length: count }, (_, n) => announcementAt(count - n, 0));
  let pages = 0;
  const announcements = (before = '0') => {
    pages++;
    const from = Number(before);
    const next = from + PAGE < count ? String(from + PAGE) : undefined;
    return Promise.resolve({
      ok: true,
      value: { announcements: all.slice(from, from + PAGE), next },
    } as const);
  };
  return { announcements, pages: () => pages };
}

test('the last 200 are looked at, however many there are; the newest are named', async () => {
  const store = storeOf(1000);
  const odd = ({ receivedMs }: Announcement) => (receivedMs % 2 === 1 ? ['bot', 'team'] : ['bot']);
  expect(await routingEffect(() => ['bot'], odd, store)).toEqual({
    announcements: 200,
    elsewhere: 100,
    examples: Array.from({ length: 3 }, () => 'upbit spot_listing ABC: bot → bot, team'),
  });
  expect(store.pages()).toBe(4);
});

test('the same destinations in another order are the same; a store that is empty, or does not answer, has no effect', async () => {
  const [one, other] = [() => ['a', 'b'], () => ['b', 'a']];
  expect(await routingEffect(one, other, storeOf(3))).toEqual({
    announcements: 3,
    elsewhere: 0,
    examples: [],
  });
  expect(await routingEffect(one, other, storeOf(0))).toBeUndefined();
  const broken = { announcements: () => Promise.resolve({ ok: false, message: 'closed' } as const) };
  expect(await routingEffect(one, other, broken)).toBeUndefined();
});

test('a damaged announcement, on which the rules fail, ends nothing', async () => {
  const failing = goesBy(
    {
      route: () => {
        throw new TypeError('damaged');
      },
    },
    [],
  );
  const { examples } = (await routingEffect(failing, () => ['bot'], storeOf(1))) ?? {};
  expect(examples).toEqual(['upbit spot_listing ABC: nowhere → bot']);
});
