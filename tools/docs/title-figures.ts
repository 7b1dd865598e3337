/** How well titles are read: precision and recall over the labelled titles, for the tables of `docs/titles.md` and for the tests. */
import { readFileSync } from 'node:fs';
import { marketsIn } from '../../src/title/market.ts';
import { updateMark } from '../../src/title/update.ts';

const FIXTURES = new URL('../../test/fixtures/titles/', import.meta.url);

export interface LabelledTitle {
  readonly exchange: string;
  readonly listingType: string;
  readonly title: string;
  readonly market: readonly string[];
  readonly update: boolean;
  /** Of a random half; the reader was written with the `seen` one. */
  readonly half?: 'seen' | 'held-out';
  readonly note?: string;
}

export const SETS = ['labelled', 'elsewhere', 'variations'] as const;
export type SetName = (typeof SETS)[number];

export const labelledTitles = (name: SetName): readonly LabelledTitle[] =>
  readFileSync(new URL(`${name}.jsonl`, FIXTURES), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as LabelledTitle);

/** Counted by value: a title with three markets counts three times. */
export interface Figures {
  readonly titles: number;
  readonly right: number;
  readonly wrong: number;
  readonly missed: number;
}

export const sets = (
  rows: readonly LabelledTitle[],
  read: (title: string) => readonly string[],
  wanted: (row: LabelledTitle) => readonly string[],
): Figures => {
  let [right, wrong, missed] = [0, 0, 0];
  for (const row of rows) {
    const got = new Set(read(row.title));
    const want = new Set(wanted(row));
    const common = [...got].filter((one) => want.has(one)).length;
    right += common;
    wrong += got.size - common;
    missed += want.size - common;
  }
  return { titles: rows.length, right, wrong, missed };
};

export const marketFigures = (rows: readonly LabelledTitle[]): Figures =>
  sets(
    rows,
    (title) => marketsIn(title).all,
    ({ market }) => market,
  );

const UPDATE = ['update'];

export const updateFigures = (rows: readonly LabelledTitle[]): Figures =>
  sets(
    rows,
    (title) => (updateMark(title) === undefined ? [] : UPDATE),
    ({ update }) => (update ? UPDATE : []),
  );

const share = (part: number, of: number) => (of === 0 ? '-' : `${((100 * part) / of).toFixed(1)} %`);

const line = (name: string, { titles, right, wrong, missed }: Figures): string =>
  `| ${name} | ${titles} | ${right + missed} | ${share(right, right + wrong)} | ${share(right, right + missed)} |`;

function table(what: string, figuresOf: (rows: readonly LabelledTitle[]) => Figures): string {
  const own = labelledTitles('labelled');
  const by = (name: string, rows: readonly LabelledTitle[]) => line(name, figuresOf(rows));
  const half = (which: string) => own.filter((row) => row.half === which);
  return [
    `| titles | number | ${what} in them | precision | recall |`,
    '|---|---:|---:|---:|---:|',
    ...['upbit', 'bithumb', 'binance'].map((name) =>
      by(
        name,
        own.filter(({ exchange }) => exchange === name),
      ),
    ),
    by('the half that the reader was written with', half('seen')),
    by('the half that was held out', half('held-out')),
    by('of other months and exchanges', labelledTitles('elsewhere')),
    by('made up', labelledTitles('variations')),
  ].join('\n');
}

const TABLES: Readonly<Record<string, () => string>> = {
  market: () => table('markets', marketFigures),
  update: () => table('updates', updateFigures),
};

/** The document with its tables between `<!-- figures: market -->` and `<!-- end -->` brought up to date. */
export const withTitleFigures = (document: string): string =>
  document.replaceAll(
    /(<!-- figures: (\w+) -->\n)[\s\S]*?(\n<!-- end -->)/g,
    (_all, head: string, name: string, end: string) => `${head}\n${TABLES[name]?.() ?? ''}\n${end}`,
  );
