/** The feeds with the proofs of their health, and which is faster. Pure. */
import type { FeedReport, ProofReport } from '../../ops/feed-report.ts';
import type { RaceReport } from '../../ops/race.ts';
import { age } from './age.ts';
import { each, type Html, html } from './html.ts';
import { empty, table } from './layout.ts';
import { countText, spanText, state, type Tone } from './words.ts';

/** `nowMs`, here and below: epoch ms. `node`: of a cluster, the one that reads them. */
export const feedsTable = (feeds: readonly FeedReport[], nowMs: number, node?: string): Html =>
  feeds.length === 0
    ? empty(
        node === undefined
          ? 'No feed is configured: nothing can be announced.'
          : `Node ${node} reads no feed: announcements come to it from the nodes that do.`,
      )
    : table(
        ['Feed', 'Health', 'Proofs', 'Connected', 'Key', ['Lost', 'number'], ['Frames', 'number']],
        each(feeds, (feed) => feedRow(feed, nowMs)),
        {
          id: 'feeds',
          ...(node !== undefined && {
            caption: `Of node ${node}. Those of the other nodes are under Cluster.`,
          }),
        },
      );

export function feedRow(feed: FeedReport, nowMs: number): Html {
  const { name, healthy, trouble, proofs, connectedMs, welcome, losses, frames, retryInMs, lastLoss } = feed;
  const lost = sum(losses);
  return html`<tr id="f-${name}"><th scope="row">${name}</th><td data-label="Health">${healthy ? state('good', 'healthy') : state('bad', trouble ?? 'unproven')}${
    healthy || lastLoss === undefined
      ? ''
      : html`<br><span class="small faint">${adviceBeside(trouble, lastLoss)}${retryInMs === undefined ? '' : html` Connects again ${age('in', retryInMs, nowMs)}.`}</span>`
  }</td><td data-label="Proofs"><ul class="proofs">${each(proofs, (one) => proof(one, nowMs))}</ul></td><td data-label="Connected">${connectedMs === undefined ? '–' : age('for', connectedMs, nowMs)}${
    welcome?.tier === undefined ? '' : html` <span class="tag">${welcome.tier}</span>`
  }</td><td data-label="Key">${keyState(feed.keyExpiresInMs, nowMs)}</td><td class="number" data-label="Lost">${countText(lost)}</td><td class="number" data-label="Frames">${countText(sum(frames))}</td></tr>`;
}

/** Where the trouble does not have it already. */
function adviceBeside(trouble = '', { advice, detail = '' }: NonNullable<FeedReport['lastLoss']>): string {
  const words = advice ?? detail;
  if (words === '' || trouble.includes(words)) return '';
  return /[.!?]$/.test(words) ? words : `${words}.`;
}

const proof = ({ kind, ok, agoMs }: ProofReport, nowMs: number): Html =>
  html`<li>${state(ok ? 'good' : agoMs === undefined ? 'faint' : 'bad', kind.replaceAll('_', '-'))} <span class="small faint">${agoMs === undefined ? 'not yet' : age('ago', agoMs, nowMs)}</span></li>`;

const DAY_MS = 86_400_000;

function keyState(expiresInMs: number | undefined, nowMs: number): Html {
  if (expiresInMs === undefined) return html`–`;
  if (expiresInMs <= 0) return state('bad', 'expired');
  const tone: Tone = expiresInMs < 3 * DAY_MS ? 'warning' : 'good';
  return state(tone, age('left', expiresInMs, nowMs));
}

export const raceTable = (race: readonly RaceReport[]): Html =>
  race.length === 0
    ? html``
    : html`<h2>Which feed is first</h2>${table(
        ['Feed', ['First', 'number'], ['ahead by', 'number'], ['Second', 'number'], ['behind by', 'number']],
        each(
          race,
          ({ feed, wins, losses, medianLeadMs, medianLagMs }) =>
            html`<tr><th scope="row">${feed}</th><td class="number" data-label="First">${countText(wins)}</td><td class="number" data-label="ahead by">${spanText(medianLeadMs)}</td><td class="number" data-label="Second">${countText(losses)}</td><td class="number" data-label="behind by">${spanText(medianLagMs)}</td></tr>`,
        ),
        {
          caption:
            'Of announcements that two feeds brought, since the start; “by” is the median of the last 200.',
        },
      )}`;

const sum = (counts: Readonly<Record<string, number>>): number =>
  Object.values(counts).reduce((total, count) => total + count, 0);
