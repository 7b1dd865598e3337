/** `/announcements`: every stored one, newest first, a page at a time. Pure. */
import type { Announcement } from '../../announcement.ts';
import { latencyOf } from '../../templates/variables.ts';
import { dayAndClock } from './age.ts';
import { type Field, filterForm, pager, type Typed } from './filter-form.ts';
import { each, type Html, html } from './html.ts';
import { missingNodes, nothingFits, table } from './layout.ts';
import { spanText } from './words.ts';

/** A part of a list, with its filter. */
export interface ListView {
  /** Nothing was found, and a word of the filter is unknown. */
  readonly hint: string | undefined;
  readonly typed: Typed;
  readonly fields: readonly Field[];
  readonly more: readonly Field[];
  readonly before: string | undefined;
  readonly next: string | undefined;
  /** Of a cluster: sentences on nodes that gave no answer. */
  readonly missing?: readonly string[] | undefined;
}

export interface AnnouncementsView extends ListView {
  readonly announcements: readonly Announcement[];
  /** Of a cluster: the node of each that this one does not have itself, by its id. */
  readonly nodes?: ReadonlyMap<string, string> | undefined;
}

export const announcementsPage = ({ announcements, nodes, ...view }: AnnouncementsView): Html =>
  html`<h1>Announcements</h1>${missingNodes(view.missing)}${filterForm('/announcements', view.typed, view.fields, view.more)}${
    announcements.length === 0
      ? nothingFits(
          view,
          'The store has no announcement yet. Exchanges announce listings a few times a day: what comes is kept here.',
        )
      : table(
          ['Received', 'Announcement', 'Feed', ['Service', 'number'], ['Network', 'number']],
          each(announcements, (one) => announcementRow(one, nodes?.get(one.id))),
        )
  }${pager('/announcements', view.typed, view)}`;

function announcementRow(announcement: Announcement, node: string | undefined): Html {
  const { id, publisher, listingType, tickers, title, feed, receivedTimestampUs } = announcement;
  const { service, network } = latencyOf(announcement);
  return html`<tr><td class="nowrap" data-label="Received">${dayAndClock(receivedTimestampUs / 1000)}</td><td class="whole"><a class="tickers" href="/announcements/${id}">${tickers.length === 0 ? publisher : tickers.join(', ')}</a> <span class="tag">${publisher} ${listingType}</span><br>${title}</td><td data-label="Feed">${feed}${node === undefined ? '' : html` <span class="small faint broken">node ${node}</span>`}</td><td class="number" data-label="Service">${spanText(service)}</td><td class="number" data-label="Network">${spanText(network)}</td></tr>`;
}
