/** `/rules`: how often each rule matched, what is held back, and the tables that rules look into. Pure. */
import { stringify } from 'yaml';
import type { ShownCooldown } from '../../cooldown/shown.ts';
import type { ShownMute } from '../../mutes/shown.ts';
import type { TableState } from '../../tables/table-state.ts';
import type { InspectedRule } from '../ops.ts';
import type { Visitor } from '../visitor.ts';
import { age } from './age.ts';
import { cooldownsPart } from './cooldowns.ts';
import { destinationPath } from './destinations.ts';
import { each, type Html, html } from './html.ts';
import { empty, hiddenCsrf, table } from './layout.ts';
import { countText, state } from './words.ts';

export interface RulesView {
  readonly rules: readonly InspectedRule[];
  /** Those that are left out. */
  readonly moreRules: number;
  readonly tables: readonly TableState[];
  /** A text: why they cannot be read. */
  readonly mutes: readonly ShownMute[] | string;
  readonly cooldowns: readonly ShownCooldown[];
  /** Epoch ms. */
  readonly nowMs: number;
}

export function rulesPage(
  { rules, moreRules, tables, mutes, cooldowns, nowMs }: RulesView,
  visitor: Visitor,
): Html {
  return html`<h1>Rules</h1>${
    rules.length === 0
      ? empty('The config has no rules: nothing is sent.')
      : table(
          RULE_HEADINGS,
          each(rules, (one) => ruleRow(one, nowMs)),
          {
            caption: 'In the order in which they are evaluated. Hits are counted since the start.',
          },
        )
  }${moreRules > 0 ? html`<p class="small faint">${countText(moreRules)} more, which matched less.</p>` : ''}
<h2 id="mutes">Mutes</h2>${mutesPart(mutes, visitor, nowMs)}
<h2 id="cooldowns">Cooldowns</h2>${cooldownsPart(cooldowns, nowMs)}
<h2>Tables</h2>${tables.length === 0 ? empty('The config has no tables.') : tablesTable(tables, nowMs)}`;
}

export const RULE_HEADINGS = ['Rule', 'Matches', 'Sends to', ['Hits', 'number'], 'Last'] as const;

export const ruleRow = ({ name, match, sends, hits, lastHitMs }: InspectedRule, nowMs: number): Html =>
  html`<tr><th scope="row">${name}</th><td class="whole small mono">${matchText(match)}</td><td data-label="Sends to">${sendsText(sends)}</td><td class="number" data-label="Hits">${countText(hits)}</td><td class="nowrap" data-label="Last">${lastHitMs === undefined ? 'never' : age('ago', lastHitMs, nowMs)}</td></tr>`;

/** A group stands for each of its members. */
const MOST_SENDS = 12;

const sendsText = (sends: readonly string[]): Html => {
  const more = sends.length - MOST_SENDS;
  return html`${each(
    sends.slice(0, MOST_SENDS),
    (name, at) => html`${at === 0 ? '' : ', '}<a href="${destinationPath(name)}">${name}</a>`,
  )}${more > 0 ? html` and ${countText(more)} more` : ''}`;
};

/** The conditions as somebody would write them, on one line. */
const matchText = (match: InspectedRule['match']): string =>
  Object.keys(match).length === 0
    ? 'everything'
    : stringify(asWritten(match), { collectionStyle: 'flow', lineWidth: 0, flowCollectionPadding: false })
        .trim()
        .replace(/^\{|\}$/g, '');

/** `update: any` is kept as both of its values. */
const asWritten = (match: InspectedRule['match']): object =>
  Array.isArray(match.update) ? { ...match, update: 'any' } : match;

function mutesPart(mutes: RulesView['mutes'], visitor: Visitor, nowMs: number): Html {
  if (typeof mutes === 'string') return html`<p class="bad">✗ ${mutes}</p>`;
  const list =
    mutes.length === 0
      ? empty(
          'Nothing is muted. A mute holds a ticker, a rule or a destination back for a time; what it holds back ends as skipped.',
        )
      : table(
          ['What', 'Ends', 'Why', ''],
          each(mutes, (one) => muteRow(one, visitor, nowMs)),
        );
  return html`${list}${visitor.mayChange ? muteForm(visitor) : ''}`;
}

const muteRow = (
  { id, kind, name, leftMs, reason, inConfig }: ShownMute,
  visitor: Visitor,
  nowMs: number,
): Html =>
  html`<tr><th scope="row">${name} <span class="tag">${kind}</span> <a class="small" href="/deliveries?mute=${id}">held back</a></th><td data-label="Ends">${age('left', leftMs, nowMs)}</td><td data-label="Why">${reason ?? ''}${inConfig ? '' : html` <span class="warning">! the config has no such ${kind}</span>`}</td><td>${
    visitor.mayChange
      ? html`<form class="inline" method="post" action="/mutes/${id}/lift">${hiddenCsrf(visitor)}<button class="quiet">Lift</button></form>`
      : ''
  }</td></tr>`;

const muteForm = (visitor: Visitor): Html =>
  html`<form class="card" method="post" action="/mutes">${hiddenCsrf(visitor)}<div class="fields"><label>Ticker, rule or destination<input name="what" required placeholder="ABC, rule:listings, destination:bot"></label><label>For<input name="for" required placeholder="1h"></label><label>Why<input name="reason"></label><div><button>Mute</button></div></div></form>`;

const tablesTable = (tables: readonly TableState[], nowMs: number): Html =>
  table(
    ['Table', 'State', ['Rows', 'number'], 'Loaded', 'From'],
    each(
      tables,
      ({ name, from, rows, ageMs, fault, isStale }) =>
        html`<tr><th scope="row">${name}</th><td data-label="State">${
          rows === undefined
            ? state('bad', 'never loaded: it matches nothing')
            : isStale
              ? state('warning', 'stale')
              : fault === undefined
                ? state('good', 'ok')
                : state('warning', 'not refreshed')
        }${fault === undefined ? '' : html`<br><span class="small faint">${fault}</span>`}</td><td class="number" data-label="Rows">${rows === undefined ? '–' : countText(rows)}</td><td class="nowrap" data-label="Loaded">${rows === undefined ? '–' : ageMs === undefined ? 'with the config' : age('ago', ageMs, nowMs)}</td><td class="whole small mono">${from === '' ? 'the config' : from}</td></tr>`,
    ),
  );
