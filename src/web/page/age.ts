/**
 * Moments that are looked at for how far away they are. The script counts on from the stamp (`assets/page.js`); without it the
 * time of day, which stays true, stands beside the age. Pure.
 */
import { dayText, secondsText, timeText } from '../../platform/time-text.ts';
import { type Html, html } from './html.ts';
import { lastingText } from './words.ts';

/** `3s ago`, `for 3s`, `3s left`, `in 3s`. */
type AgeForm = 'ago' | 'for' | 'left' | 'in';

const BEFORE: Readonly<Record<AgeForm, string>> = { ago: '', for: 'since ', left: 'until ', in: 'at ' };

function wordsOf(form: AgeForm, ms: number): string {
  switch (form) {
    case 'ago':
      return ms < 1000 ? 'just now' : `${lastingText(ms)} ago`;
    case 'for':
      return `for ${lastingText(ms)}`;
    case 'left':
      return `${lastingText(ms)} left`;
    case 'in':
      return `in ${lastingText(ms)}`;
    default:
      return form satisfies never;
  }
}

const isPast = (form: AgeForm): boolean => form === 'ago' || form === 'for';

/** `ms`: how far away. `nowMs`: epoch ms. */
export function age(form: AgeForm, ms: number, nowMs: number): Html {
  const atMs = isPast(form) ? nowMs - ms : nowMs + ms;
  return html`<time ${stamps(atMs)} data-age="${form}" data-ms="${Math.round(ms)}">${wordsOf(form, ms)}</time><noscript> (${BEFORE[form]}${shortly(atMs, nowMs)})</noscript>`;
}

/** Beside a time that stands there anyway: without a script it is empty. `wallMs`: epoch ms. */
export const ageBeside = (wallMs: number, nowMs: number): Html =>
  html`<time class="small faint" ${stamps(wallMs)} data-age="ago" data-ms="${Math.round(nowMs - wallMs)}"></time>`;

/** The clock on the server's wall. */
export const clock = (wallMs: number): Html =>
  html`<time ${stamps(wallMs)}>${timeText(wallMs).slice(11, 23)}</time>`;

/** `14:05`, on the clock of the server's wall. */
export const minuteText = (wallMs: number): string => timeText(wallMs).slice(11, 16);

export const dayAndClock = (wallMs: number): Html =>
  html`<time ${stamps(wallMs)}>${secondsText(wallMs)}</time>`;

/** The whole time with its zone, for a machine and for whoever points at it. */
const stamps = (wallMs: number): Html => html`datetime="${isoOf(wallMs)}" title="${timeText(wallMs)}"`;

/** Without the day where that is today's, and without the zone, which the whole page has. */
const shortly = (atMs: number, nowMs: number): string => {
  const whole = secondsText(atMs).slice(0, 19);
  return dayText(atMs) === dayText(nowMs) ? whole.slice(11) : whole;
};

const isoOf = (wallMs: number): string =>
  Number.isFinite(wallMs) && Math.abs(wallMs) < 8e15 ? new Date(wallMs).toISOString() : '';
