/** The marks of edits and follow-ups in Korean titles. */
import type { Bracketed } from './brackets.ts';

/** The end of a phrase: `변경 안내` is the news, `변경에 따른 거래지원` gives a reason for other news. */
const END = '(?=$| ?(?:안내|공지|예정|됨|및|[,.~:!)(\\]\\[]))';
const NEXT = '(?: ?(?:안내|공지|본|됨|예정))?';

/** All that stands in the brackets: `[수정]`, `(추가 안내)`, `(완료)`. */
const ALONE = new RegExp(
  `^(?:(?:공지|안내|내용|제목|일정|시간|일부) ?)?(?:수정|정정|변경|업데이트|연기|지연|연장|취소|철회|번복|보류|완료|재 ?안내|재 ?공지|추가 ?안내|추가 ?공지|[2-9]차 ?(?:안내|공지|수정|변경))${NEXT}$`,
);

const TIME = '(?:시점|시간|시각|일시|일정|일자|날짜|기간|기한|종료일|개시일)';
const DETAIL = `(?:${TIME}|네트워크|기준 ?가격?|기준가|최저가|가격|방식|조건)`;
const MORE = '(?:추가 ?|재 ?|일부 ?)?';

/** Somewhere in the brackets. An order that is cancelled is not the news. */
const IN_BRACKETS = [
  new RegExp(`${DETAIL} ?${MORE}(?:변경|수정|정정|조정|연기|지연|연장|단축|앞당김)${END}`),
  new RegExp(`(?<!주문 ?)(?:연기|취소|철회|번복|보류|연장)${END}`),
  new RegExp(`(?:이벤트|기간|조기|점검|모집|접수) ?(?:조기 ?)?(?:종료|마감)${END}`),
  /(?:점검|작업|재개|이벤트|지급|스왑|전환|업그레이드|하드포크|교환|중단|조치|복구|상향|변경) ?완료$/,
];

/** In brackets of a title about deposits: `(10/18 재개)`. Of trading, it is news of its own. */
const RESUMED = /(?:^|[ ~)])재개(?: ?(?:안내|공지|됨|예정))?$/;
const DEPOSITS = /입출금|입금|출금|전송/;

/** Anywhere: what was announced happens at another time, or not. */
const ANYWHERE = [
  new RegExp(
    `(?:개시|오픈|시작|상장|거래|지원|종료|추가|중단|재개) ?(?:예정 ?)?${TIME} ?${MORE}(?:변경|연기|조정|수정|지연)${END}`,
  ),
  new RegExp(
    `(?:거래 ?지원|상장|추가|오픈|개시|종료|업그레이드|하드포크) ?(?:결정 ?|예정 ?)?(?:연기|지연|취소|철회|번복|보류)${END}`,
  ),
  /(?<![가-힣])재 ?(?:안내|공지)(?! ?\([a-z0-9]{1,10}\))(?![가-힣])/i,
  /정정 ?(?:안내|공지|보도)/,
  /^(?:수정|변경) ?(?:안내|공지)/,
  /(?:공지|안내) ?(?:사항 ?)?수정/,
];

/** Of what is no listing: a listing is not silenced by what else happens with it. */
const BESIDE_LISTINGS = [
  new RegExp(`(?:기간|이벤트|종료일|기한|지정) ?${MORE}연장${END}`),
  /(?:입출금|입금|출금)(?: ?서비스)? ?(?:정상 ?)?재개/,
];
const LISTING = /마켓|상장|디지털 ?자산 ?추가|거래 ?지원/;

export function koreanUpdate(plain: string, brackets: readonly Bracketed[]): string | undefined {
  if (!/[가-힣]/.test(plain)) return undefined;
  const isOfDeposits = DEPOSITS.test(plain);
  for (const { whole, inside } of brackets)
    if (
      ALONE.test(inside) ||
      IN_BRACKETS.some((mark) => mark.test(inside)) ||
      (isOfDeposits && RESUMED.test(inside))
    )
      return whole;
  const found = firstOf(ANYWHERE, plain);
  return found ?? (LISTING.test(plain) ? undefined : firstOf(BESIDE_LISTINGS, plain));
}

function firstOf(marks: readonly RegExp[], plain: string): string | undefined {
  for (const mark of marks) {
    const found = mark.exec(plain)?.[0];
    if (found !== undefined) return found.trim();
  }
  return undefined;
}
