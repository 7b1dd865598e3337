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

/** Of the fields of a form on a page, by which it is filtered. */
export function filtersOf(path: string, html: string, known: Known): Question[] {
  const forms = [...html.matchAll(/<form(?![^>]*method="post")[^>]*>(.*?)<\/form>/gs)].map(([form]) => form);
  const names = new Set(
    forms.flatMap((form) =>
      [...form.matchAll(/<(?:input|select)[^>]*\bname="([^"]+)"/g)].map(([, name = '']) => name),
    ),
  );
  return [...names, ...(html.includes('rel="next"') ? ['before'] : [])].flatMap((name) =>
    valuesOf(name, path, known).map((value) => ({
      method: 'GET',
      path: `${path}?${new URLSearchParams({ [name]: value })}`,
    })),
  );
}

/** Of a query that takes one of a few words: all of them. */
function wordsOf(schema: z.core.$ZodType): readonly string[] | undefined {
  const inner = schema instanceof z.ZodOptional ? schema.unwrap() : schema;
  return inner instanceof z.ZodEnum ? inner.options.map(String) : undefined;
}

/** A frequent one, a rare one, and one that nothing fits. */
const VALUES: Readonly<Record<string, readonly string[]>> = {
  state: ['pending', 'delivered', 'dead', 'expired', 'skipped'],
  destination: ['archive', 'bot', 'sub-7', 'no-such'],
  since: ['1h', '30d', '90d'],
  until: ['1h', '30d'],
  limit: ['1', '50'],
  late: ['true'],
  real: ['false'],
  rule: ['orders', 'sub-7', 'no such rule'],
  reason: ['max_age', 'muted', 'no_such_reason'],
  attempts: ['2', '9'],
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
  if (path.includes(':name')) return [];
  if (!/:id|\{id\}/.test(path)) return [question];
  const ids = path.includes('mutes') ? ['1'] : path.includes('announcements') ? announcements : deliveries;
  return [...ids, UNKNOWN_ID].map((id) => ({ ...question, path: path.replace(/:id|\{id\}/, id) }));
}

function first(questions: readonly Question[]): Question {
  const [one] = questions;
  if (one === undefined) throw new Error('no question');
  return one;
}
