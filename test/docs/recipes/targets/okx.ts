/** https://www.okx.com/help/signal-bot-alert-message-specifications, section B; it documents no answers, so all are 200. */
import { type Fields, momentOf, Refusal, startTarget, strangersIn, type Target } from './target.ts';

const ACTIONS = ['ENTER_LONG', 'EXIT_LONG', 'ENTER_SHORT', 'EXIT_SHORT'];
const ORDERS = ['market', 'limit'];
const INVESTMENTS = ['margin', 'contract', 'base', 'percentage_balance', 'percentage_investment'];
const REQUIRED = ['action', 'instrument', 'signalToken', 'timestamp'];
const OPTIONAL = ['maxLag', 'orderType', 'orderPriceOffset', 'investmentType', 'amount'];

/** OKX takes 60 seconds when there is no maxLag. */
const lagOf = ({ maxLag = '60' }: Fields) =>
  typeof maxLag === 'string' && /^\d+$/.test(maxLag) ? +maxLag : 0;

export function startOkx(token: string, instruments: readonly string[]): Promise<Target> {
  const refuse = (why: string) => new Refusal(200, why);
  return startTarget('OKX', '/algo/signal/trigger', (body: Fields) => {
    const isWhole = REQUIRED.every((key) => typeof body[key] === 'string');
    if (!isWhole || strangersIn(body, [...REQUIRED, ...OPTIONAL]).length > 0) throw refuse('odd fields');
    const { action, instrument, signalToken, timestamp, orderType, investmentType, amount } = body;
    if (signalToken !== token) throw refuse('unknown token');
    const isSound =
      ACTIONS.includes(String(action)) &&
      ORDERS.includes(String(orderType)) &&
      INVESTMENTS.includes(String(investmentType)) &&
      /^\d+(?:\.\d+)?$/.test(String(amount));
    if (!isSound) throw refuse('odd values');
    const lag = lagOf(body);
    if (lag < 1 || lag > 3600) throw refuse('odd maxLag');
    const atMs = momentOf(timestamp);
    if (atMs === undefined || Date.now() - atMs > lag * 1000) throw refuse('maxLag exceeded');
    if (!instruments.includes(String(instrument))) throw refuse('instrument not allowed');
    return { taken: String(instrument), answer: '' };
  });
}
