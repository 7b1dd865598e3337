/** `/try`: what would this title do? The rules with their reasons, and each message as it would look. Pure. */
import type { Look } from '../../destinations/look.ts';
import type { DryDelivery, DryRun, Withheld } from '../../dry-run.ts';
import { rejections } from '../../routing/rule-reasons.ts';
import { each, type Html, html, raw } from './html.ts';
import { empty, table } from './layout.ts';
import { lookOf } from './look.ts';
import { countOf, countText, receiverText, state } from './words.ts';

/** As it was typed. */
export interface TryFields {
  readonly publisher: string;
  readonly listingType: string;
  readonly tickers: string;
  readonly title: string;
}

export interface TryView {
  readonly fields: TryFields;
  readonly publishers: readonly string[];
  readonly listingTypes: readonly string[];
  /** `undefined`: nothing has been asked yet; a text: why it cannot be tried. */
  readonly result: DryRun | string | undefined;
  /** The message as people would see it, where it is for people. */
  readonly look: (delivery: DryDelivery) => Look | undefined;
}

export const tryPage = ({ fields, publishers, listingTypes, result, look }: TryView): Html =>
  html`<h1>What would this title do?</h1><p>Paste a title, or fill in what you know. Nothing is sent.</p><form method="get" action="/try" class="card"><div class="fields"><label class="all">Title<input name="title" value="${fields.title}" placeholder="에이비씨(ABC) KRW 마켓 디지털 자산 추가"></label>${field('publisher', 'Publisher', fields.publisher, publishers)}${field('listingType', 'Listing type', fields.listingType, listingTypes)}<label>Tickers<input name="tickers" value="${fields.tickers}" placeholder="ABC, DEF"></label><div><button>Try it</button></div></div></form>${
    result === undefined
      ? ''
      : typeof result === 'string'
        ? html`<p class="bad" role="alert">✗ ${result}</p>`
        : outcome(result, look)
  }`;

const field = (name: string, label: string, value: string, known: readonly string[]): Html =>
  html`<label>${label}<input name="${name}" list="known-${name}" value="${value}"></label><datalist id="known-${name}">${each(
    known,
    (one) => html`<option value="${one}"></option>`,
  )}</datalist>`;

const NOTHING_MORE = { rules: 0, matching: 0, requests: 0 } as const;

/** Of those for which nothing is sent. */
const MOST_WITHHELD = 50;

function outcome({ rules, deliveries, withheld, leftOut }: DryRun, look: TryView['look']): Html {
  const { rules: moreRules, matching, requests: moreRequests } = leftOut ?? NOTHING_MORE;
  const matched = rules.filter((one) => one.matched).length + matching;
  const moreWithheld = withheld.length - MOST_WITHHELD;
  return html`<h2 id="result">${countOf(deliveries.length + moreRequests, 'request')} by ${countOf(matched, 'rule')}</h2>${
    deliveries.length === 0 ? empty('Nothing would be sent: the rules below say why.') : ''
  }<div class="columns">${each(deliveries, (one) => message(one, look(one)))}</div>${leftOutText(moreRequests, 'request')}${
    withheld.length === 0
      ? ''
      : html`<h3>Nothing for</h3><ul>${each(withheld.slice(0, MOST_WITHHELD), nothing)}</ul>${leftOutText(moreWithheld, 'destination')}`
  }<h2>Rules</h2>${table(
    ['Rule', 'Outcome', 'Why'],
    each(
      rules,
      (one) =>
        html`<tr><th scope="row">${one.rule}</th><td data-label="Outcome">${one.matched ? state('good', 'matches') : state('faint', 'does not match')}</td><td class="whole small">${one.matched ? one.sends.map(({ destination }) => destination).join(', ') : rejections(one).join('; ')}</td></tr>`,
    ),
  )}${leftOutText(moreRules, 'rule')}`;
}

const leftOutText = (more: number, what: string): Html | '' =>
  more > 0 ? html`<p class="small faint">${countText(more)} more ${what}${more === 1 ? '' : 's'}.</p>` : '';

const nothing = ({ destination, rule, reason, isRest }: Withheld): Html =>
  html`<li>${destination} (rule ${rule}): nothing${isRest ? ' more' : ''}, ${reason}</li>`;

function message(
  { destination, rule, ticker, dryRun, request, templateFault }: DryDelivery,
  look: Look | undefined,
): Html {
  const body = typeof request.body === 'string' ? request.body : JSON.stringify(request.body, undefined, 2);
  return html`<section class="card" aria-label="${destination}"><h3>${receiverText({ destination, ticker })}</h3><p class="small faint">by rule ${rule}${dryRun ? ', not sent: dryRun' : ''}</p>${
    templateFault === undefined ? '' : html`<p class="warning">! In the default form: ${templateFault}</p>`
  }${look === undefined ? '' : lookOf(look)}<details${look === undefined ? raw(' open') : ''}><summary>Request</summary><pre>${request.method} ${request.url}

${body}</pre></details></section>`;
}
