/** https://help.wundertrading.com/en/articles/10475473-signal-bot-comprehensive-json-guide */
import { type Fields, Refusal, startTarget, type Target } from './target.ts';

const AMOUNTS = ['quote', 'base', 'percents', 'contracts', '$'];

const isDeviation = (value: unknown) => typeof value === 'number' && value > 0 && value < 1;

/** `codes`: the symbol that each opens. */
export function startWunderTrading(codes: Readonly<Record<string, string>>): Promise<Target> {
  return startTarget('WunderTrading', '/bot/custom', (body: Fields) => {
    const { code, orderType, amountPerTradeType, amountPerTrade, stopLoss } = body;
    const isSound =
      ['market', 'limit'].includes(String(orderType)) &&
      AMOUNTS.includes(String(amountPerTradeType)) &&
      typeof amountPerTrade === 'number' &&
      amountPerTrade > 0 &&
      (stopLoss === undefined || isDeviation((stopLoss as Fields)['priceDeviation']));
    if (!isSound) throw new Refusal(400, 'Bad Request');
    const symbol = codes[String(code)];
    if (symbol === undefined) throw new Refusal(200, 'no bot has this code');
    return { taken: symbol, answer: '' };
  });
}
