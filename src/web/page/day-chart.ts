/** The deliveries of a destination in each of the last 24 hours: small bars, and the table behind those of a page. Pure. */
import { minuteText } from './age.ts';
import { each, type Html, html, raw } from './html.ts';
import type { Day } from './last-day.ts';
import { table } from './layout.ts';
import { countOf, countText } from './words.ts';

const HEIGHT = 22;
/** Of a bar with its gap, and of the bar. */
const STEP = 4;
const BAR = 3;

/** So that one delivery beside a thousand can be seen. */
const LEAST = 1.5;

/** In words, for those who do not see the bars. */
export function dayWords({ hours, isPart }: Day): string {
  const sum = (what: 'delivered' | 'failed') => hours.reduce((total, hour) => total + hour[what], 0);
  return `${isPart ? 'at least ' : ''}${countText(sum('delivered'))} delivered, ${countText(sum('failed'))} failed in 24 hours`;
}

/** Failed on top of delivered; the highest bar is as high as the line. */
export function dayChart(day: Day, look = 'day'): Html {
  const most = Math.max(...day.hours.map(({ delivered, failed }) => delivered + failed));
  const heightOf = (count: number) => (count === 0 ? 0 : Math.max(LEAST, (count / most) * (HEIGHT - 2)));
  const bars = { good: '', bad: '' };
  for (const [at, { delivered, failed }] of day.hours.entries()) {
    const [good, bad] = [heightOf(delivered), heightOf(failed)];
    const bar = (fromTop: number, height: number) =>
      `M${at * STEP} ${fromTop.toFixed(1)}h${BAR}v${height.toFixed(1)}h-${BAR}z`;
    if (good > 0) bars.good += bar(HEIGHT - 1 - good, good);
    if (bad > 0) bars.bad += bar(Math.max(0, HEIGHT - 1 - good - bad), bad);
  }
  const width = day.hours.length * STEP - (STEP - BAR);
  return html`<svg class="${look}" viewBox="0 0 ${width} ${HEIGHT}" preserveAspectRatio="none" role="img" aria-label="${dayWords(day)}"><path class="ground" d="M0 ${HEIGHT - 0.5}h${width}"/>${path('good', bars.good)}${path('bad', bars.bad)}</svg>`;
}

const path = (look: string, d: string): Html => (d === '' ? html`` : html`<path class="${look}" d="${d}"/>`);

/** Behind the bars of several destinations: a row for each, a column for each hour that has something. */
export function dayTable(days: readonly (readonly [destination: string, day: Day])[]): Html {
  const first = days[0]?.[1].hours ?? [];
  const shown = first.flatMap(({ sinceMs }, at) =>
    days.some(([, { hours }]) => (hours[at]?.delivered ?? 0) + (hours[at]?.failed ?? 0) > 0)
      ? [{ at, name: minuteText(sinceMs) }]
      : [],
  );
  if (shown.length === 0) return html``;
  const cell = ({ delivered, failed }: { readonly delivered: number; readonly failed: number }) =>
    failed === 0 ? countText(delivered) : `${countText(delivered)} +${countText(failed)} failed`;
  // Numbers need no escaping, and there may be a thousand.
  const cells = ({ hours }: Day) =>
    shown
      .map(({ at, name }) => {
        const hour = hours[at];
        return `<td class="number" data-label="${name}">${hour === undefined ? '' : cell(hour)}</td>`;
      })
      .join('');
  return html`<details><summary>Deliveries by the hour, ${countOf(days.length, 'destination')}</summary><div class="scrolls" tabindex="0" role="region" aria-label="deliveries by the hour">${table(
    ['Destination', ...shown.map(({ name }): [string, 'number'] => [name, 'number'])],
    each(days, ([name, day]) => html`<tr><th scope="row">${name}</th>${raw(cells(day))}</tr>`),
    { caption: 'Delivered in the hour that begins then, and failed if any. The last hour is not over.' },
  )}</div></details>`;
}
