/** A title in the one form that the readers of this folder look at. */

import { LONGEST_READ } from '../matching/pattern-work.ts';

const INVISIBLE = /\p{Default_Ignorable_Code_Point}/gu;

const PLAIN = /^[ -~가-힣]*$/;

/** Composed, in half width, one kind of bracket, dash, dot and blank; with its capitals. */
export function plainTitle(title: string): string {
  const read = title.length > LONGEST_READ ? title.slice(0, LONGEST_READ) : title;
  if (PLAIN.test(read) && !read.includes('  ')) return read.trim();
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
