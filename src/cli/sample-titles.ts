/** Titles in the style of each exchange, so that a sample meets the conditions of rules as real news would. */

/** By exchange and listing type; `*` is any exchange. `tickers` are joined by commas. */
const TITLES: Readonly<Record<string, (tickers: string) => string>> = {
  'upbit/spot_listing': (tickers) => `샘플(${tickers}) KRW 마켓 디지털 자산 추가`,
  'upbit/spot_delisting': (tickers) => `샘플(${tickers}) 거래지원 종료 안내`,
  'upbit/caution_released': (tickers) => `샘플(${tickers}) 거래 유의 종목 지정 해제 안내`,
  'bithumb/spot_listing': (tickers) => `[마켓 추가] 샘플(${tickers}) 원화 마켓 추가`,
  'bithumb/spot_delisting': (tickers) => `[거래지원종료] 샘플(${tickers}) 거래지원 종료`,
  'bithumb/caution_released': (tickers) => `샘플(${tickers}) 거래유의종목 지정 해제`,
  'binance/spot_listing': (tickers) => `Binance Will List Sample (${tickers}) with Seed Tag Applied`,
  'binance/spot_delisting': (tickers) => `Binance Will Delist ${tickers}`,
  'binance/futures_listing': (tickers) =>
    `Binance Futures Will Launch USDⓈ-Margined ${tickers}USDT Perpetual Contract`,
  'binance/futures_delisting': (tickers) =>
    `Binance Futures Will Delist USDⓈ-M ${tickers}USDT Perpetual Contract`,
  'binance/hodler_airdrop': (tickers) => `Introducing Sample (${tickers}) on Binance HODLer Airdrops!`,
  'binance/monitoring_tag_extend': (tickers) =>
    `Binance Will Extend the Monitoring Tag to Include ${tickers}`,
  'binance/monitoring_tag_remove': (tickers) => `Binance Will Remove the Monitoring Tag for ${tickers}`,
};

/** `tickers` separated by commas, as the feed has them; of what is not known, the words of its type. */
export function sampleTitle(publisher: string, listingType: string, tickers: string): string {
  const named = tickers.split(',').join(', ');
  const key = `${publisher}/${listingType}`;
  const title = Object.hasOwn(TITLES, key) ? TITLES[key] : undefined;
  return title?.(named) ?? `${publisher} ${listingType.replaceAll('_', ' ')}: ${named}`;
}
