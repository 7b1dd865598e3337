/** `/`: is it alive, is it fast, who was first, what did it send, what failed. Pure. */
import type { ConditionReport } from '../../ops/condition-report.ts';
import type { Status } from '../../ops/status.ts';
import { clusterTable } from './cluster.ts';
import { destinationsTable, type FiguresOf } from './destinations.ts';
import { feedsTable, raceTable } from './feeds.ts';
import { each, type Html, html } from './html.ts';
import { barKey } from './latency-bar.ts';
import { empty, table } from './layout.ts';
import { BAR_MS, NEWS_HEADINGS, newsRow } from './news-row.ts';
import { countOf, lastingText, markOf, prose, spanText } from './words.ts';

/** The last ones; the page of announcements has all. */
const SHOWN_NEWS = 12;

export function overview(status: Status, figuresOf: FiguresOf): Html {
  const { announcements, feeds, destinations, race, cluster } = status;
  return html`<h1>Overview</h1>${verdict(status)}
<h2>Last announcements</h2>${
    announcements.length === 0
      ? empty(
          'No announcement since the bridge started. Exchanges announce listings a few times a day: silence is normal, and the proofs of the feeds below say that it would be heard.',
          html`<a href="/try">Try a title</a> to see what one would do, or send a sample: <code>listing-bridge send --all</code>.`,
        )
      : table(NEWS_HEADINGS, each(announcements.slice(0, SHOWN_NEWS), newsRow), { id: 'news' })
  }<p class="small faint">The bars are ${spanText(BAR_MS)} long.</p>${barKey()}
<h2>Feeds</h2>${feedsTable(feeds)}${raceTable(race)}
${clusterTable(cluster)}
<h2>Destinations</h2>${destinationsTable(destinations, figuresOf)}`;
}

/** The answer to “is it well?” stands in the first lines of the page. */
export function verdict(status: Status): Html {
  const { ready, feeds, destinations, uptimeMs, version, conditions, announcements } = status;
  const tone = ready ? 'good' : 'bad';
  const healthy = feeds.filter((feed) => feed.healthy).length;
  const heard = feeds.reduce((least, { silentMs = Infinity }) => Math.min(least, silentMs), Infinity);
  const sentences = [
    `${healthy} of ${countOf(feeds.length, 'feed')} proven healthy${heard === Infinity ? '' : `, last heard ${spanText(heard)} ago`}.`,
    `${countOf(destinations.length, 'destination')}, ${destinations.filter((one) => one.suspended !== undefined).length} suspended.`,
    `${announcements.length === 0 ? 'No announcement yet' : 'Announcements come in'}; up ${lastingText(uptimeMs)}, version ${version}.`,
  ];
  return html`<section id="verdict" class="verdict is-${tone}" aria-label="state of the bridge">${markOf(tone)}<div><strong>${ready ? 'Ready' : 'Not ready'}</strong><p>${sentences.join(' ')}</p>${
    conditions.length === 0 ? '' : html`<ul class="problems">${each(conditions, condition)}</ul>`
  }</div></section>`;
}

const condition = ({ severity, summary, detail, advice, forMs, help }: ConditionReport): Html => {
  const tone = severity === 'critical' ? 'bad' : severity === 'warning' ? 'warning' : 'faint';
  return html`<li>${markOf(tone)}<div><strong class="${tone}">${summary}</strong>${forMs > 0 ? html` <span class="small faint">for ${lastingText(forMs)}</span>` : ''}<p>${prose(detail)}</p><p class="small">${prose(advice)} <span class="faint">${help}</span></p></div></li>`;
};
