/** The last hours of one destination: a few figures, a small line, and the table behind it. Pure. */
import type { Stats } from '../../outbox/history/stats.ts';
import { dayAndClock } from './age.ts';
import { dayChart } from './day-chart.ts';
import { each, type Html, html } from './html.ts';
import type { Day } from './last-day.ts';
import { empty, table } from './layout.ts';
import { tiles } from './tiles.ts';
import { countText, shareText, spanText } from './words.ts';

export interface Hours {
  /** The same by the hour, for the bars; `undefined`: not known yet. */
  readonly day: Day | undefined;
  readonly stats: Stats;
  /** Of a moment of the stats: epoch ms. */
  readonly wallOf: (ms: number) => number;
}

export function hoursPart(destination: string, { day, stats, wallOf }: Hours): Html {
  const { total, series } = stats;
  const { sent } = total;
  const rows = series.filter(({ delivered, failed, pending }) => delivered + failed + pending > 0);
  if (sent === undefined || rows.length === 0) return empty('Nothing was sent here.');
  const medians = rows.flatMap(({ tookP50Ms }) => tookP50Ms ?? []);
  return html`${tiles([
    ['delivered', countText(sent.delivered)],
    ['failed', countText(sent.dead + sent.expired)],
    ['success', shareText(sent.successShare)],
    ['p50', spanText(sent.took.p50Ms)],
    ['p99', spanText(sent.took.p99Ms)],
    ['retries', countText(sent.retries)],
  ])}${day === undefined ? '' : dayChart(day, 'day broad')}<p class="small faint">${medians.length === 0 ? 'Nothing arrived.' : `p50 by the hour: ${spanText(Math.min(...medians))} to ${spanText(Math.max(...medians))}.`}</p><details><summary>By the hour</summary>${table(
    ['From', ['Delivered', 'number'], ['Failed', 'number'], ['p50', 'number'], ['p99', 'number']],
    each(
      rows,
      ({ sinceMs, delivered, failed, tookP50Ms, tookP99Ms }) =>
        html`<tr><th scope="row">${dayAndClock(wallOf(sinceMs))}</th><td class="number" data-label="Delivered">${countText(delivered)}</td><td class="number" data-label="Failed">${countText(failed)}</td><td class="number" data-label="p50">${spanText(tookP50Ms)}</td><td class="number" data-label="p99">${spanText(tookP99Ms)}</td></tr>`,
    ),
  )}</details><p><a href="/latency?since=24h&amp;destination=${encodeURIComponent(destination)}">Latency of longer times</a></p>`;
}
