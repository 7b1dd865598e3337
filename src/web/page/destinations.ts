/** The destinations with their state, queue, budget and figures; those that need somebody first. Pure. */
import type { BudgetState } from '../../delivery/budget-state.ts';
import type { Figures } from '../../ops/destination-figures.ts';
import type { DestinationReport } from '../../ops/status.ts';
import { age } from './age.ts';
import { budgetCell } from './budgets.ts';
import { dayChart, dayTable } from './day-chart.ts';
import { each, type Html, html } from './html.ts';
import type { Day } from './last-day.ts';
import { empty, table } from './layout.ts';

import { countOf, countText, shareText, spanText, state, type Tone } from './words.ts';

/** More than a page can be looked at; the others follow behind a link. */
const MOST_SHOWN = 50;

/** Facts that are not in the status. */
export interface Known {
  /** Epoch ms. */
  readonly nowMs: number;
  readonly figures: (destination: string) => Figures | undefined;
  readonly budgets: (destination: string) => readonly BudgetState[];
  /** Its last 24 hours; absent, or `undefined`: not known yet. */
  readonly day?: ((destination: string) => Day | undefined) | undefined;
  /** Names; absent: none. */
  readonly muted?: ReadonlySet<string>;
  /** Of a cluster: the one whose figures these are. */
  readonly node?: string | undefined;
}

export function destinationsTable(destinations: readonly DestinationReport[], known: Known): Html {
  if (destinations.length === 0) return noDestination();
  const isMore = destinations.length > MOST_SHOWN;
  return html`${rowsOf(ordered(destinations).slice(0, MOST_SHOWN), known)}${isMore ? html`<p><a href="/destinations">All ${countOf(destinations.length, 'destination')}</a></p>` : ''}`;
}

const rowsOf = (shown: readonly DestinationReport[], known: Known): Html =>
  table(
    [
      'Destination',
      'State',
      ['Waiting', 'number'],
      'Budget',
      ['Delivered', 'number', 'spare'],
      ['Success', 'number'],
      ['p50', 'number'],
      ['p99', 'number'],
      '24 hours',
    ],
    each(shown, (one) => destinationRow(one, known)),
    {
      id: 'destinations',
      ...(known.node !== undefined && {
        caption: `Queues and figures are those of node ${known.node}, since its start; a destination that another node sends to has its own there. listing-bridge stats has the figures of all nodes.`,
      }),
    },
  );

/** On a page of `/destinations`. */
const MOST_LISTED = 200;

/** `/destinations`: all of them, a part at a time. `from`: the place of the first in the order of the page. */
export function destinationsPage(
  destinations: readonly DestinationReport[],
  known: Known,
  from: number,
): Html {
  const next = from + MOST_LISTED;
  const to = (place: number) => (place <= 0 ? '/destinations' : `/destinations?from=${place}`);
  const [before, after] = [from > 0, next < destinations.length];
  const shown = ordered(destinations).slice(from, next);
  return html`<h1>Destinations</h1>${
    destinations.length === 0 ? noDestination() : html`${rowsOf(shown, known)}${hoursOf(shown, known)}`
  }${
    before || after
      ? html`<p class="pager">${before ? html`<a href="${to(from - MOST_LISTED)}" rel="prev">← before</a>` : ''}<span class="small faint">${countOf(destinations.length, 'destination')}</span>${after ? html`<a href="${to(next)}" rel="next">more →</a>` : ''}</p>`
      : ''
  }`;
}

const noDestination = () => empty('No destination is configured: nothing is sent.');

/** Those that need somebody first. */
const ordered = (destinations: readonly DestinationReport[]) =>
  destinations.toSorted((a, b) => rankOf(a) - rankOf(b));

/** Behind the bars of these, the first of which are shown; each destination has its own page. */
export const hoursOf = (destinations: readonly DestinationReport[], { day }: Known): Html =>
  dayTable(
    ordered(destinations)
      .slice(0, MOST_SHOWN)
      .flatMap(({ name }) => {
        const of = day?.(name);
        return of === undefined ? [] : [[name, of] as const];
      }),
  );

export const destinationPath = (name: string): string => `/destinations/${encodeURIComponent(name)}`;

export function destinationRow(report: DestinationReport, { nowMs, ...known }: Known): Html {
  const { name, type, state: words, inFlight, pending, oldestMs } = report;
  const figures = known.figures(name);
  const day = known.day?.(name);
  const waits =
    pending + inFlight === 0
      ? '0'
      : html`${countText(pending)}${oldestMs === undefined ? '' : html` <span class="oldest small faint">oldest ${age('ago', oldestMs, nowMs)}</span>`}`;
  return html`<tr id="d-${name}"><th scope="row"><a href="${destinationPath(name)}">${name}</a> <span class="tag">${type}</span></th><td class="words" data-label="State">${stateOf(report, words, known.node)}${known.muted?.has(name) === true ? html`<br>${state('warning', 'muted')}` : ''}</td><td class="number" data-label="Waiting">${waits}</td><td data-label="Budget">${budgetCell(known.budgets(name), nowMs)}</td><td class="number spare" data-label="Delivered">${countText(figures?.delivered ?? 0)}</td><td class="number" data-label="Success">${shareText(figures?.successShare)}</td><td class="number" data-label="p50">${spanText(figures?.p50Ms)}</td><td class="number" data-label="p99">${spanText(figures?.p99Ms)}</td><td class="whole">${day === undefined ? '' : dayChart(day)}</td></tr>`;
}

/** `node`: this one, of a cluster. */
function stateOf(report: DestinationReport, words: string, node: string | undefined): Html {
  if (node === undefined || report.node === node) return state(toneOfLane(report), words);
  return report.node === undefined
    ? state('warning', 'held by no node at the moment')
    : state('faint', `node ${report.node} sends`);
}

type Lane = Pick<DestinationReport, 'suspended' | 'slowed' | 'pausedMs'>;

export function toneOfLane({ suspended, slowed, pausedMs }: Lane): Tone {
  if (suspended !== undefined) return 'bad';
  return slowed !== undefined || pausedMs > 0 ? 'warning' : 'good';
}

const rankOf = ({ suspended, slowed, pausedMs, pending }: DestinationReport): number =>
  suspended !== undefined ? 0 : slowed !== undefined ? 1 : pausedMs > 0 ? 2 : pending > 0 ? 3 : 4;
