/** Pieces of SVG text. Pure. */
export const TEXT_COLOUR = '#1f2933';

export interface TextStyle {
  readonly size: number;
  readonly fill?: string;
  readonly weight?: number;
  readonly anchor?: 'end' | 'middle';
  /** Keeps it readable over a line. */
  readonly halo?: boolean;
}

export function text(
  x: number,
  y: number,
  words: string,
  { size, fill = TEXT_COLOUR, weight = 400, anchor, halo = false }: TextStyle,
): string {
  const anchored = anchor === undefined ? '' : ` text-anchor="${anchor}"`;
  const behind = halo ? ' stroke="#ffffff" stroke-width="4" paint-order="stroke"' : '';
  return `<text x="${round(x)}" y="${round(y)}" font-size="${size}" font-weight="${weight}" fill="${fill}"${anchored}${behind}>${escaped(words)}</text>`;
}

export function line(x1: number, y1: number, x2: number, y2: number, stroke: string, width = 1): string {
  return `<line x1="${round(x1)}" y1="${round(y1)}" x2="${round(x2)}" y2="${round(y2)}" stroke="${stroke}" stroke-width="${width}"/>`;
}

export const round = (value: number) => Math.round(value * 10) / 10;
const escaped = (words: string) => words.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;');
