/** A few numbers as a line; the numbers themselves stand in the same row. Pure. */
import { type Html, html } from './html.ts';
import { spanText } from './words.ts';

const WIDTH = 96;
const HEIGHT = 22;

/** `values`: in ms, oldest first; of fewer than two there is no line. */
export function sparkline(values: readonly number[], look = 'spark'): Html {
  if (values.length < 2) return html``;
  const most = Math.max(...values, 0.001);
  const step = WIDTH / (values.length - 1);
  const points = values.map((ms, index) => {
    const y = HEIGHT - 2 - (ms / most) * (HEIGHT - 4);
    return `${index === 0 ? 'M' : 'L'}${(index * step).toFixed(1)} ${y.toFixed(1)}`;
  });
  const label = `the last ${values.length}: at least ${spanText(Math.min(...values))}, at most ${spanText(most)}`;
  return html`<svg class="${look}" viewBox="0 0 ${WIDTH} ${HEIGHT}" preserveAspectRatio="none" role="img" aria-label="${label}"><path d="${points.join('')}"/></svg>`;
}
