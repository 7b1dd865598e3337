/** Makes the rows of a scenario from samples: the figure that is held against the limit, and how sure it is. Pure. */
import { type Interval, intervalOf } from './meter/interval.ts';
import type { Figure, Sample } from './meter/sample.ts';
import type { Row } from './results.ts';

export type About = Pick<Row, 'target' | 'what' | 'unit'>;

export interface Compared {
  readonly name: string;
  readonly sample: Sample;
}

export interface Limit {
  readonly figure: Figure;
  readonly limit: number;
  /** In the table, where it is not plain from the figure and the name of what it is compared with. */
  readonly how?: string;
}

/** `ours` at most `limit` times the other. */
export function ratioRow(about: About, ours: Sample, compared: Compared, limit: Limit): Row {
  return row(about, ours, compared, {
    ...{ how: `${limit.figure} ÷ ${compared.name}`, ...limit },
    combine: (of) => of(ours) / of(compared.sample),
  });
}

/** `ours` at most `limit` more than the other, in the row's unit. */
export function moreRow(about: About, ours: Sample, compared: Compared, limit: Limit): Row {
  return row(about, ours, compared, {
    ...{ how: `${limit.figure}, ${about.unit} added`, ...limit },
    combine: (of) => of(ours) - of(compared.sample),
  });
}

/** `ours` at most `limit`, whatever the other is. */
export function limitRow(about: About, ours: Sample, limit: Limit, compared?: Compared): Row {
  return row(about, ours, compared, { how: limit.figure, ...limit, combine: (of) => of(ours) });
}

type FigureOf = (sample: Sample) => number;

interface Judged extends Required<Limit> {
  readonly combine: (of: FigureOf) => number;
}

function row(about: About, ours: Sample, compared: Compared | undefined, judged: Judged): Row {
  const { figure, limit, how, combine } = judged;
  const is = combine(({ summary }) => summary[figure]);
  const interval = pairs(ours, compared, (places) => combine((sample) => sample.redrawn(figure, places)));
  return {
    ...about,
    ours: ours.summary,
    compared: compared && { name: compared.name, summary: compared.sample.summary },
    verdict: { is, limit, how, ...(interval !== undefined && { interval }) },
  };
}

function pairs(
  ours: Sample,
  compared: Compared | undefined,
  figure: (places: readonly number[]) => number,
): Interval | undefined {
  if (compared !== undefined && compared.sample.size !== ours.size)
    throw new Error(`${ours.size} repetitions of ours, ${compared.sample.size} of ${compared.name}`);
  return intervalOf(ours.size, figure);
}
