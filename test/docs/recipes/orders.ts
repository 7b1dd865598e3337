/** The recipes that place orders: where each is delivered, and what is expected of it. */
import { env } from '../environment.ts';
import type { Place } from './recipe.ts';
import { startAlertatron } from './targets/alertatron.ts';
import { startFreqtrade } from './targets/freqtrade.ts';
import { startOkx } from './targets/okx.ts';
import { startOwnBot } from './targets/own-bot.ts';
import type { Target } from './targets/target.ts';
import { startThreeCommas } from './targets/three-commas.ts';
import { startTradersPost } from './targets/traders-post.ts';
import { startWunderTrading } from './targets/wunder-trading.ts';

const value = (name: string) => env[name] ?? '';

/** The address of a variable, at the stand-in. */
const movedTo = (name: string, { url }: Target) => ({ [name]: url + new URL(value(name)).pathname });

export interface OrderRecipe {
  readonly page: string;
  /** Two tickers that it trades, as its platform writes them. */
  readonly symbols: Readonly<Record<string, string>>;
  /** It names its coins, and has no order for others. */
  readonly named?: boolean;
  readonly maxAgeMs: number;
  start(): Promise<Target>;
  place(target: Target): Place;
  /** Variables that do not open anything there. */
  readonly forged: Readonly<Record<string, string>>;
  /** The fate of a delivery with them. */
  readonly whenForged: { readonly status: number; readonly outcome: string };
  /** Answers that its page speaks of, each with the fate of the order: it goes out again, or never. */
  readonly answers: readonly (readonly [status: number, body: unknown, order: 'again' | 'never'])[];
}

const [, , , traderUuid = '', traderPassword = ''] = new URL(value('TRADERSPOST_URL')).pathname.split('/');

export const ORDER_RECIPES: readonly OrderRecipe[] = [
  {
    page: 'krw-bot',
    symbols: { ABC: 'ABCUSDT', NEW: 'NEWUSDT' },
    maxAgeMs: 5000,
    start: () => startOwnBot(value('BOT_SECRET'), ['ABCUSDT', 'NEWUSDT']),
    place: (target) => ({ env: movedTo('BOT_URL', target) }),
    forged: { BOT_SECRET: `whsec_${Buffer.alloc(32, 8).toString('base64')}` },
    whenForged: { status: 401, outcome: 'reject' },
    answers: [
      [503, '', 'again'],
      [500, '', 'again'],
      [400, { error: 'not an order' }, 'never'],
      [422, { error: 'no such market' }, 'never'],
      [502, 'Bad Gateway', 'never'],
    ],
  },
  {
    page: 'failover',
    symbols: { ABC: 'ABCUSDT', NEW: 'NEWUSDT' },
    maxAgeMs: 5000,
    start: () => startOwnBot(value('BOT_SECRET'), ['ABCUSDT', 'NEWUSDT']),
    place: ({ url }) => ({ origins: { 'http://127.0.0.1:9090': url } }),
    forged: { BOT_SECRET: `whsec_${Buffer.alloc(32, 8).toString('base64')}` },
    whenForged: { status: 401, outcome: 'reject' },
    // Of the proxy: no bot is there, the answer was lost, it comes late.
    answers: [
      [503, '<html>Service Unavailable', 'again'],
      [502, '<html>Bad Gateway', 'never'],
      [504, '<html>Gateway Time-out', 'never'],
    ],
  },
  {
    page: '3commas',
    symbols: { ABC: 'ABCUSDT', NEW: 'NEWUSDT' },
    maxAgeMs: 30_000,
    start: () =>
      startThreeCommas(value('THREECOMMAS_SECRET'), value('THREECOMMAS_BOT_UUID'), ['ABCUSDT', 'NEWUSDT']),
    place: ({ url }) => ({ origins: { 'https://app.3commas.io': url } }),
    forged: { THREECOMMAS_SECRET: 'another' },
    whenForged: { status: 200, outcome: 'delivered' },
    answers: [
      [500, 'Internal Server Error', 'again'],
      [502, 'Bad Gateway', 'never'],
      [400, { error: 'bad request' }, 'never'],
    ],
  },
  {
    page: 'traderspost',
    symbols: { ABC: 'ABCUSD', NEW: 'NEWUSD' },
    maxAgeMs: 20_000,
    start: () => startTradersPost(traderUuid, traderPassword, ['ABCUSD', 'NEWUSD']),
    place: (target) => ({ env: movedTo('TRADERSPOST_URL', target) }),
    forged: { TRADERSPOST_URL: value('TRADERSPOST_URL').slice(0, -3) },
    whenForged: { status: 400, outcome: 'reject' },
    answers: [
      [429, { success: false, messageCode: 'too-many-requests', message: 'Too Many Requests' }, 'again'],
      [400, { success: false, messageCode: 'invalid-payload', message: 'no' }, 'never'],
      [200, { success: false, messageCode: 'odd', message: 'no' }, 'never'],
      [504, 'Gateway Timeout', 'never'],
    ],
  },
  {
    page: 'okx',
    symbols: { ABC: 'ABC-USDT-SWAP', NEW: 'NEW-USDT-SWAP' },
    maxAgeMs: 20_000,
    start: () => startOkx(value('OKX_SIGNAL_TOKEN'), ['ABC-USDT-SWAP', 'NEW-USDT-SWAP']),
    place: ({ url }) => ({ origins: { 'https://www.okx.com': url } }),
    forged: { OKX_SIGNAL_TOKEN: 'another-token-of-nobody' },
    whenForged: { status: 200, outcome: 'delivered' },
    answers: [
      [503, 'Service Unavailable', 'again'],
      [502, 'Bad Gateway', 'never'],
    ],
  },
  {
    page: 'wundertrading',
    symbols: { CRV: 'CRVUSDT', ENA: 'ENAUSDT' },
    named: true,
    maxAgeMs: 20_000,
    start: () =>
      startWunderTrading({ [value('WUNDER_TOKEN_CRV')]: 'CRVUSDT', [value('WUNDER_TOKEN_ENA')]: 'ENAUSDT' }),
    place: ({ url }) => ({ origins: { 'https://wtalerts.com': url } }),
    forged: { WUNDER_TOKEN_CRV: 'ENTER-LONG_Binance_CRVUSDT_korea_1M_000000000000000000000000' },
    whenForged: { status: 200, outcome: 'delivered' },
    answers: [
      [500, 'Internal Server Error', 'again'],
      [400, 'Bad Request', 'never'],
    ],
  },
  {
    page: 'freqtrade',
    symbols: { ABC: 'ABC/USDT', NEW: 'NEW/USDT' },
    maxAgeMs: 20_000,
    start: () => startFreqtrade('freqtrader', value('FREQTRADE_PASSWORD'), ['ABC/USDT', 'NEW/USDT']),
    place: ({ url }) => ({ origins: { '127.0.0.1:8080': new URL(url).host } }),
    forged: { FREQTRADE_PASSWORD: 'another-password-of-nobody' },
    whenForged: { status: 401, outcome: 'reject' },
    answers: [
      [502, { error: 'Error querying /api/v1/forceenter: Force_entry not enabled.' }, 'never'],
      [200, { status: 'Error entering long trade for pair ABC/USDT.' }, 'never'],
      [422, { detail: [] }, 'never'],
    ],
  },
  {
    page: 'alertatron',
    symbols: { ABC: 'ABCUSDT', NEW: 'NEWUSDT' },
    maxAgeMs: 20_000,
    start: () => startAlertatron(new URL(value('ALERTATRON_URL')).pathname, 'MyKeys', ['ABCUSDT', 'NEWUSDT']),
    place: (target) => ({ env: movedTo('ALERTATRON_URL', target) }),
    forged: { ALERTATRON_URL: value('ALERTATRON_URL').slice(0, -3) },
    whenForged: { status: 404, outcome: 'reject' },
    answers: [
      [500, 'Internal Server Error', 'again'],
      [400, 'Bad Request', 'never'],
    ],
  },
];
