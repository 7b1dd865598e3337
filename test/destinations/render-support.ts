/**
 * Shared parts of the rendering tests: announcements, hostile text, and two readers that are stricter than the
 * platforms and share no code with the renderers.
 */
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import type { Announcement } from '../../src/announcement.ts';
import announcements from '../../src/simulator/announcements.json' with { type: 'json' };
import { TemplateProblem } from '../../src/templates/problem.ts';
import type { RenderInput } from '../../src/templates/variables.ts';

export function announcementOf(changes: Partial<Announcement> = {}): Announcement {
  return {
    id: '01K00000000000000000000000',
    type: 'announcement',
    feed: 'tokyo',
    publisher: 'upbit',
    listingType: 'spot_listing',
    tickers: ['ABC', 'DEF'],
    title: '에이비씨(ABC) KRW 마켓 디지털 자산 추가',
    publishTimestampUs: 1_767_225_600_000_000,
    detectedTimestampUs: 1_767_225_600_120_000,
    dispatchTimestampUs: 1_767_225_600_132_000,
    receivedTimestampUs: 1_767_225_600_180_500,
    receivedMs: 5000,
    ageAtReceiptMs: 60,
    abnormal: false,
    redacted: false,
    test: false,
    extra: {},
    ...changes,
  };
}

export const inputOf = (changes: Partial<Announcement> = {}, ticker?: string): RenderInput => ({
  announcement: announcementOf(changes),
  rule: 'korean spot listings',
  ticker,
});

/** More titles by hand: `TITLES=/path/announcements.jsonl npm test -- render`. */
const extraTitles = (process.env['TITLES'] ? readFileSync(process.env['TITLES'], 'utf8') : '')
  .split('\n')
  .filter((line) => line !== '')
  .map((line): string => JSON.parse(line).title);

export const TITLES: readonly string[] = [
  ...announcements.map(({ title }) => title),
  ...extraTitles,
  '@everyone buy now, @here too, <@123456789012345678> <@&123456789012345678>',
  '<script>alert(1)</script>',
  '</b></i><b>',
  '*_[](){}~~||`` ```js',
  '[click](https://evil.example) https://evil.example discord.gg/abc <https://evil.example>',
  '# heading\n- item\n1. one\n> quote\n-# small',
  '&lt;b&gt; &amp; &#39; &quot &lt',
  'USDⓈ-M Ⓢ',
  '\u202Eright to left\u202C עברית العربية',
  '👨‍👩‍👧‍👦🇰🇷👍🏽',
  'half \uD83D a pair \uDE00',
  '\\',
  '{{ title }} {% raw %} %7B',
  'x'.repeat(5000),
  '👨‍👩‍👧‍👦'.repeat(1000),
  '<&>*'.repeat(1500),
  `e${'\u0301'.repeat(5000)}`,
];

const UNITS = [
  ...'\\*_~`|>#+-[]()<@:./\'" &;1a\n한Ⓢ',
  ...[
    'everyone',
    'here',
    'https://',
    '```',
    '<b>',
    '</b>',
    '&lt;',
    '&#',
    '😀',
    '👨‍👩‍👧',
    '\uD83D',
    '\uDE00',
    '\u200B',
  ],
];

export const hostileText: fc.Arbitrary<string> = fc.oneof(
  fc.constantFrom(...TITLES),
  fc.string({ unit: fc.constantFrom(...UNITS), maxLength: 60 }),
  fc.string({ unit: 'binary', maxLength: 60 }),
  fc.string({ unit: fc.constantFrom(...UNITS), minLength: 3000, maxLength: 6000, size: 'max' }),
);

const ENTITIES: ReadonlyMap<string, string> = new Map([
  ['&lt;', '<'],
  ['&gt;', '>'],
  ['&amp;', '&'],
  ['&quot;', '"'],
  ['&#39;', "'"],
]);

/** The text that a reader of Telegram HTML sees; throws on anything that is not plainly allowed. */
export function readTelegram(html: string): string {
  const open: string[] = [];
  let seen = '';
  for (const [piece] of html.matchAll(/<[^<>]*>?|&[^&;<>]*;?|[^<&]/gu)) {
    if (piece.startsWith('<')) stepInto(open, piece);
    else if (!piece.startsWith('&')) seen += piece;
    else if (ENTITIES.has(piece)) seen += ENTITIES.get(piece);
    else throw new Error(`bad entity ${piece}`);
  }
  if (open.length > 0) throw new Error(`left open: ${open}`);
  return seen;
}

function stepInto(open: string[], piece: string): void {
  const [, slash, name = ''] =
    /^<(\/?)(b|i|u|s|code|pre|a|blockquote)(?: href="[^"<>]*")?>$/.exec(piece) ?? [];
  if (name === '') throw new Error(`bad tag ${piece}`);
  if (slash === '') open.push(name);
  else if (open.pop() !== name) throw new Error(`unbalanced ${piece}`);
}

/** The text that a reader of Discord Markdown sees; throws where Discord could see anything but text. */
export function readDiscord(markdown: string): string {
  if (/@(everyone|here)/i.test(markdown)) throw new Error('mentions everyone');
  if (/https?:\/\/|discord\.gg/i.test(markdown)) throw new Error('makes a link');
  if (/^\s*\d+\.(\s|$)/m.test(markdown)) throw new Error('begins a list');
  let seen = '';
  for (let index = 0; index < markdown.length; index++) {
    const char = markdown.charAt(index);
    if (char === '\\') {
      const escaped = markdown.charAt(++index);
      if (!/[!-/:-@[-`{-~]/.test(escaped)) throw new Error(`a backslash before ${JSON.stringify(escaped)}`);
      seen += escaped;
    } else if (char === ':' && markdown.charAt(index + 1) === ' ') {
      // Begins no emoji and no link; a name that it could end has a `:` before it that would be found.
      seen += char;
    } else if (/[*_~`|>#[\]()<@:-]/.test(char)) throw new Error(`bare ${char} at ${index}`);
    else seen += char;
  }
  return seen.replaceAll('\u200B', '');
}

/** All of `whole`, or its beginning and an ellipsis. */
export function isCutOf(whole: string, shown: string): boolean {
  return shown === whole || (shown.endsWith('…') && whole.startsWith(shown.slice(0, -1)));
}

/** The problem that `compile` reports. */
export function problemOf(compile: () => unknown): TemplateProblem {
  try {
    compile();
  } catch (error) {
    if (error instanceof TemplateProblem) return error;
    throw error;
  }
  throw new Error('it compiled');
}
