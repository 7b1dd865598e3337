/** The filter of a list: a form that a browser sends by itself, and the way on to older rows, which keeps it. Pure. */
import type { z } from 'zod';
import { each, type Html, html, raw } from './html.ts';

export interface Field {
  /** As the query of the API has it. */
  readonly name: string;
  readonly label: string;
  /** Nothing else can be chosen. */
  readonly choices?: readonly (readonly [value: string, words: string])[];
  /** Words that may be meant. */
  readonly known?: readonly string[];
  readonly placeholder?: string;
}

/** A filter as it was typed. */
export interface Typed {
  /** Without the empty ones, by the name of the field. */
  readonly values: Readonly<Record<string, string>>;
  /** A sentence for each that is left out because it means nothing. */
  readonly faults: readonly string[];
}

/** Takes what fits: an old link, or a slip in one field, still shows the list. */
export function readTyped<Shape extends z.ZodRawShape>(
  query: Readonly<Record<string, string>>,
  schema: z.ZodObject<Shape>,
): Typed & { readonly filter: Partial<z.output<z.ZodObject<Shape>>> } {
  const known = Object.keys(schema.shape);
  const values: Record<string, string> = {};
  for (const name of known) {
    const text = Object.hasOwn(query, name) ? query[name]?.trim() : undefined;
    if (text !== undefined && text !== '') values[name] = text;
  }
  const partial = schema.partial();
  const first = partial.safeParse(values);
  if (first.success) return { values, faults: [], filter: first.data as Partial<z.output<typeof schema>> };
  const faults = first.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
  for (const { path } of first.error.issues) delete values[String(path[0])];
  return { values, faults, filter: partial.parse(values) as Partial<z.output<typeof schema>> };
}

/** `more`: seldom wanted, and so folded away unless one of them is in use. */
export function filterForm(
  action: string,
  { values, faults }: Typed,
  fields: readonly Field[],
  more: readonly Field[] = [],
): Html {
  const isUsed = more.some(({ name }) => values[name] !== undefined);
  return html`<form class="card filter" method="get" action="${action}" role="search"><div class="fields">${each(fields, (field) => control(field, values))}</div>${
    more.length === 0
      ? ''
      : html`<details${isUsed ? raw(' open') : ''}><summary>More</summary><div class="fields">${each(more, (field) => control(field, values))}</div></details>`
  }<div class="buttons"><button>Show</button>${Object.keys(values).length === 0 ? '' : html`<a href="${action}">Show all</a>`}</div>${each(
    faults,
    (fault) => html`<p class="bad" role="alert">✗ Left out: ${fault}</p>`,
  )}</form>`;
}

function control({ name, label, choices, known, placeholder }: Field, values: Typed['values']): Html {
  const value = values[name] ?? '';
  if (choices !== undefined)
    return html`<label>${label}<select name="${name}"><option value="">any</option>${each(
      choices,
      ([one, words]) =>
        html`<option value="${one}"${one === value ? raw(' selected') : ''}>${words}</option>`,
    )}</select></label>`;
  const list = known === undefined ? '' : html` list="known-${name}"`;
  return html`<label>${label}<input name="${name}" value="${value}"${list} placeholder="${placeholder ?? 'any'}"></label>${
    known === undefined
      ? ''
      : html`<datalist id="known-${name}">${each(known, (one) => html`<option value="${one}"></option>`)}</datalist>`
  }`;
}

/** `before`: where this page begins; `next`: where the next one does; absent: at the newest, nowhere. */
export function pager(
  action: string,
  { values }: Pick<Typed, 'values'>,
  { before, next }: { readonly before: string | undefined; readonly next: string | undefined },
): Html {
  if (before === undefined && next === undefined) return html``;
  const to = (more: Readonly<Record<string, string>>) => {
    const query = new URLSearchParams({ ...values, ...more }).toString().replaceAll('+', '%20');
    return query === '' ? action : `${action}?${query}`;
  };
  return html`<p class="pager">${before === undefined ? '' : html`<a href="${to({})}" rel="first">← newest</a>`}${next === undefined ? '' : html`<a href="${to({ before: next })}" rel="next">older →</a>`}</p>`;
}
