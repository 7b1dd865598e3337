// @ts-check
/**
 * Draws the tables of the page as charts (uPlot): each `figure[data-chart]` has its table inside, and the table stays. The
 * figures under the pointer stand below the chart; the arrow keys move it.
 */

/** @type {any} */
const Plot = Reflect.get(globalThis, 'uPlot');

const HEIGHT = { lines: 260, bars: 180 };

/** As the tables have it. @param {number | null | undefined} ms */
function span(ms) {
  if (ms == null) return '–';
  if (ms < 9.95) return `${Number(ms.toFixed(ms < 0.095 ? 2 : 1))} ms`;
  if (ms < 999.5) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${Number((ms / 1000).toFixed(1))} s`;
  return ms < 3_600_000
    ? `${Number((ms / 60_000).toFixed(1))} m`
    : `${Number((ms / 3_600_000).toFixed(1))} h`;
}

/** @param {number} value */
const two = (value) => String(value).padStart(2, '0');

/** By the clock on the server's wall, as everything on the page. @param {number} seconds @param {number} zone in minutes */
function wall(seconds, zone) {
  const at = new Date((seconds + zone * 60) * 1000);
  const day = `${two(at.getUTCMonth() + 1)}-${two(at.getUTCDate())}`;
  return { day, time: `${two(at.getUTCHours())}:${two(at.getUTCMinutes())}` };
}

/** A date whose local parts are those on the server's wall: so the marks of the axis fall on its hours. @param {number} seconds @param {number} zone */
function localized(seconds, zone) {
  const at = new Date(seconds * 1000);
  return new Date(at.getTime() + (zone + at.getTimezoneOffset()) * 60_000);
}

/** @param {HTMLElement} figure */
function tableOf(figure) {
  const rows = [...figure.querySelectorAll('details tbody tr')];
  const named = rows[0] === undefined ? [] : [...rows[0].querySelectorAll('td')];
  const count = figure.dataset['colours']?.split(' ').length ?? 1;
  const isBars = figure.dataset['chart'] === 'bars';
  const columns = named.map((_, at) => at).slice(isBars ? 1 : 0, (isBars ? 1 : 0) + count);
  return {
    names: columns.map((at) => named[at]?.dataset['label'] ?? ''),
    labels: rows.map((row) => row.querySelector('th')?.textContent ?? ''),
    x: rows.map((row) => Number(row.getAttribute('data-x'))),
    y: columns.map((at) =>
      rows.map((row) => {
        const y = row.querySelectorAll('td')[at]?.dataset['y'];
        return y === undefined ? null : Number(y);
      }),
    ),
  };
}

/** Where rows are missing there is no line. @param {number[]} x @param {(number | null)[][]} y @param {number} step */
function withGaps(x, y, step) {
  /** @type {number[]} */
  const times = [];
  /** @type {(number | null)[][]} */
  const lines = y.map(() => []);
  x.forEach((at, row) => {
    const before = x[row - 1];
    if (before !== undefined && at - before > 1.5 * step) {
      times.push(before + step);
      for (const line of lines) line.push(null);
    }
    times.push(at);
    lines.forEach((line, column) => {
      line.push(y[column]?.[row] ?? null);
    });
  });
  return [times, ...lines];
}

/** @param {HTMLElement} figure @param {string} name */
function colour(figure, name) {
  return getComputedStyle(figure).getPropertyValue(`--${name}`).trim();
}

/** @param {HTMLElement} figure */
function axis(figure) {
  const stroke = colour(figure, 'faint');
  const line = { stroke: colour(figure, 'line'), width: 1 };
  const { fontFamily } = getComputedStyle(figure);
  return { stroke, grid: line, ticks: { ...line, size: 4 }, font: `12px ${fontFamily}` };
}

/** Of ten: the others would fill the chart. @param {any} _ @param {number[]} splits */
const powers = (_, splits) =>
  splits.map((ms) => (Number.isInteger(Number(Math.log10(ms).toFixed(6))) ? ms : null));

/** @param {HTMLElement} figure @param {number} width */
function lines(figure, width) {
  const { names, x, y } = tableOf(figure);
  const zone = Number(figure.dataset['zone']);
  const step = Number(figure.dataset['step']);
  const colours = (figure.dataset['colours'] ?? '').split(' ');
  const common = axis(figure);
  return {
    data: withGaps(x, y, step),
    options: {
      ...{ width, height: HEIGHT.lines, tzDate: (/** @type {number} */ at) => localized(at, zone) },
      cursor: { drag: { x: false, y: false }, points: { size: 7 } },
      scales: { y: { distr: 3 }, ...(x.length === 1 && { x: { range: [x[0] - step, x[0] + step] } }) },
      series: [
        {
          label: 'from',
          value: (/** @type {any} */ _, /** @type {number} */ at) =>
            at == null ? '–' : `${wall(at, zone).day} ${wall(at, zone).time}`,
        },
        ...names.map((label, at) => ({
          ...{ label, width: 1.5, stroke: colour(figure, colours[at] ?? 'text') },
          // Not by colour alone.
          dash: [undefined, [6, 3], [2, 3]][at],
          points: { show: x.length < 60, size: x.length < 4 ? 9 : 5 },
          value: (/** @type {any} */ _, /** @type {number | null} */ ms) => span(ms),
        })),
      ],
      axes: [
        {
          ...common,
          values: (
            /** @type {any} */ _,
            /** @type {number[]} */ splits,
            /** @type {number} */ _at,
            /** @type {number} */ _space,
            /** @type {number} */ incr,
          ) =>
            splits.map((at) => {
              const { day, time } = wall(at, zone);
              return incr >= 86_400 || time === '00:00' ? day : time;
            }),
        },
        {
          ...common,
          size: 64,
          grid: { ...common.grid, filter: powers },
          ticks: { ...common.ticks, filter: powers },
          values: (/** @type {any} */ _, /** @type {(number | null)[]} */ splits) =>
            splits.map((ms) => (ms == null ? '' : span(ms))),
        },
      ],
    },
  };
}

/** @param {HTMLElement} figure @param {number} width */
function bars(figure, width) {
  const { names, labels, x, y } = tableOf(figure);
  const common = axis(figure);
  const fill = colour(figure, figure.dataset['colours'] ?? 'text');
  const every = Math.max(1, Math.ceil((labels.length * 68) / width));
  return {
    data: [x, ...y],
    options: {
      ...{ width, height: HEIGHT.bars },
      cursor: { drag: { x: false, y: false }, points: { show: false } },
      scales: {
        x: { time: false, range: [-0.6, x.length - 0.4] },
        y: {
          range: (/** @type {any} */ _, /** @type {number} */ _least, /** @type {number} */ most) => [
            0,
            most * 1.05,
          ],
        },
      },
      series: [
        {
          label: 'from',
          value: (/** @type {any} */ _, /** @type {number | null} */ at) => (at == null ? '–' : labels[at]),
        },
        ...names.map((label) => ({
          ...{ label, fill, stroke: fill, width: 0, points: { show: false } },
          paths: Plot.paths.bars({ size: [0.86, 60] }),
          value: (/** @type {any} */ _, /** @type {number | null} */ count) =>
            count == null ? '–' : String(count),
        })),
      ],
      axes: [
        {
          ...common,
          grid: { show: false },
          splits: () => x.filter((at) => at % every === 0),
          values: (/** @type {any} */ _, /** @type {number[]} */ at) => at.map((one) => labels[one] ?? ''),
        },
        {
          ...common,
          size: 48,
          incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 100_000, 1_000_000],
        },
      ],
    },
  };
}

/** @param {HTMLElement} figure */
function draw(figure) {
  const plot = figure.querySelector('.plot');
  if (!(plot instanceof HTMLElement)) return;
  const width = plot.clientWidth;
  if (width === 0) return;
  const { options, data } = figure.dataset['chart'] === 'bars' ? bars(figure, width) : lines(figure, width);
  plot.replaceChildren();
  const chart = new Plot(options, data, plot);
  plot.tabIndex = 0;
  plot.onkeydown = (event) => {
    const by = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (by === undefined) return;
    event.preventDefault();
    const last = data[0]?.length ?? 0;
    const at = Math.min(last - 1, Math.max(0, (chart.cursor.idx ?? (by > 0 ? -1 : last)) + by));
    chart.setCursor({
      left: chart.valToPos(data[0]?.[at], 'x'),
      top: chart.bbox.height / 2 / devicePixelRatio,
    });
  };
}

const figures = /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll('figure[data-chart]'));
const drawAll = () => figures.forEach(draw);
drawAll();
matchMedia('(prefers-color-scheme: dark)').addEventListener('change', drawAll);
/** @type {ReturnType<typeof setTimeout> | undefined} */
let soon;
addEventListener('resize', () => {
  clearTimeout(soon);
  soon = setTimeout(drawAll, 100);
});
