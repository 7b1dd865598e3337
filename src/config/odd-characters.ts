/** Characters that look like those of YAML and are none, where a line does not parse because of them. */
import type { TextFault } from './problem.ts';

const BLANK = '[\\u00a0\\u1680\\u2000-\\u200b\\u202f\\u205f\\u3000\\ufeff]';

/** At the beginning of a line; the group is the character. */
const LOOK_ALIKES: readonly (readonly [place: RegExp, message: string, hint: string])[] = [
  [
    new RegExp(`^(?:[ \\t]*(?:- *)?|[ \\t]*(?:- +)?[\\w-]+:|[ \\t]*-)(${BLANK})`),
    'this is no blank for YAML, but a no-break space or its like, as pages and chats have them',
    'type the blanks of this line again; an editor can replace all of them in the file',
  ],
  [
    /^[ \t]*(?:- +)?[\w-]+ ?([：﹕꞉])/,
    'this is a wide colon, not the one of YAML',
    'type : and a blank, with the keyboard set to Latin letters',
  ],
  [
    /^[ \t]*([–—−‐‑•●▪])[ \t\u00a0]/,
    'this looks like a dash and is none for YAML',
    'an entry of a list begins with - and a blank',
  ],
];

/** Of the lines in which `offsets` are, in their order. */
export function oddCharacter(text: string, offsets: readonly number[]): TextFault | undefined {
  for (const offset of offsets) {
    const start = text.lastIndexOf('\n', offset - 1) + 1;
    const line = text.slice(start, start + LONGEST_LOOKED_AT).split('\n', 1)[0] ?? '';
    for (const [place, message, hint] of LOOK_ALIKES) {
      const [all = '', character = ''] = place.exec(line) ?? [];
      const at = start + all.lastIndexOf(character);
      if (character !== '') return { range: [at, at + 1], message, hint };
    }
  }
  return undefined;
}

/** Of a line, which may be very long: the look-alikes stand at its beginning. */
const LONGEST_LOOKED_AT = 400;

/** The value in quotes of a word processor or a chat; `undefined`: it is not. `isSecret`: it is not shown. */
export function quoteHint(value: unknown, isSecret: boolean): string | undefined {
  const [, inner] = typeof value === 'string' ? (/^[“”„«‘’‚](.*)[“”»‘’]$/s.exec(value) ?? []) : [];
  if (inner === undefined) return undefined;
  return `these quotes are none for YAML: write "${isSecret || /["\\\n]/.test(inner) ? '…' : inner}"`;
}
