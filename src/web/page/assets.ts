/** Style, script and icon of the page: from memory, under names that change with them, so that browsers keep them for good. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';

export interface Asset {
  readonly url: string;
  readonly contentType: string;
  readonly plain: Uint8Array<ArrayBuffer>;
  readonly gzipped: Uint8Array<ArrayBuffer>;
}

/** In characters of the hash. */
const MARK_LENGTH = 12;

function asset(name: string, contentType: string, text: string): Asset {
  const plain = Uint8Array.from(Buffer.from(text));
  const mark = createHash('sha256').update(plain).digest('hex').slice(0, MARK_LENGTH);
  const [stem, ending] = name.split('.');
  return {
    url: `/assets/${stem}.${mark}.${ending}`,
    contentType,
    plain,
    gzipped: Uint8Array.from(gzipSync(plain, { level: 9 })),
  };
}

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

export const assetAt = (url: string): Asset | undefined =>
  Object.values(ASSETS).find((one) => one.url === url);
