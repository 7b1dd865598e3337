/** The figures of a period by feed and by destination; each name leads to the charts of it alone. Pure. */
import type { NewsStats, SentStats, StatsGroup } from '../../outbox/history/stats.ts';
import { each, type Html, html } from './html.ts';
import { empty, type Heading, table } from './layout.ts';
import { countText, shareText, spanText } from './words.ts';

export interface Groups {
  readonly feeds: readonly StatsGroup[];
  readonly destinations: readonly StatsGroup[];
}

type Column<Of> = readonly [name: string, text: (of: Of) => string, spare?: 'spare'];

const OF_NEWS: readonly Column<NewsStats>[] = [
  ['Announcements', ({ announcements }) => countText(announcements)],
  ['Service p50', ({ service }) => spanText(service.p50Ms)],
  ['Service p99', ({ service }) => spanText(service.p99Ms)],
  ['Network p50', ({ network }) => spanText(network.p50Ms)],
  ['Network p99', ({ network }) => spanText(network.p99Ms), 'spare'],
  ['First', ({ won }) => countText(won.count)],
  ['ahead by', ({ won }) => spanText(won.p50Ms), 'spare'],
  ['Second', ({ lost }) => countText(lost.count), 'spare'],
  ['behind by', ({ lost }) => spanText(lost.p50Ms), 'spare'],
];

const OF_SENT: readonly Column<SentStats>[] = [
  ['Delivered', ({ delivered }) => countText(delivered)],
  ['Failed', ({ dead, expired }) => countText(dead + expired)],
  ['Success', ({ successShare }) => shareText(successShare)],
  ['Sent p50', ({ dispatch }) => spanText(dispatch.p50Ms)],
  ['Answered p50', ({ took }) => spanText(took.p50Ms)],
  ['p90', ({ took }) => spanText(took.p90Ms), 'spare'],
  ['p99', ({ took }) => spanText(took.p99Ms)],
  ['longest', ({ took }) => spanText(took.maxMs)],
];

/** `linkTo`: the same page of one feed or destination. */
export const groupsOf = (
  { feeds, destinations }: Groups,
  linkTo: (of: { readonly feed: string } | { readonly destination: string }) => string,
): Html =>
  html`<h2>By feed</h2>${
    feeds.length === 0
      ? empty('No feed brought anything in this period.')
      : figuresTable(
          'Feed',
          OF_NEWS,
          feeds,
          ({ news }) => news,
          (feed) => linkTo({ feed }),
        )
  }<h2>By destination</h2>${
    destinations.length === 0
      ? empty('Nothing was sent in this period.')
      : figuresTable(
          'Destination',
          OF_SENT,
          destinations,
          ({ sent }) => sent,
          (destination) => linkTo({ destination }),
        )
  }`;

/** More would fill the page. */
const MOST_GROUPS = 50;

function figuresTable<Of>(
  first: string,
  columns: readonly Column<Of>[],
  groups: readonly StatsGroup[],
  figuresIn: (group: StatsGroup) => Of | undefined,
  linkTo: (name: string) => string,
): Html {
  const more = groups.length - MOST_GROUPS;
  const headings = columns.map(
    ([name, , spare]): Heading => (spare === undefined ? [name, 'number'] : [name, 'number', spare]),
  );
  const row = (group: StatsGroup): Html => {
    const figures = figuresIn(group);
    return html`<tr><th scope="row"><a href="${linkTo(group.name)}">${group.name}</a></th>${each(
      columns,
      ([name, text, spare = '']) =>
        html`<td class="number ${spare}" data-label="${name}">${figures === undefined ? '–' : text(figures)}</td>`,
    )}</tr>`;
  };
  return html`${table([first, ...headings], each(groups.slice(0, MOST_GROUPS), row))}${
    more > 0
      ? html`<p class="small faint">${countText(more)} more, with less traffic: <a href="/api/stats">/api/stats</a> has them.</p>`
      : ''
  }`;
}
