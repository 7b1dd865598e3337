/** Numbers, times and states as the page shows them. Pure. */
import type { DeliveryState } from '../../delivery/delivery.ts';
import { formatDuration } from '../../platform/duration.ts';
import { each, type Html, html } from './html.ts';

/** `0.8 ms`, `12 ms`, `1.2 s`, `3h2m`; `–` for what is not known. */
export function spanText(ms: number | null | undefined): string {
  if (ms == null) return '–';
  const sign = ms < 0 ? '−' : '';
  const size = Math.abs(ms);
  if (size < 9.95) return `${sign}${size.toFixed(1)} ms`;
  if (size < 999.5) return `${sign}${Math.round(size)} ms`;
  return `${sign}${formatDuration(size < 60_000 ? size : Math.floor(size / 1000) * 1000).replace(/s$/, ' s')}`;
}

/** `3m12s`: in whole seconds, but for what is shorter than one. */
export const lastingText = (ms: number): string =>
  formatDuration(ms < 1000 ? ms : Math.floor(ms / 1000) * 1000);

/** Where a delivery goes: `bot`, `bot ABC`. */
export const receiverText = ({
  destination,
  ticker,
}: {
  readonly destination: string;
  readonly ticker: string | undefined;
}): string => (ticker === undefined ? destination : `${destination} ${ticker}`);

export const countText = (count: number): string => count.toLocaleString('en-US');

/** `1 feed`, `2 feeds`. */
export const countOf = (count: number, one: string, more = `${one}s`): string =>
  `${countText(count)} ${count === 1 ? one : more}`;

/** `99.2 %`; whole where nothing failed, and never rounded up to it. */
export const shareText = (share: number | undefined): string =>
  share === undefined ? '–' : share === 1 ? '100 %' : `${(Math.floor(share * 1000) / 10).toFixed(1)} %`;

/** How something is: its mark, its word and its colour say the same. */
export type Tone = 'good' | 'warning' | 'bad' | 'faint';

const MARKS: Readonly<Record<Tone, string>> = { good: '✓', warning: '!', bad: '✗', faint: '○' };

export const markOf = (tone: Tone): Html =>
  html`<span class="mark ${tone}" aria-hidden="true">${MARKS[tone]}</span>`;

export const state = (tone: Tone, words: string | Html): Html =>
  html`<span class="state">${markOf(tone)}<span class="${tone}">${words}</span></span>`;

const TONES: Readonly<Record<DeliveryState, Tone>> = {
  delivered: 'good',
  pending: 'warning',
  dead: 'bad',
  expired: 'bad',
  skipped: 'faint',
};

export const toneOf = (deliveryState: DeliveryState): Tone => TONES[deliveryState];

/** A sentence of the bridge: what stands between backticks is code. */
export const prose = (sentence: string): Html =>
  each(sentence.split('`'), (piece, at) => (at % 2 === 0 ? html`${piece}` : html`<code>${piece}</code>`));
