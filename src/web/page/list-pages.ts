/** `/announcements` and `/deliveries`: what the store has, by every field, a page at a time. */
import { z } from 'zod';
import { LISTING_TYPES, PUBLISHERS } from '../../announcement.ts';
import { DELIVERY_STATES } from '../../delivery/delivery.ts';
import { LARGEST_PAGE } from '../../outbox/deliveries.ts';
import { deliveryQuery, filterIn, hintOf, newsQuery } from '../api/filters.ts';
import type { Ops } from '../ops.ts';
import { announcementsPage } from './announcements.ts';
import { deliveriesPage } from './deliveries.ts';
import { type Field, readTyped } from './filter-form.ts';
import { type At, page, problem, textOf } from './page-answer.ts';

/** Names that a field suggests. */
const MOST_NAMES = 200;

const firstOf = (names: Iterable<string>): readonly string[] =>
  Array.from(Iterator.from(names).take(MOST_NAMES));

const SINCE: Field = {
  ...{ name: 'since', label: 'Received within', placeholder: '24h, 7d, a time' },
  known: ['1h', '24h', '7d', '30d'],
};
const UNTIL: Field = { name: 'until', label: 'And before', placeholder: '1h ago, a time' };
const TITLE: Field = { name: 'title', label: 'Words of the title' };
const TICKER: Field = { name: 'ticker', label: 'Ticker', placeholder: 'ABC' };
const EXCHANGE: Field = { name: 'exchange', label: 'Exchange', known: PUBLISHERS };
const TYPE: Field = { name: 'type', label: 'Listing type', known: LISTING_TYPES };
const feedOf = (names: Iterable<string>): Field => ({ name: 'feed', label: 'Feed', known: firstOf(names) });

const ANNOUNCEMENTS = z.object({
  ...newsQuery,
  matched: z.enum(['true', 'false']).optional(),
});

export async function announcementsList(context: At, ops: Ops): Promise<Response> {
  const typed = readTyped(context.req.query(), ANNOUNCEMENTS);
  const { matched, ...query } = typed.filter;
  const filter = {
    ...filterIn(query, ops.clock),
    matched: matched === undefined ? undefined : matched === 'true',
  };
  const before = textOf(context.req.query('before'));
  const answer = await ops.announcements(before, filter);
  if (!answer.ok) return problem(context, 503, 'The store cannot be read', answer.message);
  const { missing } = answer;
  const { announcements, next, nodes } = answer.value;
  const fields = [TITLE, TICKER, EXCHANGE, TYPE, feedOf(ops.names().feeds), SINCE];
  const more = [UNTIL, MATCHED];
  const hint = await hintOf(announcements, filter, ops);
  const view = { announcements, nodes, missing, hint, typed, fields, more, before, next };
  const body = announcementsPage(view);
  return page(context, { title: 'Announcements', path: '/announcements', body });
}

const MATCHED: Field = {
  ...{ name: 'matched', label: 'A rule matched' },
  choices: [
    ['true', 'yes'],
    ['false', 'no'],
  ],
};

export async function deliveriesList(context: At, ops: Ops): Promise<Response> {
  const typed = readTyped(context.req.query(), z.object(deliveryQuery));
  const filter = filterIn(typed.filter, ops.clock);
  const before = textOf(context.req.query('before'));
  const answer = await ops.page({ ...filter, before, limit: LARGEST_PAGE });
  if (!answer.ok) return problem(context, 503, 'The store cannot be read', answer.message);
  const { missing } = answer;
  const { deliveries, next } = answer.value;
  const names = ops.names();
  const fields: readonly Field[] = [
    { name: 'state', label: 'State', choices: DELIVERY_STATES.map((one) => [one, one] as const) },
    { name: 'destination', label: 'Destination', known: firstOf(names.destinations) },
    ...[TICKER, TITLE, SINCE],
  ];
  const more: readonly Field[] = [
    { name: 'rule', label: 'Rule', known: firstOf(names.rules) },
    { name: 'reason', label: 'Reason', placeholder: 'max_age' },
    { name: 'attempts', label: 'Attempts, at least', placeholder: '1' },
    { name: 'mute', label: 'Id of the mute' },
    ...[EXCHANGE, TYPE, feedOf(names.feeds), UNTIL],
    { name: 'announcement', label: 'Id of the announcement' },
    { name: 'id', label: 'Id' },
  ];
  const hint = await hintOf(deliveries, filter, ops);
  const view = { deliveries, missing, hint, typed, fields, more, before, next };
  const body = deliveriesPage(view, context.var.visitor);
  return page(context, { title: 'Deliveries', path: '/deliveries', body });
}
