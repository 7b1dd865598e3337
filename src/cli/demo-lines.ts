/** The lines of the demo for each announcement and delivery: one each, cut to the terminal, uncut when piped. Pure. */
import { cellsOf, fitCells, padCells } from '../platform/cells.ts';
import { MARKS, paint } from '../platform/paint.ts';
import { cellsOfSpans, fitSpans, type Painter, type Span, wrapSpans } from '../platform/spans.ts';
import { clockText } from '../platform/time-text.ts';

export interface AnnouncementView {
  /** Epoch. */
  readonly wallMs: number;
  readonly publisher: string;
  readonly listingType: string;
  readonly tickers: readonly string[];
  readonly title: string;
  /** No rule sends it anywhere. */
  readonly isUnsent: boolean;
}

export interface DeliveryView {
  readonly destination: string;
  /** As its receiver shows it. */
  readonly shown: string;
  readonly serviceMs: number;
  readonly networkMs: number;
  /** From the frame to the request. */
  readonly bridgeMs: number;
  readonly answerMs: number;
  /** Why `bridgeMs` is longer than usual: the delivery had to wait. */
  readonly waited?: string | undefined;
}

/** Of the longest destination. */
const NAME_CELLS = 8;
/** A title of one line takes no more; beyond it the times would be too far away. */
const WIDEST_SHOWN = 60;
/** Enough for "🟢 Upbit spot listing: CRV": the times give way to it. */
const NARROWEST_SHOWN = 26;
const GAP = '  ';

export function announcementLine(view: AnnouncementView, columns: number | undefined): string {
  const { wallMs, publisher, listingType, tickers, title, isUnsent } = view;
  return fitted(
    [
      [`${clockText(wallMs)}${GAP}`, paint.faint],
      [publisher, paint.strong],
      ` ${listingType}`,
      [isUnsent ? ' → nobody' : '', paint.faint],
      [tickers.map((ticker) => ` ${ticker}`).join(''), paint.strong],
      `${GAP}${title}`,
    ],
    columns,
  );
}

export function deliveryLine(view: DeliveryView, columns: number | undefined): string {
  const start = startOf(MARKS.good, view.destination, paint.good);
  const message = view.waited === undefined ? view.shown : `(${view.waited}) ${view.shown}`;
  const room = columns === undefined ? undefined : columns - cellsOfSpans(start) - GAP.length;
  const form = forms(view).find(({ cells }) => room === undefined || room - cells >= NARROWEST_SHOWN);
  if (form === undefined) return fitted([...start, message], columns);
  const most = room === undefined ? WIDEST_SHOWN : Math.min(WIDEST_SHOWN, room - form.cells);
  const shown = padCells(fitCells(message, room === undefined ? undefined : most), most);
  return fitted([...start, `${shown}${GAP}`, ...form.times], columns);
}

/** Of a delivery that goes another way than the usual. */
export const noteLine = (
  mark: string,
  destination: string,
  note: string,
  columns: number | undefined,
): string => fitted([...startOf(mark, destination, paint.warning), note], columns);

interface Form {
  readonly times: readonly Span[];
  /** That it takes, or the usual: so that times stand below one another. */
  readonly cells: number;
}

/** The longest first. */
function forms({ destination, ...times }: DeliveryView): readonly Form[] {
  const [service, network, answer] = [times.serviceMs, times.networkMs, times.answerMs].map(msText);
  const bridge: Span = [
    `bridge ${msText(times.bridgeMs)}`,
    times.waited === undefined ? paint.good : paint.warning,
  ];
  const named: Span = [`service ${service} · network ${network} · `, paint.faint];
  const bare: Span = [`${service} · ${network} · `, paint.faint];
  return [
    formOf('service 0.0 · network 0.0 · bridge 0.0 · telegram 00.0 ms', [
      named,
      bridge,
      [` · ${destination} ${answer} ms`, paint.faint],
    ]),
    formOf('0.0 · 0.0 · bridge 0.0 · 00.0 ms', [bare, bridge, [` · ${answer} ms`, paint.faint]]),
    formOf('bridge 00.0 ms', [bridge, [' ms', paint.faint]]),
  ];
}

const formOf = (usual: string, times: readonly Span[]): Form => ({
  times,
  cells: Math.max(cellsOf(usual), cellsOfSpans(times)),
});

/** One decimal: the next is noise. */
const msText = (ms: number): string => (ms < 100 ? ms.toFixed(1) : Math.round(ms).toString());

const startOf = (mark: string, destination: string, painter: Painter): readonly Span[] => [
  '  ',
  [mark, painter],
  ' ',
  [padCells(destination, NAME_CELLS) + GAP, paint.name],
];

const fitted = (spans: readonly Span[], columns: number | undefined): string =>
  wrapSpans(fitSpans(spans, columns), { cells: undefined });
