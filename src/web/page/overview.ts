/** `/`: is it alive, is it fast, who was first, what did it send, what failed. Pure. */
import { MOST_SHOWN } from '../../cooldown/shown.ts';
import type { ConditionReport } from '../../ops/condition-report.ts';
import type { Status } from '../../ops/status.ts';
import { MOST_CONDITIONS } from '../redacted-ops.ts';
import { age } from './age.ts';
import { clusterTable } from './cluster.ts';
import { destinationsTable, hoursOf, type Known } from './destinations.ts';
import { feedsTable, raceTable } from './feeds.ts';
import { each, type Html, html } from './html.ts';
import { barKey } from './latency-bar.ts';
import { awaiting, table } from './layout.ts';
import { BAR_MS, NEWS_HEADINGS, newsRow } from './news-row.ts';
import { countOf, countText, markOf, prose, spanText } from './words.ts';

/** The last ones; the page of announcements has all. */
const SHOWN_NEWS = 12;

export function overview(status: Status, known: Known): Html {
  const { nowMs } = known;
  const { announcements, feeds, destinations, race, cluster } = status;
  return html`<h1>Overview</h1>${verdict(status, nowMs)}
<h2>Last announcements</h2>${
    announcements.length === 0
      ? awaiting(
          'news',
          'No announcement since the bridge started. Exchanges announce listings a few times a day: silence is normal, and the proofs of the feeds below say that it would be heard.',
          html`<a href="/try">Try a title</a> to see what one would do, or send a sample: <code>listing-bridge send --all</code>.`,
        )
      : table(
          NEWS_HEADINGS,
          each(announcements.slice(0, SHOWN_NEWS), (one) => newsRow(one, nowMs, known.node)),
          { id: 'news' },
        )
  }<div class="beside">${barKey()}<span class="small faint">A full bar is ${spanText(BAR_MS)}.</span></div>
<h2>Feeds</h2>${feedsTable(feeds, nowMs, known.node)}${raceTable(race)}
${clusterTable(cluster, nowMs)}
<h2>Destinations</h2>${destinationsTable(destinations, known)}${hoursOf(destinations, known)}`;
}

/** The answer to “is it well?” stands in the first lines of the page. */
export function verdict(status: Status, nowMs: number): Html {
  const { ready, feeds, destinations, uptimeMs, version, conditions, announcements, mutes, cooldowns } =
    status;
  const tone = ready ? 'good' : 'bad';
  const healthy = feeds.filter((feed) => feed.healthy).length;
  const heard = feeds.reduce((least, { silentMs = Infinity }) => Math.min(least, silentMs), Infinity);
  const [last] = announcements;
  const sentences = html`${healthy} of ${countOf(feeds.length, 'feed')} proven healthy${heard === Infinity ? '' : html`, last heard ${age('ago', heard, nowMs)}`}. ${countOf(destinations.length, 'destination')}, ${destinations.filter((one) => one.suspended !== undefined).length} suspended. ${last === undefined ? 'No announcement yet' : html`Last announcement ${age('ago', Math.max(0, nowMs - last.receivedMs), nowMs)}`}; up ${age('for', uptimeMs, nowMs)}, version ${version}.${mutes.length === 0 ? '' : html` <a href="/rules#mutes">${countOf(mutes.length, 'mute')} in force</a>.`}${cooldowns.length === 0 ? '' : html` <a href="/rules#cooldowns">${countOf(cooldowns.length, 'cooldown')}${cooldowns.length < MOST_SHOWN ? '' : ' or more'} running</a>.`}`;
  return html`<section id="verdict" class="verdict is-${tone}" aria-label="state of the bridge">${markOf(tone)}<div><strong>${ready ? 'Ready' : 'Not ready'}</strong><p>${sentences}</p>${
    conditions.length === 0
      ? ''
      : html`<ul class="problems">${each(conditions.slice(0, MOST_CONDITIONS), (one) => condition(one, nowMs))}</ul>${
          conditions.length > MOST_CONDITIONS
            ? html`<p class="small faint">${countText(conditions.length - MOST_CONDITIONS)} more: see <a href="/api/status">/api/status</a>.</p>`
            : ''
        }`
  }</div></section>`;
}

const condition = (
  { severity, summary, detail, advice, forMs, help }: ConditionReport,
  nowMs: number,
): Html => {
  const tone = severity === 'critical' ? 'bad' : severity === 'warning' ? 'warning' : 'faint';
  return html`<li>${markOf(tone)}<div><strong class="${tone}">${summary}</strong>${forMs > 0 ? html` <span class="small faint">${age('for', forMs, nowMs)}</span>` : ''}<p>${prose(detail)}</p><p class="small">${prose(advice)} <span class="faint">${help}</span></p></div></li>`;
};
