/** `/destinations/:name`: how it is, what waits, how much it may still send, its last deliveries, and why news goes there. Pure. */
import { stringify } from 'yaml';
import { describeEnding } from '../../delivery/describe.ts';
import type { ShownMute } from '../../mutes/shown.ts';
import type { DestinationReport } from '../../ops/status.ts';
import type { StoredDelivery } from '../../outbox/rows.ts';
import type { InspectedDestination } from '../ops.ts';
import type { Visitor } from '../visitor.ts';
import { age } from './age.ts';
import { budgetsTable } from './budgets.ts';
import { deliveriesTable } from './deliveries.ts';
import { destinationsTable, type Known, toneOfLane } from './destinations.ts';
import { type Hours, hoursPart } from './hours.ts';
import { each, type Html, html } from './html.ts';
import { empty, hiddenCsrf, table } from './layout.ts';
import { RULE_HEADINGS, ruleRow } from './rules.ts';
import { countText, prose, state } from './words.ts';

/** Newest first; a text: why they cannot be read. */
type Stored = readonly StoredDelivery[] | string;

export interface DestinationView {
  readonly of: InspectedDestination;
  readonly known: Known;
  readonly last: Stored;
  /** Dead or expired. */
  readonly failed: Stored;
  /** Of the last day; a text: why they cannot be read. */
  readonly hours: Hours | string;
}

export function destinationPage({ of, known, last, failed, hours }: DestinationView, visitor: Visitor): Html {
  const { report, budgets, options } = of;
  const { name, type, suspended } = report;
  const { nowMs } = known;
  const more = (query: string) =>
    html`<p class="pager"><a href="/deliveries?destination=${encodeURIComponent(name)}${query}">all of them →</a></p>`;
  return html`<h1>${name} <span class="tag">${type}</span> ${state(toneOfLane(report), report.state)}</h1>${
    suspended === undefined ? '' : html`<p>${prose(describeEnding(suspended))}</p>`
  }${elsewhere(report, known)}${mutes(of, visitor, nowMs)}${destinationsTable([report], known)}
<h2>Queue</h2>${queue(of, nowMs)}
<h2>Budget</h2>${budgetsTable(budgets, nowMs)}
<h2>Last 24 hours</h2>${typeof hours === 'string' ? html`<p>${state('bad', hours)}</p>` : hoursPart(name, hours)}
<h2>Failures</h2>${stored(failed, 'Nothing has failed, as far as the store goes back.', visitor)}${failed.length === 0 ? '' : more('&state=dead')}
<h2>Last deliveries</h2>${stored(last, 'Nothing was sent here yet.', visitor)}${last.length === 0 ? '' : more('')}
<h2>Rules</h2>${rulesOf(of, nowMs)}
<h2>Config</h2><p class="small faint">With every default filled in, without secrets; spans are in ms.</p><pre>${stringify({ [name]: plain(options) }, { lineWidth: 0 })}</pre>`;
}

/** Of a cluster: its queue and its figures are those of the node that sends there. */
const elsewhere = ({ node }: DestinationReport, known: Known): Html =>
  known.node === undefined || node === undefined || node === known.node
    ? html``
    : html`<p>${state('warning', `Node ${node} sends here, and its page has the queue and the budget.`)} This one has what ${known.node} has sent itself; the deliveries below are those of all nodes.</p>`;

/** As JSON has it: `Secret`s print as `<redacted>`. */
const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

function queue({ report, nextTryMs }: InspectedDestination, nowMs: number): Html {
  const { pending, inFlight, oldestMs } = report;
  const next =
    nextTryMs === undefined
      ? 'nothing waits to be sent'
      : nextTryMs === 0
        ? 'now'
        : Number.isFinite(nextTryMs)
          ? age('in', nextTryMs, nowMs)
          : 'when the request under way has ended';
  return html`<dl class="facts"><dt>Waiting</dt><dd>${countText(pending)}</dd><dt>Under way</dt><dd>${countText(inFlight)}</dd><dt>Oldest</dt><dd>${oldestMs === undefined ? '–' : age('ago', oldestMs, nowMs)}</dd><dt>Next try</dt><dd>${next}</dd></dl>`;
}

const stored = (found: Stored, none: string, visitor: Visitor): Html =>
  typeof found === 'string'
    ? html`<p>${state('bad', found)}</p>`
    : found.length === 0
      ? empty(none)
      : deliveriesTable(found, visitor);

function rulesOf({ rules, getsAlerts, report }: InspectedDestination, nowMs: number): Html {
  const alerts = getsAlerts
    ? html`<p>It gets the bridge’s own alerts: <code>alerts.send</code> names it.</p>`
    : '';
  if (rules.length === 0) return html`${empty(`No rule sends to ${report.name}.`)}${alerts}`;
  return html`${table(
    RULE_HEADINGS,
    each(rules.slice(0, MOST_RULES), (one) => ruleRow(one, nowMs)),
    { caption: 'Those that lead here. Hits are counted since the start.' },
  )}${rules.length > MOST_RULES ? html`<p class="small faint">${countText(rules.length - MOST_RULES)} more: see <a href="/rules">Rules</a>.</p>` : ''}${alerts}`;
}

const MOST_RULES = 50;

/** As a person would choose; any other span is for `/rules`. */
const SPANS = ['15m', '1h', '8h', '1d', '7d'];

function mutes(
  { mutes: inForce, report: { name } }: InspectedDestination,
  visitor: Visitor,
  nowMs: number,
): Html {
  const back = html`${hiddenCsrf(visitor)}<input type="hidden" name="destination" value="${name}">`;
  if (inForce.length > 0) return each(inForce, (one) => muted(one, visitor, back, nowMs));
  if (!visitor.mayChange) return html``;
  return html`<details class="quiet"><summary>Mute ${name}</summary><form class="line" method="post" action="/mutes">${back}<label>For<select name="for">${each(
    SPANS,
    (span) => html`<option value="${span}">${span}</option>`,
  )}</select></label><label>Why<input name="reason"></label><button>Mute</button></form><p class="small faint">What comes meanwhile ends as skipped.</p></details>`;
}

const muted = ({ id, leftMs, reason }: ShownMute, visitor: Visitor, back: Html, nowMs: number): Html =>
  html`<div class="notice is-warning"><p>${state('warning', html`Muted, ${age('left', leftMs, nowMs)}`)}${reason === undefined ? '' : html`: ${reason}`}. What comes meanwhile ends as skipped.</p>${
    visitor.mayChange
      ? html`<form class="inline" method="post" action="/mutes/${id}/lift">${back}<button class="quiet">Lift</button></form>`
      : ''
  }</div>`;
