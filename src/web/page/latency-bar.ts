/** The way of one announcement as a bar: in the service, on the network, in the bridge, at the receiver. Pure. */
import type { RecentAnnouncement, RecentDelivery } from '../../ops/recent-announcements.ts';
import { each, type Html, html } from './html.ts';
import { spanText } from './words.ts';

/** In ms; `undefined`: not known. */
export interface Split {
  readonly service: number | undefined;
  readonly network: number | undefined;
  readonly bridge: number | undefined;
  readonly receiver: number | undefined;
}

export const PARTS = ['service', 'network', 'bridge', 'receiver'] as const;

/** Of the announcement, and of the first delivery that arrived. */
export function splitOf({ serviceMs, networkMs, deliveries }: RecentAnnouncement): Split {
  const arrived = deliveries
    .filter(({ state, dispatchMs }) => state === 'delivered' && dispatchMs !== undefined)
    .reduce<RecentDelivery | undefined>(
      (first, one) => ((one.tookMs ?? 0) < (first?.tookMs ?? Number.POSITIVE_INFINITY) ? one : first),
      undefined,
    );
  return {
    service: serviceMs ?? undefined,
    network: networkMs ?? undefined,
    bridge: arrived?.dispatchMs,
    receiver:
      arrived?.dispatchMs === undefined || arrived.tookMs === undefined
        ? undefined
        : Math.max(0, arrived.tookMs - arrived.dispatchMs),
  };
}

/** The known parts together; no part counts as less than nothing, whatever two clocks say. */
export const totalMs = (split: Split): number =>
  PARTS.reduce((sum, part) => sum + Math.max(0, split[part] ?? 0), 0);

const UNITS = 1000;

/** `scaleMs`: as long as the whole bar. A part that is there is seen, however short. */
export function latencyBar(split: Split, scaleMs: number): Html {
  let x = 0;
  const rects = PARTS.flatMap((part) => {
    const ms = Math.max(0, split[part] ?? 0);
    if (ms === 0) return [];
    const width = Math.min(UNITS - x, Math.max(6, (ms / Math.max(scaleMs, 0.001)) * UNITS));
    const rect = { part, x, width };
    x += width;
    return [rect];
  });
  return html`<svg class="bar" viewBox="0 0 ${UNITS} 10" preserveAspectRatio="none" role="img" aria-label="${inWords(split)}">${each(
    rects,
    ({ part, x: left, width }) =>
      html`<rect class="${part}" x="${left.toFixed(1)}" width="${width.toFixed(1)}" height="10"/>`,
  )}</svg>`;
}

export const inWords = (split: Split): string =>
  PARTS.filter((part) => split[part] !== undefined)
    .map((part) => `${part} ${spanText(split[part])}`)
    .join(', ') || 'no figures';

/** Which colour is which, beside the bars. */
export const barKey = (): Html =>
  html`<ul class="key" aria-label="colours of the bars">${each(
    PARTS,
    (part) =>
      html`<li><svg viewBox="0 0 10 10" aria-hidden="true"><rect class="${part}" width="10" height="10"/></svg>${part}</li>`,
  )}</ul>`;
