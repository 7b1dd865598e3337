/** https://github.com/TradersPost/docs/blob/main/webhook-spec.json and their rate limits. */
import { SlidingWindow, takeAll } from '../../../../src/simulator/rate-windows.ts';
import type { StandInRequest } from '../../../../src/simulator/stand-in.ts';
import { type Fields, isText, momentOf, Refusal, startTarget, type Target } from './target.ts';

const ENUMS: Readonly<Record<string, readonly string[]>> = {
  action: ['buy', 'sell', 'exit', 'cancel', 'add'],
  sentiment: ['bullish', 'bearish', 'flat'],
  orderType: ['market', 'limit', 'stop', 'stop_limit', 'trailing_stop'],
  quantityType: [
    ...['fixed_quantity', 'dollar_amount', 'risk_dollar_amount'],
    ...['percent_of_equity', 'percent_of_position'],
  ],
};

const refuse = (messageCode: string) =>
  new Refusal(400, { success: false, messageCode, message: `refused: ${messageCode}` });

function flawOf(body: Fields): string | undefined {
  const { ticker, action, quantity, quantityType, time, extras } = body;
  if (!isText(ticker) || !isText(action)) return 'invalid-payload';
  const odd = Object.entries(ENUMS).find(
    ([key, values]) => body[key] !== undefined && !values.includes(String(body[key])),
  );
  if (odd !== undefined) return `invalid-${odd[0]}`;
  if (quantityType !== undefined && quantity === undefined) return 'quantity-type-requires-quantity';
  if (quantity !== undefined && !(typeof quantity === 'number' && quantity > 0)) return 'invalid-quantity';
  const isFine = (time === undefined || momentOf(time) !== undefined) && !Array.isArray(extras);
  return isFine ? undefined : 'invalid-payload';
}

export function startTradersPost(
  uuid: string,
  password: string,
  tickers: readonly string[],
): Promise<Target> {
  const minute = new SlidingWindow(60, 60_000);
  const understand = (body: Fields, { atMs, headers }: StandInRequest) => {
    if (takeAll([minute], atMs) > 0) {
      const messageCode = 'too-many-requests';
      throw new Refusal(429, { success: false, messageCode, message: 'Too Many Requests' });
    }
    if (headers['content-type'] !== 'application/json') throw refuse('malformed-json');
    const flaw = flawOf(body);
    if (flaw !== undefined) throw refuse(flaw);
    const ticker = String(body['ticker']);
    if (!tickers.includes(ticker)) throw refuse('unsupported-ticker');
    return { taken: ticker, answer: { success: true, id: uuid, logId: uuid, payload: body } };
  };
  const path = `/trading/webhook/${uuid}/${password}`;
  return startTarget('TradersPost', path, understand, refuse('invalid-password'));
}
