/** Routing by itself, in this process. */
import { parse } from 'yaml';
import type { Announcement } from '../../src/announcement.ts';
import { rulesOptions } from '../../src/routing/options.ts';
import { compileRules } from '../../src/routing/router.ts';
import { inTurn } from '../meter/turns.ts';

const BLOCKS = 15;
const PER_BLOCK = 200;
const WARM_UP_BLOCKS = 10;

function announcement(n: number): Announcement {
  return {
    id: `a${n}`,
    type: 'announcement',
    feed: 'bench',
    publisher: 'upbit',
    listingType: 'spot_listing',
    tickers: [`T${(n * 3) % 997}`, `B${n}`],
    title: `벤치 코인(B${n}) 신규 거래지원 안내 (KRW, BTC, USDT 마켓)`,
    publishTimestampUs: undefined,
    detectedTimestampUs: undefined,
    dispatchTimestampUs: undefined,
    receivedTimestampUs: 0,
    receivedMs: 0,
    ageAtReceiptMs: 0,
    abnormal: false,
    redacted: false,
    test: false,
    extra: {},
  };
}

/** For each number of rules: µs an announcement, the mean of each of several blocks; the sizes take turns. */
export function routingUs(
  sizes: readonly number[],
  rulesOf: (count: number) => readonly string[],
): number[][] {
  const routers = sizes.map((size) =>
    compileRules(rulesOptions.parse(rulesOf(size).map((rule) => parse(rule)))),
  );
  const blocks = sizes.map((): number[] => []);
  let n = 0;
  for (let block = -WARM_UP_BLOCKS; block < BLOCKS; block++)
    for (const [place, router] of inTurn([...routers.entries()], block)) {
      const announcements = Array.from({ length: PER_BLOCK }, () => announcement(n++));
      const beginMs = performance.now();
      let matches = 0;
      for (const each of announcements) matches += router.route(each).matches.length;
      const us = ((performance.now() - beginMs) * 1000) / PER_BLOCK;
      if (matches < PER_BLOCK) throw new Error('an announcement matched no rule');
      if (block >= 0) blocks[place]?.push(us);
    }
  return blocks;
}
