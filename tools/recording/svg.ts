/** The output of a terminal as a picture that plays it; a reader who wants no motion sees its last screen. Pure. */
import { type Piece, piecesOf } from './styled.ts';
import type { Printed } from './terminal.ts';

export interface Screen {
  readonly rows: number;
  /** For those who do not see the picture. */
  readonly label: string;
}

const CELL = 7.8;
const LINE = 19;
const FONT = 13;
const MARGIN = 14;
/** How long the last screen stays. */
const HOLD_MS = 6000;
/** Lines that are printed together appear together. */
const TOGETHER_MS = 40;

/** Of light and dark pages, after GitHub's own colours. */
const PALETTE: Readonly<Record<string, readonly [light: string, dark: string]>> = {
  page: ['#f6f8fa', '#0d1117'],
  edge: ['#d1d9e0', '#3d444d'],
  text: ['#1f2328', '#e6edf3'],
  black: ['#1f2328', '#e6edf3'],
  red: ['#cf222e', '#ff7b72'],
  green: ['#116329', '#3fb950'],
  yellow: ['#7d4e00', '#d29922'],
  blue: ['#0969da', '#58a6ff'],
  magenta: ['#8250df', '#bc8cff'],
  cyan: ['#1b7c83', '#39c5cf'],
  white: ['#57606a', '#8b949e'],
};

export function recordingSvg(printed: readonly Printed[], { rows, label }: Screen): string {
  const pieces = printed.map(({ text }) => piecesOf(text));
  // A line that the terminal would wrap stays whole.
  const columns = Math.max(1, ...pieces.flat().map(({ column, cells }) => column + cells));
  const width = Math.ceil(columns * CELL);
  const height = rows * LINE;
  const total = [width + 2 * MARGIN, height + 2 * MARGIN];
  const lines = pieces.flatMap((line, index) => line.map((piece) => textOf(piece, index)));
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${total.join(' ')}" width="${total[0]}" height="${total[1]}" role="img" aria-label="${escaped(label)}">`,
    `<style>${styleSheet(printed, rows)}</style>`,
    `<rect class="page edge" x=".5" y=".5" width="${(total[0] ?? 0) - 1}" height="${(total[1] ?? 0) - 1}" rx="8"/>`,
    `<svg aria-hidden="true" x="${MARGIN}" y="${MARGIN}" width="${width}" height="${height}">`,
    '<g class="scroll">',
    ...lines,
    '</g>',
    `<rect class="page curtain" width="${width}" height="${height}"/>`,
    '</svg>',
    '</svg>',
    '',
  ].join('\n');
}

/** Its length is given, so that columns stand below one another in every font. */
function textOf({ text, column, cells, isNarrow, style }: Piece, line: number): string {
  const attributes = [
    `x="${round(column * CELL)}" y="${line * LINE + FONT}"`,
    `textLength="${round(cells * CELL)}"`,
    ...(isNarrow ? [] : ['lengthAdjust="spacingAndGlyphs"']),
    ...(style === '' ? [] : [`class="${style}"`]),
  ];
  return `<text ${attributes.join(' ')}>${escaped(text)}</text>`;
}

function styleSheet(printed: readonly Printed[], rows: number): string {
  const frames = framesOf(printed);
  const durationMs = (frames.at(-1)?.[0] ?? 0) + HOLD_MS;
  const scroll = (count: number) => `transform:translateY(${-Math.max(0, count - rows) * LINE}px)`;
  const curtain = (count: number) => `transform:translateY(${Math.min(count, rows) * LINE}px)`;
  const keyframes = (name: string, at: (count: number) => string) =>
    `@keyframes ${name}{${frames.map(([atMs, count]) => `${round((100 * atMs) / durationMs)}%{${at(count)}}`).join('')}}`;
  const play = (name: string) => `.${name}{animation:${name} ${round(durationMs / 1000)}s step-end infinite}`;
  return [
    `text{font:${FONT}px ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace;white-space:pre}`,
    '.bold{font-weight:700}.dim{opacity:.65}.edge{stroke-width:1}',
    coloursOf(0),
    `@media (prefers-color-scheme:dark){${coloursOf(1)}}`,
    `.scroll{${scroll(printed.length)}}.curtain{${curtain(printed.length)}}`,
    keyframes('scroll', scroll),
    keyframes('curtain', curtain),
    `@media (prefers-reduced-motion:no-preference){${play('scroll')}${play('curtain')}}`,
  ].join('\n');
}

/** How many lines there are from when on; the first is there at the start. */
function framesOf(printed: readonly Printed[]): readonly (readonly [atMs: number, count: number])[] {
  const frames: (readonly [number, number])[] = [];
  const startMs = printed[0]?.atMs ?? 0;
  for (const [index, line] of printed.entries()) {
    const atMs = line.atMs - startMs;
    const last = frames.at(-1);
    if (last !== undefined && atMs - last[0] < TOGETHER_MS) frames[frames.length - 1] = [last[0], index + 1];
    else frames.push([atMs, index + 1]);
  }
  return frames;
}

function coloursOf(scheme: 0 | 1): string {
  return Object.entries(PALETTE)
    .map(([name, colours]) => {
      const selector = name === 'text' ? name : `.${name}`;
      return `${selector}{${name === 'edge' ? 'stroke' : 'fill'}:${colours[scheme]}}`;
    })
    .join('');
}

const round = (value: number) => Math.round(value * 100) / 100;

const escaped = (text: string) =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
