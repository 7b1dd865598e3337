/** The last announcements, as the status shows them. */
import { expect, test } from 'vitest';
import { newsOf } from '../../src/delivery/content.ts';
import type { Delivery } from '../../src/delivery/delivery.ts';
import { AnnouncementHistory } from '../../src/ops/recent-announcements.ts';
import { announcementAt, deliveriesOf } from '../support/outbox.ts';

const BASE_MS = Date.UTC(2026, 0, 1);

test('regression: of two deliveries with one id each keeps its own end, also when the older is shown no longer', () => {
  const history = new AnnouncementHistory();
  const received = (ordinal: number, id?: string): Delivery => {
    const announcement = announcementAt(ordinal, BASE_MS);
    const [one] = deliveriesOf(announcement, 'bot');
    if (one === undefined) throw new Error('no delivery');
    const delivery = { ...one, key: one.id, id: id ?? one.id, content: newsOf(announcement) };
    history.listener({ kind: 'announcement.received', announcement, deliveries: [delivery], rules: [] });
    return delivery;
  };
  const end = (delivery: Delivery, state: 'delivered' | 'dead') =>
    history.listener({ kind: 'delivery.ended', delivery, state, reason: undefined, endedMs: BASE_MS });
  const states = () => history.announcements.map(({ deliveries }) => deliveries[0]?.state);
  const [first, second] = [received(0, 'same'), received(1, 'same')];
  end(first, 'dead');
  expect(states()).toEqual(['pending', 'dead']);
  for (let ordinal = 2; ordinal <= 20; ordinal++) received(ordinal);
  expect(states()).toEqual(Array(20).fill('pending'));
  end(second, 'delivered');
  expect(states().at(-1)).toBe('delivered');
});
