/** Files that only pages with charts load: uPlot, with the notice of its licence in it, and the script that feeds it. They are read with the first of these pages. */
import { readFileSync } from 'node:fs';
import { asset } from './asset.ts';

/** uPlot makes a number format of the browser's language as it loads, and some systems name one that is none (`en-US@posix`). */
const LANGUAGE = `try { new Intl.NumberFormat(navigator.language); } catch { Object.defineProperty(navigator, 'language', { value: 'en-US' }); }
`;

/** The bundle has these files inside (tools/inside.ts). */
export const CHART_ASSETS = {
  library: asset(
    'uplot.js',
    'text/javascript; charset=utf-8',
    LANGUAGE + readFileSync(new URL(import.meta.resolve('uplot/dist/uPlot.iife.min.js')), 'utf8'),
  ),
  style: asset(
    'uplot.css',
    'text/css; charset=utf-8',
    readFileSync(new URL(import.meta.resolve('uplot/dist/uPlot.min.css')), 'utf8'),
  ),
  script: asset(
    'charts.js',
    'text/javascript; charset=utf-8',
    readFileSync(new URL('./assets/charts.js', import.meta.url), 'utf8'),
  ),
} as const;
