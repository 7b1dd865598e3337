/** How much a destination may still send: the limit that is nearest in a cell, and all of them as a table. Pure. */
import { type BudgetState, tightestOf, type WindowState } from '../../delivery/budget-state.ts';
import { formatDuration } from '../../platform/duration.ts';
import { age } from './age.ts';
import { each, type Html, html } from './html.ts';
import { empty, table } from './layout.ts';
import { countText, state } from './words.ts';

/** `3 of 5 left`; held, and until when. `nowMs`: epoch ms. */
export function budgetCell(budgets: readonly BudgetState[], nowMs: number): Html {
  const held = budgets.reduce((most, { heldMs = 0 }) => Math.max(most, heldMs), 0);
  if (held > 0) return state('warning', html`held, ${age('left', held, nowMs)}`);
  const tightest = tightestOf(budgets);
  if (tightest === undefined) return html`<span class="faint">no limit</span>`;
  const { left, limit } = tightest;
  const words =
    limit === undefined ? `${countText(left)} left` : `${countText(left)} of ${countText(limit)} left`;
  return left === 0 ? state('warning', words) : html`${words}`;
}

export function budgetsTable(budgets: readonly BudgetState[], nowMs: number): Html {
  const shown = budgets.filter(
    ({ windows, reported, atOnce, heldMs }) =>
      windows.length > 0 || reported !== undefined || atOnce !== undefined || heldMs !== undefined,
  );
  if (shown.length === 0) return empty('Its rate is not limited: set `rateLimit` to limit it.');
  return table(
    ['Counted for', 'Limit', ['Left now', 'number'], 'Room'],
    each(shown, (one) => rowsOf(one, nowMs)),
    {
      caption:
        'All of these hold at once. Requests under way count; windows are a little longer than the limits say, because requests do not arrive at the distances at which they leave.',
    },
  );
}

function rowsOf(budget: BudgetState, nowMs: number): Html {
  const { what, windows, reported, atOnce } = budget;
  const room = roomOf(budget, nowMs);
  const rows = [
    ...windows.map((one) => [windowText(one), countText(one.left), one.left] as const),
    ...(reported === undefined
      ? []
      : [
          [
            html`by the receiver’s own count, ${age('left', reported.endsInMs, nowMs)}`,
            countText(reported.left),
            reported.left,
          ] as const,
        ]),
    ...(atOnce === undefined
      ? []
      : [[`${countText(atOnce.most)} at once`, countText(atOnce.left), atOnce.left] as const]),
  ];
  const all = rows.length === 0 ? [['–', '–', 1] as const] : rows;
  return each(
    all,
    ([limit, left, count], at) =>
      html`<tr><th scope="row">${what}</th><td data-label="Limit">${limit}</td><td class="number" data-label="Left now">${count === 0 ? state('warning', left) : left}</td><td data-label="Room">${at === 0 ? room : ''}</td></tr>`,
  );
}

const windowText = ({ limit, perMs }: WindowState): string =>
  `${countText(limit)} in ${formatDuration(perMs)}`;

function roomOf({ heldMs, isNearBan, waitMs }: BudgetState, nowMs: number): Html {
  if (heldMs !== undefined)
    return state(
      'warning',
      html`held ${isNearBan ? 'so that the platform does not ban this address' : 'as the receiver asked'}, ${age('left', heldMs, nowMs)}`,
    );
  if (waitMs === 0) return state('good', 'now');
  return state(
    'warning',
    Number.isFinite(waitMs) ? age('in', waitMs, nowMs) : 'when a request under way has ended',
  );
}
