/**
 * One look at each character of a title, before any pattern: nearly all titles are found to be plain and no update, and which readers of
 * markets have nothing to find in them. After a silence a loop costs a tenth of the patterns that would say the same.
 */
import { LONGEST_READ } from '../matching/pattern-work.ts';
import { isPlainCode } from '../platform/plain-text.ts';

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

const pairOf = (one: number, other: number): number => (one << 16) | other;
/** Of the four before it, 7 bits each. */
const fourWith = (three: number, code: number): number => ((three << 7) | code) & 0xfffffff;
const placeOf = (key: number): number => Math.imul(key, SPREADER) >>> (32 - BITS);

const keyOf = (text: string): number =>
  text.length === 2
    ? pairOf(text.charCodeAt(0), text.charCodeAt(1))
    : Array.from(text).reduce((four, char) => fourWith(four, char.charCodeAt(0)), 0);

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
/** Whether one of the keys is at a place: half a kilobyte, while a set is spread over memory. */
const IS_TAKEN = new Uint32Array((1 << BITS) / 32);
for (const place of Array.from(KEYS.keys(), placeOf))
  IS_TAKEN[place >>> 5] = (IS_TAKEN[place >>> 5] ?? 0) | (1 << (place & 31));

/** 0: it is no key. */
function kindOf(key: number): number {
  const place = placeOf(key);
  const isTaken = (((IS_TAKEN[place >>> 5] ?? 0) >>> (place & 31)) & 1) === 1;
  return isTaken ? (KEYS.get(key) ?? 0) : 0;
}

let last: { readonly title: string; readonly glance: Glance } | undefined;

/** The last answer is kept. */
export function glanceAt(title: string): Glance {
  if (last?.title !== title) last = { title, glance: glanceOf(title) };
  return last.glance;
}

function glanceOf(title: string): Glance {
  let isPlain = title.length <= LONGEST_READ;
  let hasHangul = false;
  let isJoined = false;
  let kinds = 0;
  let before = 0;
  let four = 0;
  for (let at = 0; isPlain && at < title.length; at++) {
    const code = title.charCodeAt(at);
    if (code > LAST_ASCII) {
      isPlain = isPlainCode(code);
      hasHangul = true;
      four = 0;
      kinds |= kindOf(pairOf(before, code));
    } else {
      isPlain = code > BLANK || (code === BLANK && before !== BLANK);
      isJoined ||= code === SLASH || code === DASH || code === UNDERSCORE;
      four = fourWith(four, isCapital(code) ? code + TO_SMALL : code);
      kinds |= kindOf(before > LAST_ASCII ? pairOf(before, code) : four);
    }
    before = code;
  }
  const mayBeContract = isJoined || (kinds & CONTRACT) !== 0;
  return { isPlain, hasHangul, isJoined, mayBeUpdate: (kinds & UPDATE) !== 0, mayBeContract };
}

const BLANK = 0x20;
const SLASH = 0x2f;
const DASH = 0x2d;
const UNDERSCORE = 0x5f;
const LAST_ASCII = 0x7e;
const TO_SMALL = 0x20;
const isCapital = (code: number): boolean => code >= 0x41 && code <= 0x5a;
