/**
 * `/latency`: how fast, over time and by size, of a period; all of it or one feed or destination. Charts are drawn from the
 * tables that stand behind them (`assets/charts.js`). Pure.
 */

import type { Stats, StatsGroup, StatsPoint } from '../../outbox/history/stats.ts';
import type { Bar } from '../../platform/spread.ts';
import { dayAndClock } from './age.ts';
import { CHART_ASSETS } from './chart-assets.ts';
import { destinationPath } from './destinations.ts';
import { each, type Html, html, raw } from './html.ts';
import { groupsOf } from './latency-groups.ts';
import { empty, table } from './layout.ts';
import { sparkline } from './sparkline.ts';
import { tiles } from './tiles.ts';
import { countOf, countText, shareText, spanText } from './words.ts';

export const PERIODS = [
  ['1h', 'the last hour'],
  ['24h', '24 hours'],
  ['7d', '7 days'],
  ['30d', '30 days'],
] as const;

export type Period = (typeof PERIODS)[number][0];

export interface LatencyView {
  readonly period: Period;
  /** Only this one's; absent: all together. */
  readonly feed: string | undefined;
  readonly destination: string | undefined;
  /** Of a cluster: whose figures these are. */
  readonly node?: string | undefined;
  readonly stats: Stats;
  readonly feeds: readonly StatsGroup[];
  readonly destinations: readonly StatsGroup[];
  /** Of a moment of the stats: epoch ms. */
  readonly wallOf: (ms: number) => number;
}

/** Only this page loads them. */
export const LATENCY_LOADS = html`<link rel="stylesheet" href="${CHART_ASSETS.style.url}"><script defer src="${CHART_ASSETS.library.url}"></script><script defer src="${CHART_ASSETS.script.url}"></script>`;

export const latencyPage = (view: LatencyView): Html => {
  const { stats, feed, destination } = view;
  const { total } = stats;
  const count = total.sent?.took.count ?? 0;
  const isEmpty = count === 0 && (total.news?.announcements ?? 0) === 0;
  return html`<h1>Latency</h1>${periods(view)}${chosen(view)}${whose(view)}${gaps(view)}${
    isEmpty
      ? empty(
          feed === undefined && destination === undefined
            ? 'Nothing was read in this period. Exchanges announce listings a few times a day; a longer period may have some.'
            : 'Nothing of it in this period.',
        )
      : html`${summary(view)}<h2>Over time</h2>${overTime(view)}<h2>How often</h2><div class="columns">${each(
          PARTS,
          ([part, title, says]) => histogram(part, title, says, stats.total.bars[part]),
        )}</div>`
  }${groupsOf(view, (of) => linkTo({ ...view, ...of }))}`;
};

const whose = ({ node }: Pick<LatencyView, 'node'>): Html =>
  node === undefined
    ? html``
    : html`<p class="small faint">Of what node ${node} has received and sent; <code>listing-bridge stats</code> has all nodes.</p>`;

const linkTo = ({
  period,
  feed,
  destination,
}: Pick<LatencyView, 'period' | 'feed' | 'destination'>): string =>
  `/latency?${new URLSearchParams({
    since: period,
    ...(feed !== undefined && { feed }),
    ...(destination !== undefined && { destination }),
  })
    .toString()
    .replaceAll('+', '%20')}`;

const periods = (view: LatencyView): Html =>
  html`<nav class="choice" aria-label="period"><ul>${each(
    PERIODS,
    ([period, words]) =>
      html`<li><a href="${linkTo({ ...view, period })}"${period === view.period ? raw(' aria-current="true"') : ''}>${words}</a></li>`,
  )}</ul></nav>`;

function chosen(view: LatencyView): Html {
  const { feed, destination, period } = view;
  if (feed === undefined && destination === undefined) return html``;
  const of = [
    ...(feed === undefined ? [] : [html`announcements of feed <strong>${feed}</strong>`]),
    ...(destination === undefined
      ? []
      : [html`deliveries to <a href="${destinationPath(destination)}">${destination}</a>`]),
  ];
  return html`<p>Only ${each(of, (one, at) => html`${at === 0 ? '' : ', '}${one}`)}. <a href="${linkTo({ period, feed: undefined, destination: undefined })}">Show all</a></p>`;
}

/** Where the figures are not whole. */
function gaps({ stats, wallOf }: LatencyView): Html {
  const { missing, losses } = stats;
  if (missing.length + losses.length === 0) return html``;
  return html`<div class="notice is-warning"><ul class="plain">${each(
    missing,
    ({ sinceMs, untilMs }) =>
      html`<li>! The figures from ${dayAndClock(wallOf(sinceMs))} to ${dayAndClock(wallOf(untilMs))} are not made yet: load the page again in a minute.</li>`,
  )}${each(
    losses,
    ({ atMs, why }) =>
      html`<li>! ${dayAndClock(wallOf(atMs))}: ${why}. Of what was read before, figures may be missing.</li>`,
  )}</ul></div>`;
}

function summary({ stats }: LatencyView): Html {
  const { sent, news } = stats.total;
  return html`${tiles([
    ['announcements', countText(news?.announcements ?? 0)],
    ['delivered', countText(sent?.delivered ?? 0)],
    ['success', shareText(sent?.successShare)],
    ['p50', spanText(sent?.took.p50Ms)],
    ['p99', spanText(sent?.took.p99Ms)],
    ['longest', spanText(sent?.took.maxMs)],
  ])}<p class="small faint">p50, p99 and the longest are from the receipt of the announcement to the receiver’s answer, of what was delivered.</p>`;
}

/** Lines of the chart over time, with the class of their colour. */
const LINES = [
  ['p50', 'receiver', 'tookP50Ms'],
  ['p99', 'warning', 'tookP99Ms'],
  ['request sent, p50', 'bridge', 'dispatchP50Ms'],
] as const satisfies readonly (readonly [string, string, keyof StatsPoint])[];

function overTime({ stats, wallOf }: LatencyView): Html {
  const { series, stepMs } = stats;
  const known = series.flatMap(({ tookP50Ms }) => tookP50Ms ?? []);
  if (known.length === 0) return empty('No delivery arrived in this period.');
  const rows = each(
    series,
    (point) =>
      html`<tr data-x="${Math.round(wallOf(point.sinceMs) / 1000)}"><th scope="row">${dayAndClock(wallOf(point.sinceMs))}</th>${each(
        LINES,
        ([name, , key]) =>
          html`<td class="number" data-label="${name}"${yOf(point[key])}>${spanText(point[key])}</td>`,
      )}<td class="number" data-label="Announcements">${countText(point.announcements)}</td><td class="number" data-label="Delivered">${countText(point.delivered)}</td><td class="number" data-label="Failed">${countText(point.failed)}</td></tr>`,
  );
  return figure(
    'lines',
    'from the receipt of the announcement to the receiver’s answer, over time',
    html`${sparkline(known, 'spark wide')}`,
    table(
      [
        'From',
        ...LINES.map(([name]): [string, 'number'] => [name, 'number']),
        ...(['Announcements', 'Delivered', 'Failed'] as const).map((name): [string, 'number'] => [
          name,
          'number',
        ]),
      ],
      rows,
    ),
    html` data-step="${Math.round(stepMs / 1000)}" data-zone="${-new Date(wallOf(stats.untilMs)).getTimezoneOffset()}" data-colours="${LINES.map(([, colour]) => colour).join(' ')}"`,
  );
}

const yOf = (ms: number | undefined): Html => (ms === undefined ? html`` : html` data-y="${ms.toFixed(3)}"`);

/** The parts of the way, as `/api/stats` has them. */
const PARTS = [
  ['service', 'In the feed’s service', 'detected → dispatched'],
  ['network', 'On the network', 'dispatched → received, across two clocks'],
  ['dispatch', 'In the bridge', 'received → first request sent'],
  ['took', 'Until the receiver has answered', 'received → answer read'],
] as const;

function histogram(part: (typeof PARTS)[number][0], title: string, says: string, bars: readonly Bar[]): Html {
  const total = bars.reduce((sum, { count }) => sum + count, 0);
  const heading = html`<h3>${title}</h3><p class="small faint">${says}, ${countOf(total, 'time')}</p>`;
  if (total === 0)
    return html`<section class="card" aria-label="${title}">${heading}<p class="faint">Nothing to count.</p></section>`;
  const most = Math.max(...bars.map(({ count }) => count));
  return html`<section class="card" aria-label="${title}">${heading}${figure(
    'bars',
    `${title}: how often it took how long`,
    barsOf(part, bars, most),
    table(
      ['From', 'To', ['Times', 'number'], ['Share', 'number']],
      each(
        bars,
        ({ fromMs, toMs, count }, at) =>
          html`<tr data-x="${at}"><th scope="row">${edgeText(fromMs)}</th><td data-label="To">${edgeText(toMs)}</td><td class="number" data-label="Times" data-y="${count}">${countText(count)}</td><td class="number" data-label="Share">${shareText(count / total)}</td></tr>`,
      ),
    ),
    html` data-colours="${COLOURS[part]}"`,
  )}</section>`;
}

/** Bars of less than a millisecond are narrower than its tenths. */
const edgeText = (ms: number): string => (ms < 0.995 ? `${ms.toFixed(2)} ms` : spanText(ms));

const COLOURS = { service: 'service', network: 'network', dispatch: 'bridge', took: 'receiver' } as const;

/** Until the script has drawn the chart, and where none does. */
function barsOf(part: (typeof PARTS)[number][0], bars: readonly Bar[], most: number): Html {
  const width = 100 / bars.length;
  return html`<svg class="still" viewBox="0 0 100 40" preserveAspectRatio="none" aria-hidden="true">${each(
    bars,
    ({ count }, at) =>
      html`<rect class="${COLOURS[part]}" x="${(at * width).toFixed(2)}" y="${(40 - (count / most) * 40).toFixed(2)}" width="${(width * 0.9).toFixed(2)}" height="${((count / most) * 40).toFixed(2)}"/>`,
  )}</svg>`;
}

const figure = (kind: 'lines' | 'bars', label: string, still: Html, rows: Html, attributes: Html): Html =>
  html`<figure data-chart="${kind}"${attributes}><div class="plot" role="group" aria-label="${label}">${still}</div><details><summary>The same as a table</summary>${rows}</details></figure>`;
