/**
 * Everything that can be read over HTTP, as requests to a bridge with a large store: each page and endpoint with each of
 * its filters, from the routes and schemas themselves, so that a new one is among them or stops the run by name.
 */
import { z } from 'zod';
import { systemClock } from '../../src/platform/clock.ts';
import { ENDPOINTS } from '../../src/web/api/endpoints.ts';
import { createApp } from '../../src/web/app.ts';
import type { Ops } from '../../src/web/ops.ts';
import type { Question } from '../meter/asker.ts';

/** Of the store that is asked. */
export interface Known {
  readonly announcements: readonly string[];
  readonly deliveries: readonly string[];
  /** A key in the middle of the store. */
  readonly deep: { readonly announcement: string; readonly delivery: string };
}

/** An id of the form that ids have, which nothing has. */
const UNKNOWN_ID = '01m0000000000000zz-0000000000';

/** They do not end. */
const STREAMS = ['/live', '/api/events'];

/** A reload is measured by itself. */
const RELOADS = ['/-/reload'];

export function questionsTo(known: Known): Question[] {
  const app = createApp({ host: '127.0.0.1', port: 0 }, { clock: systemClock } as Ops);
  const paths = new Set(app.routes.filter(({ method }) => method === 'GET').map(({ path }) => path));
  const documented = new Set(ENDPOINTS.map(({ path }) => path.replaceAll(/\{(\w+)\}/g, ':$1')));
  const pages = [...paths].filter((path) => !documented.has(path) && !STREAMS.includes(path));
  return [
    ...pages.flatMap((path) => withIds({ method: 'GET', path }, known)),
    ...ENDPOINTS.filter(({ path }) => !RELOADS.includes(path)).flatMap(({ method, path, example, query }) => [
      ...withIds({ method: method.toUpperCase(), path, body: example.body }, known),
      ...Object.entries(query?.shape ?? {}).flatMap(([key, schema]) =>
        (wordsOf(schema) ?? valuesOf(key, path, known)).map((value) => ({
          method: method.toUpperCase(),
          path: `${first(withIds({ method, path }, known)).path}?${new URLSearchParams({ [key]: value })}`,
          body: example.body,
        })),
      ),
    ]),
  ];
}

/** Several conditions at once, and what no form has: everything in the store, nonsense, what is long. */
export function oddQuestions({ deep }: Known): Question[] {
  const everyNews =
    'since=90d&until=1h&feed=tokyo&exchange=upbit&type=spot_listing&ticker=NOSUCH&title=거래지원';
  const everyDelivery = `${everyNews}&state=dead&destination=archive&rule=orders&reason=max_age&attempts=2`;
  const many = Array.from({ length: 100 }, (_, n) => `ZZ${n}`).join(',');
  const title = `${'에이비씨 코인 신규 거래지원 안내 '.repeat(30)}(KRW, BTC, USDT 마켓)`;
  const paths = [
    ...['/deliveries', '/api/deliveries'].flatMap((path) => [
      `${path}?${everyDelivery}`,
      `${path}?${everyDelivery}&before=${deep.delivery}`,
      ...['dead', 'pending', 'skipped'].map((state) => `${path}?state=${state}&before=${deep.delivery}`),
      ...['archive', 'sub-7'].map((name) => `${path}?destination=${name}&before=${deep.delivery}`),
      `${path}?title=${title}`,
    ]),
    ...['/announcements', '/api/announcements'].flatMap((path) => [
      `${path}?${everyNews}`,
      `${path}?${everyNews}&matched=true&before=${deep.announcement}`,
      `${path}?matched=false&before=${deep.announcement}`,
      `${path}?ticker=NOSUCH&before=${deep.announcement}`,
      `${path}?title=${title}`,
    ]),
    ...['/api/deliveries', '/api/announcements', '/deliveries', '/announcements'].flatMap((path) =>
      [
        'limit=1000',
        'limit=0',
        'before=%00',
        'before=~~~',
        'since=10y',
        'since=3650d',
        'until=0000',
        'x=y',
      ].map((query) => `${path}?${query}`),
    ),
    ...['/latency', '/api/stats'].flatMap((path) =>
      [
        ...[
          'since=3650d',
          'since=31d',
          'since=12h',
          'since=60d&until=30d',
          'since=1h&until=2h',
          'since=7d&by=hour',
        ],
        ...['feed', 'rule', 'hour'].map((by) => `since=90d&by=${by}`),
        ...[
          'since=90d&feed=tokyo&destination=archive',
          'since=90d&destination=no-such',
          'since=30d&feed=seoul',
        ],
      ].map((query) => `${path}?${query}`),
    ),
    `/try?publisher=upbit&listingType=spot_listing&tickers=${many}&title=${title}`,
    `/api/deliveries/${'0'.repeat(2000)}`,
    `/announcements/${'x'.repeat(2000)}`,
    `/destinations/${'x'.repeat(2000)}`,
  ];
  const body = { publisher: 'upbit', listingType: 'spot_listing', ticker: many, title };
  return [
    ...paths.map((path) => ({ method: 'GET', path: encodeURI(path).replaceAll('%2500', '%00') })),
    { method: 'POST', path: '/api/explain?100-tickers', body },
  ];
}

/** Of the fields of a form on a page, by which it is filtered. */
export function filtersOf(path: string, html: string, known: Known): Question[] {
  const forms = [...html.matchAll(/<form(?![^>]*method="post")[^>]*>(.*?)<\/form>/gs)].map(([form]) => form);
  const all = new Map<string, readonly string[]>();
  for (const form of forms) {
    for (const [, name = '', options = ''] of form.matchAll(SELECT)) all.set(name, choicesOf(options));
    for (const [, name = ''] of form.matchAll(/<input[^>]*\bname="([^"]+)"/g))
      all.set(name, valuesOf(name, path, known));
  }
  if (html.includes('rel="next"')) all.set('before', valuesOf('before', path, known));
  return [...all].flatMap(([name, values]) =>
    values.map((value) => ({ method: 'GET', path: `${path}?${new URLSearchParams({ [name]: value })}` })),
  );
}

const SELECT = /<select[^>]*\bname="([^"]+)"[^>]*>(.*?)<\/select>/gs;

/** All that can be chosen but for “any”. */
const choicesOf = (options: string): readonly string[] =>
  [...options.matchAll(/<option value="([^"]+)"/g)].map(([, value = '']) => value);

/** Of a query that takes one of a few words: all of them. */
function wordsOf(schema: z.core.$ZodType): readonly string[] | undefined {
  const inner = schema instanceof z.ZodOptional ? schema.unwrap() : schema;
  return inner instanceof z.ZodEnum ? inner.options.map(String) : undefined;
}

/** One with a million deliveries, one with fewer, one with none, and one that is not there. */
const DESTINATIONS = ['archive', 'bot', 'sub-7', 'no-such'];

/** A frequent one, a rare one, and one that nothing fits. */
const VALUES: Readonly<Record<string, readonly string[]>> = {
  destination: DESTINATIONS,
  since: ['1h', '30d', '90d'],
  until: ['1h', '30d'],
  limit: ['1', '50'],
  late: ['true'],
  real: ['false'],
  rule: ['orders', 'sub-7', 'no such rule'],
  reason: ['max_age', 'muted', 'no_such_reason'],
  attempts: ['2', '9'],
  mute: ['1', '999'],
  feed: ['tokyo', 'no-such'],
  exchange: ['upbit', 'nobody'],
  type: ['spot_listing', 'nothing'],
  publisher: ['upbit', 'nobody'],
  listingType: ['spot_listing', 'nothing'],
  ticker: ['ZZ1', 'NOSUCH'],
  tickers: ['ZZ1', 'NOSUCH'],
  title: ['거래지원', 'no such words'],
};

function valuesOf(key: string, path: string, { deep, announcements, deliveries }: Known): readonly string[] {
  if (key === 'before') return [path.includes('announcements') ? deep.announcement : deep.delivery];
  if (key === 'id') return [...deliveries, UNKNOWN_ID];
  if (key === 'announcement') return [...announcements, UNKNOWN_ID];
  const values = VALUES[key];
  if (values === undefined) throw new Error(`million: which values of ${key} is ${path} asked with?`);
  return values;
}

/** One question for each id. */
function withIds(question: Question, { announcements, deliveries }: Known): Question[] {
  const { path } = question;
  if (path.includes(':name'))
    return path.startsWith('/destinations')
      ? DESTINATIONS.map((name) => ({ ...question, path: path.replace(':name', name) }))
      : [];
  if (!/:id|\{id\}/.test(path)) return [question];
  const ids = path.includes('mutes') ? ['1'] : path.includes('announcements') ? announcements : deliveries;
  return [...ids, UNKNOWN_ID].map((id) => ({ ...question, path: path.replace(/:id|\{id\}/, id) }));
}

function first(questions: readonly Question[]): Question {
  const [one] = questions;
  if (one === undefined) throw new Error('no question');
  return one;
}
