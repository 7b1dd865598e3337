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
}

export function destinationsTable(
  destinations: readonly DestinationReport[],
  known: Known,
  most = MOST_SHOWN,
): Html {
  if (destinations.length === 0) return empty('No destination is configured: nothing is sent.');
  const shown = firstOf(destinations, most);
  const more = destinations.length - shown.length;
  return html`${table(
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
    { id: 'destinations' },
  )}${more > 0 ? html`<p><a href="/destinations">All ${countOf(destinations.length, 'destination')}</a></p>` : ''}`;
}

/** `/destinations`: all of them. */
export const destinationsPage = (destinations: readonly DestinationReport[], known: Known): Html =>
  html`<h1>Destinations</h1>${destinationsTable(destinations, known, destinations.length)}${hoursOf(destinations, known)}`;

const firstOf = (destinations: readonly DestinationReport[], most: number) =>
  destinations.toSorted((a, b) => rankOf(a) - rankOf(b)).slice(0, most);

/** Behind the bars: of very many destinations those whose bars `destinationsTable` shows first; each page has its own. */
export const hoursOf = (destinations: readonly DestinationReport[], { day }: Known): Html =>
  dayTable(
    firstOf(destinations, MOST_SHOWN).flatMap(({ name }) => {
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
  return html`<tr id="d-${name}"><th scope="row"><a href="${destinationPath(name)}">${name}</a> <span class="tag">${type}</span></th><td data-label="State">${state(toneOfLane(report), words)}${known.muted?.has(name) === true ? html`<br>${state('warning', 'muted')}` : ''}</td><td class="number" data-label="Waiting">${waits}</td><td data-label="Budget">${budgetCell(known.budgets(name), nowMs)}</td><td class="number spare" data-label="Delivered">${countText(figures?.delivered ?? 0)}</td><td class="number" data-label="Success">${shareText(figures?.successShare)}</td><td class="number" data-label="p50">${spanText(figures?.p50Ms)}</td><td class="number" data-label="p99">${spanText(figures?.p99Ms)}</td><td class="whole">${day === undefined ? '' : dayChart(day)}</td></tr>`;
}

type Lane = Pick<DestinationReport, 'suspended' | 'slowed' | 'pausedMs'>;

export function toneOfLane({ suspended, slowed, pausedMs }: Lane): Tone {
  if (suspended !== undefined) return 'bad';
  return slowed !== undefined || pausedMs > 0 ? 'warning' : 'good';
}

const rankOf = ({ suspended, slowed, pausedMs, pending }: DestinationReport): number =>
  suspended !== undefined ? 0 : slowed !== undefined ? 1 : pausedMs > 0 ? 2 : pending > 0 ? 3 : 4;
