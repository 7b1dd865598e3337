/**
 * One look at each character of a title, before any pattern: nearly all titles are found to be plain and no update, and which readers of
 * markets have nothing to find in them. After a silence a loop costs a tenth of the patterns that would say the same.
 */
import { LONGEST_READ } from '../matching/pattern-work.ts';

export interface Glance {
  /** Printable ASCII and Hangul syllables, with single blanks, and short enough to be read whole. */
  readonly isPlain: boolean;
  readonly hasHangul: boolean;
  /** `/`, `-` or `_`, as between the parts of a pair. */
  readonly isJoined: boolean;
  /** Of a plain title: something in it may be the mark of an update. */
  readonly mayBeUpdate: boolean;
  /** Of a plain title: it may be about contracts. */
  readonly mayBeContract: boolean;
}

/**
 * Two characters of each Korean mark that `update.ts` knows, in every spelling; a blank where it may have one. It has one of these if it
 * has the mark.
 */
const KOREAN =
  '변경 연기 지연 수정 정정 조정 취소 철회 번복 보류 완료 재안 재공 재_ 가안 가공 가_ 연장 단축 재개 종료 마감 차안 차공 차_ 업데 앞당';

/** Four characters of each English one. */
const ENGLISH =
  'pdat evis amen corr erra clar emin foll dden pple ostp elay esch canc dvan brou oved exte mple esum nclu djus chan ddit efer ushe hold d_no l_no w_li w_tr w_la w_st w_de';

const BITS = 12;
/** Golden ratio: neighbours end far apart. */
const SPREADER = 0x9e3779b1;

/** Of two characters, where one is beyond ASCII; of four, 7 bits each. */
const FOUR_BITS = 0xfffffff;

const keyOf = (text: string): number =>
  text.length === 2
    ? (text.charCodeAt(0) << 16) | text.charCodeAt(1)
    : Array.from(text).reduce((four, char) => ((four << 7) | char.charCodeAt(0)) & FOUR_BITS, 0);

const keysOf = (marks: string): readonly number[] =>
  marks.split(' ').map((mark) => keyOf(mark.replace('_', ' ')));

/** Of each word for contracts that `contract-market.ts` knows. */
const CONTRACTS = 'perp futu cont swap';

const UPDATE = 1;
const CONTRACT = 2;
const KEYS: ReadonlyMap<number, number> = new Map([
  ...[...keysOf(KOREAN), ...keysOf(ENGLISH)].map((key) => [key, UPDATE] as const),
  ...keysOf(CONTRACTS).map((key) => [key, CONTRACT] as const),
]);
/** A bit for each place that one of the keys falls on: half a kilobyte, while a map is spread over memory. */
const IS_TAKEN = new Uint32Array((1 << BITS) / 32);
for (const key of KEYS.keys()) {
  const place = Math.imul(key, SPREADER) >>> (32 - BITS);
  IS_TAKEN[place >>> 5] = (IS_TAKEN[place >>> 5] ?? 0) | (1 << (place & 31));
}

let last: { readonly title: string; readonly glance: Glance } | undefined;

/** The last answer is kept. */
export function glanceAt(title: string): Glance {
  if (last?.title !== title) last = { title, glance: glanceOf(title) };
  return last.glance;
}

/** Calls nothing for a character, as `plain-text.ts`. */
function glanceOf(title: string): Glance {
  let isPlain = title.length <= LONGEST_READ;
  let hasHangul = false;
  let isJoined = false;
  let kinds = 0;
  let before = 0;
  let four = 0;
  for (let at = 0; isPlain && at < title.length; at++) {
    const code = title.charCodeAt(at);
    let key = (before << 16) | code;
    if (code > LAST_ASCII) {
      isPlain = code >= FIRST_HANGUL && code <= LAST_HANGUL;
      hasHangul = true;
      four = 0;
    } else {
      isPlain = code > BLANK || (code === BLANK && before !== BLANK);
      isJoined ||= code === SLASH || code === DASH || code === UNDERSCORE;
      four = ((four << 7) | (code >= CAPITAL_A && code <= CAPITAL_Z ? code + TO_SMALL : code)) & FOUR_BITS;
      if (before <= LAST_ASCII) key = four;
    }
    const place = Math.imul(key, SPREADER) >>> (32 - BITS);
    if ((((IS_TAKEN[place >>> 5] ?? 0) >>> (place & 31)) & 1) === 1) kinds |= KEYS.get(key) ?? 0;
    before = code;
  }
  const mayBeContract = isJoined || (kinds & CONTRACT) !== 0;
  return { isPlain, hasHangul, isJoined, mayBeUpdate: (kinds & UPDATE) !== 0, mayBeContract };
}

const BLANK = 0x20;
const SLASH = 0x2f;
const DASH = 0x2d;
const UNDERSCORE = 0x5f;
const CAPITAL_A = 0x41;
const CAPITAL_Z = 0x5a;
const TO_SMALL = 0x20;
const LAST_ASCII = 0x7e;
const FIRST_HANGUL = 0xac00;
const LAST_HANGUL = 0xd7a3;
