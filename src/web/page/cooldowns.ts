/** The cooldowns that are running: the kinds of news that a rule sends a destination no more for a while. Pure. */
import { MOST_SHOWN, type ShownCooldown } from '../../cooldown/shown.ts';
import { age } from './age.ts';
import { destinationPath } from './destinations.ts';
import { each, type Html, html } from './html.ts';
import { empty, table } from './layout.ts';
import { state } from './words.ts';

export const cooldownsPart = (cooldowns: readonly ShownCooldown[], nowMs: number): Html =>
  cooldowns.length === 0
    ? empty(
        'No cooldown is running. A rule with a `cooldown` sends a destination the same ticker or title, or anything, once within a time; what comes meanwhile ends as skipped.',
      )
    : html`${table(
        ['What', 'Rule', 'Destination', 'Ends', 'Began'],
        each(cooldowns, (one) => cooldownRow(one, nowMs)),
      )}${cooldowns.length < MOST_SHOWN ? '' : html`<p class="small faint">The latest ${MOST_SHOWN}.</p>`}`;

const cooldownRow = (
  { rule, destination, by, kind, isSent, sinceMs, leftMs, announcement }: ShownCooldown,
  nowMs: number,
): Html =>
  html`<tr><th scope="row">${kind ?? 'anything'}${kind === undefined ? '' : html` <span class="tag">${by}</span>`}</th><td class="whole" data-label="Rule">${rule}</td><td data-label="Destination"><a href="${destinationPath(destination)}">${destination}</a></td><td data-label="Ends">${
    isSent ? age('left', leftMs, nowMs) : state('warning', 'when it is known whether the first arrived')
  }</td><td class="nowrap" data-label="Began"><a href="/announcements/${announcement}">${age('ago', sinceMs, nowMs)}</a></td></tr>`;
