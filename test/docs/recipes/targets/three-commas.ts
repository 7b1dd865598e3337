/** https://help.3commas.io/en/articles/8894481-signal-bot-json-file-in-custom-signal-type; it documents no answers, so all are 200. */
import { type Fields, isText, momentOf, Refusal, startTarget, strangersIn, type Target } from './target.ts';

const KNOWN = ['secret', 'bot_uuid', 'max_lag', 'timestamp', 'trigger_price', 'tv_exchange', 'tv_instrument'];
const ACTIONS = ['enter_long', 'exit_long', 'enter_short', 'exit_short', 'disable'];

export function startThreeCommas(secret: string, botUuid: string, pairs: readonly string[]): Promise<Target> {
  const refuse = (why: string) => new Refusal(200, why);
  return startTarget('3Commas', '/trade_signal/trading_view', (body: Fields) => {
    if (body['secret'] !== secret || body['bot_uuid'] !== botUuid) throw refuse('unknown secret or bot');
    const strangers = strangersIn(body, [...KNOWN, 'action']);
    if (strangers.length > 0) throw refuse(`unknown ${strangers}`);
    const { timestamp, max_lag: maxLag, tv_exchange: exchange, tv_instrument: pair, action } = body;
    if (!isText(exchange) || !isText(pair) || !ACTIONS.includes(String(action)))
      throw refuse('a field is missing');
    const atMs = momentOf(timestamp);
    if (atMs === undefined || !/^\d+$/.test(String(maxLag))) throw refuse('no time limit');
    if (Date.now() - atMs > Number(maxLag) * 1000) throw refuse('max_lag exceeded');
    if (exchange !== 'BINANCE' || !pairs.includes(pair)) throw refuse('not a pair of this bot');
    return { taken: pair, answer: '' };
  });
}
