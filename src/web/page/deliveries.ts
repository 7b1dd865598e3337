/** `/deliveries`: what was sent, what waits and what failed, with what can be done about it. Pure. */
import { keyOf, UNDER_WAY } from '../../delivery/delivery.ts';
import { describeEnding } from '../../delivery/describe.ts';
import { type HeldBy, isCooldown } from '../../delivery/held-by.ts';
import { storedBody } from '../../outbox/content-rows.ts';
import type { FoundDelivery } from '../../outbox/deliveries.ts';
import type { StoredAttempt, StoredDelivery } from '../../outbox/rows.ts';
import type { Visitor } from '../visitor.ts';
import { clock, dayAndClock } from './age.ts';
import type { ListView } from './announcements.ts';
import { filterForm, pager } from './filter-form.ts';
import { each, type Html, html } from './html.ts';
import { hiddenCsrf, missingNodes, nothingFits, table } from './layout.ts';
import { prose, receiverText, spanText, state as stateOf, toneOf } from './words.ts';

export interface DeliveriesView extends ListView {
  readonly deliveries: readonly StoredDelivery[];
}

export const deliveriesPage = ({ deliveries, ...view }: DeliveriesView, visitor: Visitor): Html =>
  html`<h1>Deliveries</h1>${missingNodes(view.missing)}${filterForm('/deliveries', view.typed, view.fields, view.more)}${
    deliveries.length === 0
      ? nothingFits(
          view,
          'Nothing was sent yet. Every delivery is kept here: what arrived, what waits and what failed.',
        )
      : deliveriesTable(deliveries, visitor)
  }${pager('/deliveries', view.typed, view)}`;

export function deliveriesTable(deliveries: readonly StoredDelivery[], visitor: Visitor): Html {
  return table(
    ['Destination', 'Received', 'State', 'Announcement', ['Attempts', 'number'], ''],
    each(deliveries, (one) => deliveryRow(one, visitor)),
  );
}

function deliveryRow(stored: StoredDelivery, visitor: Visitor): Html {
  const { delivery, state, reason, attempts, settledMs, byHandMs, node } = stored;
  const { id, title, receivedTimestampUs, receivedMs } = storedBody(delivery.content);
  const took =
    settledMs === undefined || state !== 'delivered'
      ? ''
      : ` after ${spanText(settledMs - (byHandMs ?? receivedMs))}`;
  return html`<tr id="${keyOf(delivery)}"><th scope="row"><a href="/deliveries/${encodeURIComponent(delivery.id)}">${receiverText(delivery)}</a></th><td class="nowrap" data-label="Received">${dayAndClock(receivedTimestampUs / 1000)}</td><td data-label="State">${stateOf(toneOf(state), reason === undefined ? state : `${state}: ${reason}`)}<span class="small faint">${took}${byHandMs === undefined ? '' : ', by hand'}</span>${
    reason === undefined ? '' : html`<br><span class="small faint">${prose(describeEnding(reason))}</span>`
  }</td><td class="whole"><a href="/announcements/${id}">${title === '' ? id : title}</a></td><td class="number" data-label="Attempts">${attempts}${node === undefined ? '' : html`<br><span class="small faint broken">node ${node}</span>`}</td><td>${actions(stored, visitor)}</td></tr>`;
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

function heldByText(by: HeldBy): Html {
  const span = html`<span class="small faint">from ${dayAndClock(by.sinceMs)} to ${dayAndClock(by.untilMs)}</span>`;
  if (isCooldown(by))
    return html`the cooldown of its rule: ${by.kind} was sent here for <a href="/announcements/${by.announcementId}">an earlier announcement</a> ${span}`;
  const { id, kind, name, reason } = by;
  return html`<a href="/deliveries?mute=${id}">mute ${id}</a> of ${name} <span class="tag">${kind}</span>${reason === undefined ? '' : html`: ${reason}`} ${span}`;
}

/** `/deliveries/:id`: everything about one, and what can be done with it. */
export const deliveryPage = ({ delivery: stored, attempts }: FoundDelivery, visitor: Visitor): Html => {
  const { delivery, state, reason, byHandMs, heldBy, node } = stored;
  const { id, title, receivedTimestampUs } = storedBody(delivery.content);
  return html`<h1>${receiverText(delivery)} ${stateOf(toneOf(state), reason === undefined ? state : `${state}: ${reason}`)}</h1>${
    reason === undefined ? '' : html`<p>${prose(describeEnding(reason))}</p>`
  }<dl class="facts"><dt>Announcement</dt><dd><a href="/announcements/${id}">${title === '' ? id : title}</a></dd><dt>Received</dt><dd>${dayAndClock(receivedTimestampUs / 1000)}</dd>${heldBy === undefined ? '' : html`<dt>Held by</dt><dd>${heldByText(heldBy)}</dd>`}${node === undefined ? '' : html`<dt>Node</dt><dd>${node}</dd>`}<dt>Rule</dt><dd>${delivery.rule}</dd><dt>Template</dt><dd>${delivery.template ?? 'the default form'}</dd>${byHandMs === undefined ? '' : html`<dt>By hand</dt><dd>${dayAndClock(byHandMs)}: requested by a retry or a replay</dd>`}<dt>Id</dt><dd class="mono">${delivery.id}</dd></dl><p>${actions(stored, visitor)}</p><h2>Attempts</h2>${attemptsTable(attempts)}`;
};
