/** The contents of a test's deliveries. */
import type { RaisedAlert } from '../../src/alert.ts';
import type { Announcement } from '../../src/announcement.ts';
import type { Delivery } from '../../src/delivery/delivery.ts';

/** The announcement of a delivery that carries one. */
export function newsIn({ content }: Pick<Delivery, 'content'>): Announcement {
  if (content.kind !== 'news') throw new Error(`a delivery of ${content.kind}, not of news`);
  return content.announcement;
}

/** The alert of a delivery that carries one. */
export function alertIn({ content }: Pick<Delivery, 'content'>): RaisedAlert {
  if (content.kind !== 'alert') throw new Error(`a delivery of ${content.kind}, not of an alert`);
  return content.alert;
}
