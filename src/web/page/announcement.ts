/** `/announcements/:id`: one announcement, the time that each part of its way took, and why it went where it went. Pure. */
import type { Announcement } from '../../announcement.ts';
import type { FoundDelivery } from '../../outbox/deliveries.ts';
import { latencyOf } from '../../templates/variables.ts';
import { type ComparedRule, compareRules, type Said, type Then } from '../../then-and-now.ts';
import type { InspectedDecision } from '../ops.ts';
import type { Visitor } from '../visitor.ts';
import { dayAndClock } from './age.ts';
import { actions, attemptsTable } from './deliveries.ts';
import { each, type Html, html } from './html.ts';
import { barKey, latencyBar, PARTS, type Split, totalMs } from './latency-bar.ts';
import { empty, table } from './layout.ts';
import { countOf, receiverText, spanText, state, toneOf } from './words.ts';

type View = Omit<InspectedDecision, 'content'> & { readonly announcement: Announcement };

export const announcementPage = (view: View, visitor: Visitor): Html => {
  const { announcement, deliveries } = view;
  const { id, title, publisher, listingType, tickers, feed, receivedTimestampUs, redacted, test } =
    announcement;
  return html`<h1>${tickers.length === 0 ? publisher : tickers.join(', ')} <span class="tag">${publisher} ${listingType}</span></h1><p>${title === '' ? html`<span class="faint">without a title</span>` : title}</p><dl class="facts"><dt>Received</dt><dd>${dayAndClock(receivedTimestampUs / 1000)} by feed ${feed}</dd><dt>Id</dt><dd class="mono">${id}</dd>${
    redacted || test
      ? html`<dt>Kind</dt><dd>${redacted ? 'redacted: this plan hides its ticker and title' : 'a self-test'}</dd>`
      : ''
  }</dl>
<h2>Way</h2>${way(announcement, deliveries)}
<h2>Deliveries</h2>${
    deliveries.length === 0
      ? empty('Nothing was sent.')
      : each(deliveries, (one) => deliveryCard(one, visitor))
  }
<h2>Why</h2>${why(view)}`;
};

function way(announcement: Announcement, deliveries: readonly FoundDelivery[]): Html {
  const { service, network } = latencyOf(announcement);
  const rows = deliveries.flatMap(({ delivery, attempts }) => {
    const last = attempts.findLast(({ outcome }) => outcome.startsWith('delivered'));
    if (last === undefined) return [];
    const bridge = last.startedMs - announcement.receivedMs;
    const split: Split = {
      service: service ?? undefined,
      network: network ?? undefined,
      bridge,
      receiver: last.durationMs,
    };
    return [{ to: receiverText(delivery.delivery), split }];
  });
  if (rows.length === 0) return empty('No delivery arrived, so there is no way to measure.');
  const most = Math.max(...rows.map(({ split }) => totalMs(split)));
  return html`${table(
    ['Destination', ...PARTS.map((part): [string, 'number'] => [part, 'number']), ['together', 'number'], ''],
    each(
      rows,
      ({ to, split }) =>
        html`<tr><th scope="row">${to}</th>${each(
          PARTS,
          (part) => html`<td class="number" data-label="${part}">${spanText(split[part])}</td>`,
        )}<td class="number" data-label="together">${spanText(totalMs(split))}</td><td class="whole">${latencyBar(split, most)}</td></tr>`,
    ),
    {
      caption:
        'service: detected → dispatched, by its own clock. network: dispatched → received, across two clocks. bridge: received → request written. receiver: request written → answer read.',
    },
  )}${barKey()}`;
}

function deliveryCard({ delivery: stored, attempts }: FoundDelivery, visitor: Visitor): Html {
  const { delivery, state: of, reason } = stored;
  const to = receiverText(delivery);
  return html`<section class="card" aria-label="${to}"><h3>${to} ${state(toneOf(of), reason === undefined ? of : `${of}: ${reason}`)}</h3><p class="small faint">by rule ${delivery.rule}${delivery.template === undefined ? '' : `, template ${delivery.template}`}${stored.node === undefined ? '' : `, node ${stored.node}`}, id <span class="mono">${delivery.id}</span></p>${actions(stored, visitor)}${attemptsTable(attempts)}</section>`;
}

function why({ before: then, now }: View): Html {
  if ('why' in then)
    return html`<p>As it was decided: ${then.why}.</p>${'why' in now ? '' : html`<h3>By today’s rules</h3>${rulesTable(now.rules)}`}`;
  if ('why' in now) return html`${rulesTable(then.rules)}<p>Now: ${now.why}.</p>`;
  const compared = compareRules(then, now);
  const changed = compared.filter(({ difference }) => difference !== 'same');
  return html`<p>${countOf(then.matchedCount, 'rule')} of ${then.ruleCount} matched, in force since ${dayAndClock(then.inForceSinceMs)}. ${
    changed.length === 0
      ? 'Today’s rules say the same.'
      : `${countOf(changed.length, 'rule')} would say something else today.`
  }</p>${changed.length === 0 ? rulesTable(then.rules) : comparedTable(compared)}${withheld(then)}`;
}

/** Of more rules only those that matched, or that say something else now. */
const MOST_RULES = 100;

function rulesTable(rules: readonly Said[]): Html {
  const shown =
    rules.length <= MOST_RULES ? rules : rules.filter(({ matched }) => matched).slice(0, MOST_RULES);
  return html`${table(
    ['Rule', 'Outcome'],
    each(shown, (one) => html`<tr><th scope="row">${one.rule}</th><td class="whole">${said(one)}</td></tr>`),
  )}${rules.length > shown.length ? html`<p class="small faint">${rules.length - shown.length} more did not match.</p>` : ''}`;
}

const comparedTable = (compared: readonly ComparedRule[]): Html =>
  table(
    ['Rule', 'Then', 'Now'],
    each(
      compared.slice(0, MOST_RULES),
      ({ rule, before, now, difference }) =>
        html`<tr><th scope="row">${rule}</th><td data-label="Then">${before === undefined ? absent(difference) : said(before)}</td><td data-label="Now">${difference === 'same' ? html`<span class="faint">the same</span>` : now === undefined ? absent(difference) : said(now)}</td></tr>`,
    ),
  );

const absent = (difference: ComparedRule['difference']): Html =>
  html`<span class="faint">${difference === 'unknown' ? 'not kept' : 'no such rule'}</span>`;

export function said({ matched, stoppedBy, reasons, sends }: Said): Html {
  if (stoppedBy !== undefined) return state('faint', `not evaluated: stop of “${stoppedBy}”`);
  if (matched)
    return html`${state('good', 'matched')}${sends.length === 0 ? '' : html` → ${sends.join(', ')}`}`;
  return html`${state('faint', 'did not match')}<br><span class="small faint">${reasons.join('; ')}</span>`;
}

const withheld = ({ withheld: named, furtherWithheld }: Then): Html =>
  named.length === 0
    ? html``
    : html`<h3>Got nothing, although a rule names them</h3><ul>${each(
        named,
        ({ destination, reason }) => html`<li>${destination}: ${reason}</li>`,
      )}${furtherWithheld > 0 ? html`<li>and ${furtherWithheld} more</li>` : ''}</ul>`;
