/** A title in the one form that the readers of this folder look at. */

import { LONGEST_READ } from '../matching/pattern-work.ts';
import { glanceAt } from './glance.ts';

const INVISIBLE = /\p{Default_Ignorable_Code_Point}/gu;

/** Composed, in half width, one kind of bracket, dash, dot and blank; with its capitals. */
export function plainTitle(title: string): string {
  if (glanceAt(title).isPlain) return title.trim();
  const read = title.length > LONGEST_READ ? title.slice(0, LONGEST_READ) : title;
  return read
    .normalize('NFKC')
    .replace(INVISIBLE, '')
    .replace(/[【〔「『《〈[]/g, '[')
    .replace(/[】〕」』》〉\]]/g, ']')
    .replace(/[‐‑‒–—―−]/g, '-')
    .replace(/[・ㆍ•‧∙⋅ᆞ]/g, '·')
    .replace(/、/g, ',')
    .replace(/[\s\p{Cc}]+/gu, ' ')
    .trim();
}
