/** `/announcements`: every stored one, newest first, a page at a time. Pure. */
import type { Announcement } from '../../announcement.ts';
import type { AnnouncementPage } from '../../outbox/deliveries.ts';
import { latencyOf } from '../../templates/variables.ts';
import { dayAndClock } from './age.ts';
import { each, type Html, html } from './html.ts';
import { empty, table } from './layout.ts';
import { spanText } from './words.ts';

export const announcementsPage = ({ announcements, next }: AnnouncementPage): Html =>
  html`<h1>Announcements</h1>${
    announcements.length === 0
      ? empty('The store has no announcement here.')
      : table(
          ['Received', 'Announcement', 'Feed', ['Service', 'number'], ['Network', 'number']],
          each(announcements, announcementRow),
        )
  }${
    next === undefined
      ? ''
      : html`<p class="pager"><a href="/announcements?before=${encodeURIComponent(next)}" rel="next">older →</a></p>`
  }`;

function announcementRow(announcement: Announcement): Html {
  const { id, publisher, listingType, tickers, title, feed, receivedTimestampUs } = announcement;
  const { service, network } = latencyOf(announcement);
  return html`<tr><td class="nowrap" data-label="Received">${dayAndClock(receivedTimestampUs / 1000)}</td><td class="whole"><a class="tickers" href="/announcements/${id}">${tickers.length === 0 ? publisher : tickers.join(', ')}</a> <span class="tag">${publisher} ${listingType}</span><br>${title}</td><td data-label="Feed">${feed}</td><td class="number" data-label="Service">${spanText(service)}</td><td class="number" data-label="Network">${spanText(network)}</td></tr>`;
}
