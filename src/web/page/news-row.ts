/** One announcement as a row: read, where it went, and how long each part of the way took. Pure. */
import type { RecentAnnouncement, RecentDelivery } from '../../ops/recent-announcements.ts';
import { ageBeside, clock } from './age.ts';
import { each, type Html, html } from './html.ts';
import { latencyBar, splitOf, totalMs } from './latency-bar.ts';
import { receiverText, spanText, state, toneOf } from './words.ts';

export const NEWS_HEADINGS = ['Time', 'Announcement', 'Way', 'Delivered'] as const;

/** As long as the whole bar, so that rows can be compared: most ways take less. In ms. */
export const BAR_MS = 50;

/** More would fill the page. */
const SHOWN_DELIVERIES = 6;

/** `nowMs`: epoch ms. `node`: of a cluster, the one whose deliveries these are. */
export const newsRow = (announcement: RecentAnnouncement, nowMs: number, node?: string): Html => {
  const { id, receivedMs, publisher, listingType, tickers, title, feed, test, update, redacted } =
    announcement;
  const split = splitOf(announcement);
  const total = totalMs(split);
  return html`<tr id="a-${id}" class="news" data-into="news"><td class="when" data-label="Time">${clock(receivedMs)}<br>${ageBeside(receivedMs, nowMs)}</td><td class="whole said"><a class="tickers" href="/announcements/${id}">${tickers.length === 0 ? publisher : tickers.join(', ')}</a> <span class="tag">${publisher} ${listingType}</span> ${test ? tag('self-test') : ''}${update ? tag('update') : ''}${redacted ? tag('redacted') : ''}<span class="title" title="${feed}">${title}</span></td><td data-label="Way"><span class="bar-of-row">${latencyBar(split, BAR_MS)}<span class="small faint">${total === 0 ? '–' : spanText(total)}</span></span></td><td class="whole">${deliveriesOf(announcement, node)}</td></tr>`;
};

const tag = (word: string): Html => html`<span class="tag">${word}</span> `;

function deliveriesOf({ id, deliveries, rules }: RecentAnnouncement, node: string | undefined): Html {
  if (deliveries.length === 0 && rules.length > 0 && node !== undefined)
    return html`<a class="small faint" href="/announcements/${id}">by other nodes</a>`;
  if (deliveries.length === 0)
    return html`<span class="small faint">${rules.length === 0 ? 'no rule matched' : 'nothing to send'}</span>`;
  const shown = deliveries.toSorted((a, b) => rankOf(a) - rankOf(b)).slice(0, SHOWN_DELIVERIES);
  const more = deliveries.length - shown.length;
  return html`<ul class="chips">${each(shown, (one) => html`<li>${chip(one)}</li>`)}${more > 0 ? html`<li class="faint">and ${more} more</li>` : ''}</ul>`;
}

/** Those that need somebody come first. */
const RANKS = ['dead', 'expired', 'pending', 'delivered', 'skipped'];
const rankOf = ({ state: of }: RecentDelivery): number => RANKS.indexOf(of);

function chip(delivery: RecentDelivery): Html {
  const { state: of, reason, tookMs, attempts } = delivery;
  const what = of === 'delivered' ? spanText(tookMs) : reason === undefined ? of : `${of}: ${reason}`;
  const tries = attempts > 1 ? `, ${attempts} attempts` : '';
  return html`${state(toneOf(of), receiverText(delivery))} <span class="faint">${what}${tries}</span>`;
}
