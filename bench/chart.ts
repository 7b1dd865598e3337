/**
 * The chart of `docs/performance.md`, as SVG text drawn from results. Above: the first announcement after a
 * silence, with its worst. Below: every target as a share of its limit. Pure.
 */
import { kindName } from './machine.ts';
import { type CurvePoint, curveOf, isMet, newestAt, type Results, type Row, rowsOf } from './results.ts';
import { line, round, TEXT_COLOUR, text } from './svg.ts';
import { shown } from './table.ts';

const WIDTH = 960;
const FONT = 'font-family="system-ui, -apple-system, Segoe UI, Helvetica, Arial, sans-serif"';
const INK = {
  text: TEXT_COLOUR,
  quiet: '#66707c',
  grid: '#e3e7eb',
  good: '#1769c2',
  bad: '#c2410c',
} as const;
/** By place; the bridge itself is known by its name. */
const OTHERS = ['#8a94a0', '#b7860b', '#7a5ea8'] as const;
const OURS = 'listing-bridge';

const CURVE = { left: 56, right: WIDTH - 24, top: 76, height: 230, labels: 150 } as const;
const BARS = { title: 388, top: 426, begin: 430, right: WIDTH - 24, pitch: 24 } as const;

export function chart(results: Results): string {
  const judged = rowsOf(results).filter(({ verdict }) => verdict !== undefined);
  const height = BARS.top + judged.length * BARS.pitch + 40;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" ${FONT} role="img" aria-label="How fast listing-bridge is, against a bare script">`,
    `<rect width="${WIDTH}" height="${height}" rx="8" fill="#ffffff"/>`,
    text(24, 34, 'First announcement after a silence', { size: 16, weight: 600 }),
    text(24, 54, 'ms from the feed’s socket to the whole request at the receiver: median, and worst', {
      size: 12,
      fill: INK.quiet,
    }),
    ...curvePanel(curveOf(results)),
    text(24, BARS.title, 'Every target, as a share of its limit', { size: 16, weight: 600 }),
    text(
      24,
      BARS.title + 20,
      'the line is the limit, the figure is what is held against it; blue: met, orange: missed',
      { size: 12, fill: INK.quiet },
    ),
    ...barsPanel(judged),
    text(
      24,
      height - 14,
      `${kindName(results.machine)}, Node ${results.machine.node}, ${newestAt(results).slice(0, 10)}`,
      { size: 11, fill: INK.quiet },
    ),
    '</svg>',
    '',
  ].join('\n');
}

function curvePanel(points: readonly CurvePoint[]): string[] {
  const silences = [...new Set(points.map(({ silenceMs }) => silenceMs))].sort((a, b) => a - b);
  // One process that the machine disturbed shall not make the rest unreadable: a worst that is higher ends at the edge.
  const most = Math.max(1, ...points.map(({ summary }) => Math.min(summary.max, summary.p50 * 1.5)));
  const step = [1, 2, 5, 10, 20, 50, 100].find((each) => most / each <= 6) ?? most / 5;
  const top = Math.ceil(most / step) * step;
  const right = CURVE.right - CURVE.labels;
  const y = (ms: number) => CURVE.top + CURVE.height * (1 - ms / top);
  const x = (silenceMs: number) =>
    CURVE.left +
    20 +
    ((right - CURVE.left - 20) * silences.indexOf(silenceMs)) / Math.max(1, silences.length - 1);
  const bySubject = Map.groupBy(points, ({ subject }) => subject);
  const lines: string[] = [];
  for (let ms = 0; ms <= top; ms += step) {
    lines.push(line(CURVE.left, y(ms), right + 6, y(ms), INK.grid));
    lines.push(text(CURVE.left - 8, y(ms) + 4, String(ms), { size: 11, fill: INK.quiet, anchor: 'end' }));
  }
  for (const silenceMs of silences)
    lines.push(
      text(x(silenceMs), y(0) + 20, `${silenceMs / 1000} s`, { size: 11, fill: INK.quiet, anchor: 'middle' }),
    );
  lines.push(
    text((CURVE.left + right) / 2, y(0) + 38, 'silence before it', {
      size: 11,
      fill: INK.quiet,
      anchor: 'middle',
    }),
  );

  const names = [...bySubject.keys()].filter((name) => name !== OURS);
  const ends: { name: string; colour: string; ms: number }[] = [];
  for (const [name, own] of bySubject) {
    const colour = name === OURS ? INK.good : (OTHERS[names.indexOf(name)] ?? INK.quiet);
    const path = own
      .map(({ silenceMs, summary }) => `${round(x(silenceMs))},${round(y(summary.p50))}`)
      .join(' ');
    lines.push(
      `<polyline points="${path}" fill="none" stroke="${colour}" stroke-width="${name === OURS ? 2.5 : 1.5}"/>`,
    );
    for (const { silenceMs, summary } of own) {
      lines.push(line(x(silenceMs), y(summary.p50), x(silenceMs), y(Math.min(summary.max, top)), colour));
      lines.push(
        `<circle cx="${round(x(silenceMs))}" cy="${round(y(summary.p50))}" r="3.5" fill="${colour}"/>`,
      );
    }
    ends.push({ name, colour, ms: own.at(-1)?.summary.p50 ?? 0 });
  }
  // Labels beside the ends of the lines, pushed apart where they would overlap.
  let free = Number.NEGATIVE_INFINITY;
  for (const { name, colour, ms } of ends.sort((a, b) => b.ms - a.ms)) {
    const at = Math.max(y(ms) + 4, free);
    free = at + 15;
    lines.push(text(right + 14, at, name, { size: 12, fill: colour, weight: name === OURS ? 600 : 400 }));
  }
  return lines;
}

/** Longer than this is cut off; the figure is written beside it. */
const LONGEST_SHARE = 2;

function barsPanel(rows: readonly Row[]): string[] {
  const { begin } = BARS;
  const scale = (BARS.right - 70 - begin) / LONGEST_SHARE;
  const bottom = BARS.top + rows.length * BARS.pitch;
  const bars = rows.flatMap((row, place) => {
    const { verdict, what, target } = row;
    if (verdict === undefined) return [];
    const share = verdict.limit === 0 ? (verdict.is === 0 ? 0 : LONGEST_SHARE) : verdict.is / verdict.limit;
    const drawn = Math.max(0.02, Math.min(share, LONGEST_SHARE));
    const top = BARS.top + place * BARS.pitch;
    const colour = isMet(row) ? INK.good : INK.bad;
    return [
      text(begin - 8, top + 15, `${target} · ${what}`, { size: 11, anchor: 'end' }),
      `<rect x="${begin}" y="${top + 4}" width="${round(drawn * scale)}" height="${BARS.pitch - 10}" rx="2" fill="${colour}"/>`,
      text(begin + drawn * scale + 5, top + 15, shown(verdict.is), { size: 11, fill: colour, halo: true }),
    ];
  });
  return [line(begin + scale, BARS.top - 4, begin + scale, bottom, INK.text), ...bars];
}
