/**
 * Whether a title is an edit or a follow-up of earlier news, and by which of its words. Exchanges edit titles (`… (거래지원 개시
 * 시점 변경 안내)`) and announce twice (`Updated Notice of …`). A mark that is found by mistake would silence a listing, so each is
 * looked for where exchanges write it, and the words of an original (`티커 변경`, `마켓 추가 안내`, `Extend the Monitoring Tag`) are none. Pure.
 */
import { bracketedIn } from './brackets.ts';
import { englishUpdate } from './english-update.ts';
import { glanceAt } from './glance.ts';
import { koreanUpdate } from './korean-update.ts';
import { plainTitle } from './title-text.ts';

/** Without one of these in a title, it is an original. `glance.ts` knows a part of each. */
export const MAY_BE =
  /변경|연기|지연|수정|정정|조정|취소|철회|번복|보류|완료|재 ?안내|재 ?공지|추가 ?안내|추가 ?공지|연장|단축|재개|(?:이벤트|기간|조기|점검|모집|접수) ?(?:조기 ?)?(?:종료|마감)|차 ?안내|차 ?공지|업데이트|앞당|(?<!and )updat|revis|amend|correct|errat|clarif|remind|follow|addend|supplem|postpon|delay|resched|cancel|advanc|brought|moved|exten|complet|resum|conclud|adjust|chang|additional|defer|pushed|on hold|second notice|final notice|new (?:listing|trading|launch|start|delisting) /i;

/** Of nearly all titles the Unicode forms are those that `MAY_BE` knows. */
const USUAL = /^[ -~가-힣Ⓢ一-鿿]*$/;

/**
 * The words of the title that make it an update, as they stand there (Unicode forms unified); `undefined` for an original.
 * `tickers`: a coin may be called like a mark.
 */
export function updateMark(title: string, tickers: readonly string[] = []): string | undefined {
  const { isPlain, mayBeUpdate } = glanceAt(title);
  if (isPlain && !mayBeUpdate) return undefined;
  if (USUAL.test(title) && !MAY_BE.test(title)) return undefined;
  const plain = plainTitle(title);
  if (!MAY_BE.test(plain)) return undefined;
  const coins = new Set(tickers.map((ticker) => ticker.toLowerCase()));
  const brackets = bracketedIn(plain).filter(({ inside }) => !coins.has(inside.toLowerCase()));
  return koreanUpdate(plain, brackets) ?? englishUpdate(plain, brackets);
}
