/** Panels of a Grafana dashboard, of the kinds that every Grafana has, in the few forms that ours needs. */

export interface Query {
  readonly expr: string;
  /** Of its lines, with `{{label}}`. */
  readonly legend?: string;
  /** One value now rather than a line over time. */
  readonly instant?: boolean;
}

export interface Step {
  readonly color: 'green' | 'orange' | 'red' | 'text';
  /** From this value on; absent: from the lowest. */
  readonly from?: number;
}

export interface Form {
  readonly title: string;
  /** For the reader: how to read it, and when it is bad. */
  readonly description: string;
  /** Of Grafana: `s`, `bytes`, `percentunit` … */
  readonly unit?: string;
  readonly steps?: readonly Step[];
  /** Words for 0, 1 … */
  readonly words?: readonly [Word, Word, ...Word[]];
}

interface Word {
  readonly text: string;
  readonly color: Step['color'];
}

/** Of 24 columns and of rows of 30 px each. */
export interface Size {
  readonly w: number;
  readonly h: number;
}

export interface Panel extends Size {
  readonly body: Readonly<Record<string, unknown>>;
}

export const DATASOURCE = { type: 'prometheus', uid: '$datasource' };

const LETTERS = 'ABCDEFGH';

const targetsOf = (queries: readonly Query[]) =>
  queries.map(({ expr, legend, instant = false }, at) => ({
    datasource: DATASOURCE,
    refId: LETTERS[at],
    expr,
    legendFormat: legend ?? '__auto',
    ...(instant ? { instant, range: false } : { range: true }),
  }));

const mappingsOf = (words: Form['words']) =>
  words === undefined
    ? []
    : [{ type: 'value', options: Object.fromEntries(words.map((word, value) => [value, word])) }];

const defaultsOf = ({ unit = 'short', steps = [{ color: 'text' }], words }: Form) => ({
  unit,
  thresholds: { mode: 'absolute', steps: steps.map(({ color, from }) => ({ color, value: from ?? null })) },
  mappings: mappingsOf(words),
});

function panel(
  type: string,
  size: Size,
  form: Form,
  queries: readonly Query[],
  custom: object,
  options: object,
) {
  const { title, description } = form;
  const defaults = { ...defaultsOf(form), custom };
  return {
    ...size,
    body: {
      ...{ type, title, description, datasource: DATASOURCE },
      ...{ fieldConfig: { defaults, overrides: [] }, options, targets: targetsOf(queries) },
    },
  };
}

/** One number now, in the colour of its step. */
export const stat = (form: Form, ...queries: readonly Query[]): Panel =>
  panel(
    'stat',
    { w: 4, h: 4 },
    form,
    queries.map((query) => ({ instant: true, ...query })),
    {},
    {
      colorMode: form.steps === undefined && form.words === undefined ? 'none' : 'background',
      graphMode: 'none',
      textMode: 'auto',
      reduceOptions: { calcs: ['lastNotNull'], fields: '', values: false },
    },
  );

const LEGEND = { displayMode: 'list', placement: 'bottom', showLegend: true };
const TOOLTIP = { mode: 'multi', sort: 'desc' };

export const lines = (form: Form, ...queries: readonly Query[]): Panel =>
  panel(
    ...(['timeseries', { w: 12, h: 8 }, form, queries] as const),
    { drawStyle: 'line', lineWidth: 1, fillOpacity: 8, showPoints: 'auto', spanNulls: false },
    { legend: LEGEND, tooltip: TOOLTIP },
  );

/** How many in each span: for what happens now and then. */
export const bars = (form: Form, ...queries: readonly Query[]): Panel =>
  panel(
    ...(['timeseries', { w: 12, h: 8 }, form, queries] as const),
    { drawStyle: 'bars', fillOpacity: 60, lineWidth: 0, stacking: { mode: 'normal', group: 'A' } },
    { legend: LEGEND, tooltip: TOOLTIP },
  );

/** States in words over time. */
export const states = (form: Form, ...queries: readonly Query[]): Panel =>
  panel(
    ...(['state-timeline', { w: 12, h: 6 }, form, queries] as const),
    { fillOpacity: 70, lineWidth: 0 },
    { legend: LEGEND, mergeValues: true, rowHeight: 0.8, showValue: 'auto', tooltip: { mode: 'single' } },
  );

export interface Column {
  /** Of the value of the query at this place. */
  readonly name: string;
  readonly unit?: string;
}

/** A row for each value of `by`, a column for each query. */
export function table(
  form: Form,
  by: string,
  columns: readonly Column[],
  ...queries: readonly Query[]
): Panel {
  const made = panel('table', { w: 12, h: 8 }, form, queries, { align: 'auto' }, { showHeader: true });
  const columnOf = (at: number) => (queries.length === 1 ? 'Value' : `Value #${LETTERS[at]}`);
  const targets = targetsOf(queries.map((query) => ({ ...query, instant: true })));
  const overrides = columns.map(({ name, unit = 'short' }) => ({
    matcher: { id: 'byName', options: name },
    properties: [{ id: 'unit', value: unit }],
  }));
  const renameByName = Object.fromEntries(columns.map(({ name }, at) => [columnOf(at), name]));
  return {
    ...made,
    body: {
      ...made.body,
      fieldConfig: { defaults: defaultsOf(form), overrides },
      targets: targets.map((target) => ({ ...target, format: 'table' })),
      transformations: [
        { id: 'merge', options: {} },
        { id: 'filterFieldsByName', options: { include: { pattern: `^(instance|${by}|Value.*)$` } } },
        { id: 'organize', options: { renameByName } },
      ],
    },
  };
}

const COLUMNS = 24;

/** From left to right and from above, under a heading for each row. */
export function laidOut(rows: readonly { readonly title: string; readonly panels: readonly Panel[] }[]) {
  const placed: unknown[] = [];
  let y = 0;
  const place = (at: { x: number; y: number }, { w, h }: Size, body: object) =>
    placed.push({ id: placed.length + 1, gridPos: { ...at, w, h }, ...body });
  for (const { title, panels } of rows) {
    place({ x: 0, y }, { w: COLUMNS, h: 1 }, { type: 'row', title, collapsed: false, panels: [] });
    y++;
    let x = 0;
    let tallest = 0;
    for (const one of panels) {
      if (x + one.w > COLUMNS) {
        x = 0;
        y += tallest;
        tallest = 0;
      }
      place({ x, y }, one, one.body);
      x += one.w;
      tallest = Math.max(tallest, one.h);
    }
    y += tallest;
  }
  return placed;
}
