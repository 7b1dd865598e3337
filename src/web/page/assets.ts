/** Style, script and icon of every page: from memory, under names that change with them, so that browsers keep them for good. */
import { readFileSync } from 'node:fs';
import { type Asset, asset } from './asset.ts';

/** The bundle has these files inside (tools/inside.ts). */
export const ASSETS = {
  style: asset(
    'style.css',
    'text/css; charset=utf-8',
    readFileSync(new URL('./assets/style.css', import.meta.url), 'utf8'),
  ),
  script: asset(
    'page.js',
    'text/javascript; charset=utf-8',
    readFileSync(new URL('./assets/page.js', import.meta.url), 'utf8'),
  ),
  icon: asset(
    'icon.svg',
    'image/svg+xml',
    readFileSync(new URL('./assets/icon.svg', import.meta.url), 'utf8'),
  ),
} as const;

export async function assetAt(url: string): Promise<Asset | undefined> {
  const { CHART_ASSETS } = await import('./chart-assets.ts');
  return [...Object.values(ASSETS), ...Object.values(CHART_ASSETS)].find((one) => one.url === url);
}
