/** `/deliveries`: what was sent, what waits and what failed, with what can be done about it. Pure. */
import { DELIVERY_STATES, type DeliveryState, keyOf, UNDER_WAY } from '../../delivery/delivery.ts';
import { describeEnding } from '../../delivery/describe.ts';
import { storedBody } from '../../outbox/content-rows.ts';
import type { DeliveryPage, FoundDelivery } from '../../outbox/deliveries.ts';
import type { StoredAttempt, StoredDelivery } from '../../outbox/rows.ts';
import type { Visitor } from '../visitor.ts';
import { clock, dayAndClock } from './age.ts';
import { each, type Html, html, raw } from './html.ts';
import { empty, hiddenCsrf, table } from './layout.ts';
import { prose, receiverText, spanText, state as stateOf, toneOf } from './words.ts';

export interface DeliveriesView {
  readonly state: DeliveryState | undefined;
  readonly destination: string | undefined;
  readonly destinations: readonly string[];
  readonly page: DeliveryPage;
}

export const deliveriesPage = (view: DeliveriesView, visitor: Visitor): Html =>
  html`<h1>Deliveries</h1>${filterForm(view)}<h2>${heading(view)}</h2>${
    view.page.deliveries.length === 0
      ? empty(
          view.page.next === undefined
            ? 'Nothing in the store fits.'
            : 'Nothing fits among those looked through so far: go on with “older”.',
        )
      : deliveriesTable(view.page.deliveries, visitor)
  }${older(view)}`;

const heading = ({ state, destination }: DeliveriesView): string =>
  `${state === undefined ? 'All' : state}${destination === undefined ? '' : ` for ${destination}`}, newest first`;

function filterForm({ state, destination, destinations }: DeliveriesView): Html {
  return html`<form class="line" method="get" action="/deliveries"><label>State<select name="state">${option('', 'any', state ?? '')}${each(
    DELIVERY_STATES,
    (one) => option(one, one, state ?? ''),
  )}</select></label><label>Destination<input name="destination" list="names" value="${destination ?? ''}" placeholder="any"></label><datalist id="names">${each(
    destinations,
    (name) => html`<option value="${name}"></option>`,
  )}</datalist><button>Show</button></form>`;
}

const option = (value: string, words: string, chosen: string): Html =>
  html`<option value="${value}"${value === chosen ? raw(' selected') : ''}>${words}</option>`;

export function deliveriesTable(deliveries: readonly StoredDelivery[], visitor: Visitor): Html {
  return table(
    ['Destination', 'Received', 'State', 'Announcement', ['Attempts', 'number'], ''],
    each(deliveries, (one) => deliveryRow(one, visitor)),
  );
}

function deliveryRow(stored: StoredDelivery, visitor: Visitor): Html {
  const { delivery, state, reason, attempts, settledMs } = stored;
  const { id, title, receivedTimestampUs, receivedMs } = storedBody(delivery.content);
  const took =
    settledMs === undefined || state !== 'delivered' ? '' : ` after ${spanText(settledMs - receivedMs)}`;
  return html`<tr id="${keyOf(delivery)}"><th scope="row"><a href="/deliveries/${encodeURIComponent(delivery.id)}">${receiverText(delivery)}</a></th><td class="nowrap" data-label="Received">${dayAndClock(receivedTimestampUs / 1000)}</td><td data-label="State">${stateOf(toneOf(state), reason === undefined ? state : `${state}: ${reason}`)}<span class="small faint">${took}</span>${
    reason === undefined ? '' : html`<br><span class="small faint">${prose(describeEnding(reason))}</span>`
  }</td><td class="whole"><a href="/announcements/${id}">${title === '' ? id : title}</a></td><td class="number" data-label="Attempts">${attempts}</td><td>${actions(stored, visitor)}</td></tr>`;
}

/** A button, without a script, for each thing that can be done with it. */
export function actions({ delivery, state, reason }: StoredDelivery, visitor: Visitor): Html {
  if (!visitor.mayChange || state === 'delivered' || reason === UNDER_WAY) return html``;
  const button = (what: 'retry' | 'discard', words: string) =>
    html`<form class="inline" method="post" action="/deliveries/${encodeURIComponent(delivery.id)}/${what}">${hiddenCsrf(visitor)}<button class="quiet">${words}</button></form> `;
  return html`<span class="nowrap">${button('retry', state === 'pending' ? 'Send now' : 'Send again')}${state === 'pending' ? button('discard', 'Discard') : ''}</span>`;
}

export const attemptsTable = (attempts: readonly StoredAttempt[]): Html =>
  attempts.length === 0
    ? html`<p class="faint">No attempt yet.</p>`
    : table(
        ['Attempt', 'Started', ['Took', 'number'], 'Outcome', 'Answer'],
        each(
          attempts,
          ({ attempt, startedMs, durationMs, outcome, status, detail }) =>
            html`<tr><th scope="row">${attempt}</th><td data-label="Started">${clock(startedMs)}</td><td class="number" data-label="Took">${spanText(durationMs)}</td><td data-label="Outcome">${stateOf(outcome.startsWith('delivered') ? 'good' : 'bad', outcome)}</td><td data-label="Answer">${status ?? ''} <span class="small faint">${detail ?? ''}</span></td></tr>`,
        ),
      );

/** `/deliveries/:id`: everything about one, and what can be done with it. */
export const deliveryPage = ({ delivery: stored, attempts }: FoundDelivery, visitor: Visitor): Html => {
  const { delivery, state, reason } = stored;
  const { id, title, receivedTimestampUs } = storedBody(delivery.content);
  return html`<h1>${receiverText(delivery)} ${stateOf(toneOf(state), reason === undefined ? state : `${state}: ${reason}`)}</h1>${
    reason === undefined ? '' : html`<p>${prose(describeEnding(reason))}</p>`
  }<dl class="facts"><dt>Announcement</dt><dd><a href="/announcements/${id}">${title === '' ? id : title}</a></dd><dt>Received</dt><dd>${dayAndClock(receivedTimestampUs / 1000)}</dd><dt>Rule</dt><dd>${delivery.rule}</dd><dt>Template</dt><dd>${delivery.template ?? 'the default form'}</dd><dt>Id</dt><dd class="mono">${delivery.id}</dd></dl><p>${actions(stored, visitor)}</p><h2>Attempts</h2>${attemptsTable(attempts)}`;
};

function older({ state, destination, page: { next } }: DeliveriesView): Html {
  if (next === undefined) return html``;
  const query = new URLSearchParams({
    ...(state !== undefined && { state }),
    ...(destination !== undefined && { destination }),
    before: next,
  });
  return html`<p class="pager"><a href="/deliveries?${query.toString()}" rel="next">older →</a></p>`;
}
