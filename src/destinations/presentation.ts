/** How announcements look, whatever shows them: emoji, label and colour by listing type, and the short lines that every default form shares. Plain text: escaping is the form's. */
import type { Alert } from '../alert.ts';
import { type Announcement, type LISTING_TYPES, UNKNOWN } from '../announcement.ts';
import { formatDuration } from '../platform/duration.ts';
import type { RenderInput } from '../templates/variables.ts';
import { latencyOf } from '../templates/variables.ts';
import { cutText } from './presentation-cut.ts';

export interface TypeStyle {
  readonly emoji: string;
  /** Reads on after the exchange's name: `Upbit` `spot listing`. */
  readonly label: string;
  /** 0xRRGGBB */
  readonly colour: number;
}

const STYLES: Readonly<Record<(typeof LISTING_TYPES)[number], TypeStyle>> = {
  spot_listing: { emoji: '🟢', label: 'spot listing', colour: 0x2ecc71 },
  spot_delisting: { emoji: '🔴', label: 'spot delisting', colour: 0xe74c3c },
  futures_listing: { emoji: '📈', label: 'futures listing', colour: 0x1abc9c },
  futures_delisting: { emoji: '📉', label: 'futures delisting', colour: 0xc0392b },
  hodler_airdrop: { emoji: '🎁', label: 'HODLer airdrop', colour: 0xf1c40f },
  monitoring_tag_extend: { emoji: '⚠️', label: 'monitoring tag added', colour: 0xe67e22 },
  monitoring_tag_remove: { emoji: '✅', label: 'monitoring tag removed', colour: 0x3498db },
  caution_released: { emoji: '✅', label: 'caution released', colour: 0x3498db },
  not_listing: { emoji: '📰', label: 'notice', colour: 0x95a5a6 },
};

/** 0xRRGGBB */
export const ALERT_COLOURS: Readonly<Record<Alert['severity'], number>> = {
  critical: 0xe74c3c,
  warning: 0xe67e22,
  good: 0x2ecc71,
};

/** A map, so that a type called `constructor` finds nothing. */
const styleByType: ReadonlyMap<string, TypeStyle> = new Map(Object.entries(STYLES));

/** Types are an open set: an unknown one is shown by its own words. */
export function styleOf(listingType: string): TypeStyle {
  const known = styleByType.get(listingType);
  if (known !== undefined) return known;
  const words = listingType === UNKNOWN ? '' : cutText(listingType.replaceAll('_', ' ').trim(), 60);
  return { emoji: '📣', label: words || 'announcement', colour: 0x5865f2 };
}

const capitalised = (word: string) => word.charAt(0).toUpperCase() + word.slice(1);

/** Nothing where the feed named none. */
export const exchangeName = (publisher: string) =>
  publisher === UNKNOWN ? '' : cutText(capitalised(publisher), 60);

export const tickersText = ({ announcement, ticker }: RenderInput) =>
  ticker ?? announcement.tickers.join(', ');

/** Longer lists of tickers are cut in the headline. */
export const LONGEST_TICKERS = 120;

/** `🟢 Upbit spot listing: ABC, DEF`: what a phone shows of it first. `escaped` is the form's way with words that are not ours. */
export function headlineOf(input: RenderInput, escaped = (text: string) => text): string {
  const { publisher, listingType, redacted, test } = input.announcement;
  const { emoji, label } = styleOf(listingType);
  const exchange = exchangeName(publisher);
  const what = exchange === '' ? capitalised(label) : `${exchange} ${label}`;
  const tickers = redacted ? '' : cutText(tickersText(input), LONGEST_TICKERS);
  return `${test ? '🧪 TEST · ' : ''}${emoji} ${escaped(what)}${tickers === '' ? '' : `: ${escaped(tickers)}`}`;
}

/** Notes that a reader must know before trusting the rest; none most of the time. */
export function notesOf({ redacted, abnormal, test }: Announcement): string[] {
  const notes: string[] = [];
  if (test) notes.push('🧪 This is a test, not news.');
  if (redacted) notes.push('🔒 The feed’s tier hides the title or the tickers of this announcement.');
  if (abnormal) notes.push('🐢 The service detected this one late.');
  return notes;
}

/** `service 12 ms · network 48 ms · tokyo` */
export function latencyLine(announcement: Announcement): string {
  const { service, network } = latencyOf(announcement);
  const parts = [];
  if (service !== null) parts.push(`service ${inWords(service)}`);
  if (network !== null) parts.push(`network ${inWords(network)}`);
  parts.push(announcement.feed);
  return parts.join(' · ');
}

/** `12ms` → `12 ms`; `1m3s` → `1 m 3 s` */
const inWords = (ms: number) =>
  formatDuration(ms)
    .replaceAll(/(\d)([a-z])/g, '$1 $2')
    .replaceAll(/([a-z])(\d)/g, '$1 $2');
