/**
 * The symbol lists of docs/tables.md, against stand-ins that answer as the exchanges do: in their fields, with what the
 * lists must leave out, in their size, and with their errors that come as 200. Fields as in the public references of
 * Binance (`exchangeInfo`), Bybit (`instruments-info`) and OKX (`public/instruments`).
 */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import { parse } from 'yaml';
import { type FetchTask, fetchTable } from '../../src/tables/fetch.ts';
import { type UrlTableOptions, urlTableOptions } from '../../src/tables/options.ts';
import { PackedTable } from '../../src/tables/packed.ts';
import { read } from './comments.ts';
import { blocksOf } from './recipes/recipe.ts';

const LISTS = parse(blocksOf(read('docs/tables.md'), 'yaml').at(-1) ?? '').tables as Readonly<
  Record<string, unknown>
>;

type Row = Readonly<Record<string, unknown>>;

interface Exchange {
  /** Of each of many coins. */
  readonly listed: (coin: string) => Row;
  /** Beside them; none may be in the table. */
  readonly others: readonly Row[];
  readonly answer: (rows: readonly Row[]) => unknown;
  readonly errors: readonly unknown[];
  /** A coin, and its symbol. */
  readonly symbol: readonly [coin: string, symbol: string];
  readonly count: number;
}

const FILTERS = [
  'PRICE_FILTER',
  'LOT_SIZE',
  'MARKET_LOT_SIZE',
  'MAX_NUM_ORDERS',
  'MIN_NOTIONAL',
  'PERCENT_PRICE',
];
const filters = FILTERS.map((filterType) => ({
  ...{ filterType, minPrice: '0.0000100', maxPrice: '2000000.0000000', tickSize: '0.0000100', stepSize: '1' },
  ...{
    minQty: '1',
    maxQty: '10000000',
    limit: 200,
    notional: '5',
    multiplierUp: '1.0500',
    multiplierDown: '0.9500',
  },
}));

const perpetual = (coin: string, changes: Row = {}): Row => ({
  ...{ symbol: `${coin}USDT`, pair: `${coin}USDT`, contractType: 'PERPETUAL', deliveryDate: 4133404800000 },
  ...{
    onboardDate: 1569398400000,
    status: 'TRADING',
    maintMarginPercent: '2.5000',
    requiredMarginPercent: '5.0000',
  },
  ...{ baseAsset: coin, quoteAsset: 'USDT', marginAsset: 'USDT', pricePrecision: 7, quantityPrecision: 0 },
  ...{ underlyingType: 'COIN', underlyingSubType: ['Layer-1'], triggerProtect: '0.0500', filters },
  ...{
    orderTypes: ['LIMIT', 'MARKET', 'STOP', 'TAKE_PROFIT', 'TRAILING_STOP_MARKET'],
    timeInForce: ['GTC', 'IOC'],
  },
  ...changes,
});

const spot = (coin: string, changes: Row = {}): Row => ({
  ...{ symbol: `${coin}USDT`, status: 'TRADING', baseAsset: coin, baseAssetPrecision: 8, quoteAsset: 'USDT' },
  ...{
    isSpotTradingAllowed: true,
    isMarginTradingAllowed: false,
    permissions: [],
    permissionSets: [],
    filters,
  },
  ...changes,
});

const linear = (coin: string, changes: Row = {}): Row => ({
  ...{
    symbol: `${coin}USDT`,
    contractType: 'LinearPerpetual',
    status: 'Trading',
    baseCoin: coin,
    quoteCoin: 'USDT',
  },
  ...{
    settleCoin: 'USDT',
    launchTime: '1684738540000',
    deliveryTime: '0',
    priceScale: '4',
    fundingInterval: 480,
  },
  ...{ leverageFilter: { minLeverage: '1', maxLeverage: '50.00' }, priceFilter: { tickSize: '0.0001' } },
  ...{ lotSizeFilter: { minOrderQty: '1', qtyStep: '1' }, symbolType: 'innovation', ...changes },
});

const swap = (coin: string, changes: Row = {}): Row => ({
  ...{
    instType: 'SWAP',
    instId: `${coin}-USDT-SWAP`,
    uly: `${coin}-USDT`,
    instFamily: `${coin}-USDT`,
    baseCcy: '',
  },
  ...{
    quoteCcy: '',
    settleCcy: 'USDT',
    ctVal: '10',
    ctMult: '1',
    ctValCcy: coin,
    ctType: 'linear',
    state: 'live',
  },
  ...{
    listTime: '1611916828000',
    expTime: '',
    lever: '50',
    tickSz: '0.001',
    lotSz: '1',
    minSz: '1',
    alias: '',
  },
  ...changes,
});

const EXCHANGES: Readonly<Record<string, Exchange>> = {
  'binance-spot': {
    listed: spot,
    others: [
      spot('HALTED', { status: 'BREAK' }),
      spot('EUROS', { symbol: 'EUROSEUR', quoteAsset: 'EUR' }),
      spot('C1', { symbol: 'C1BTC', quoteAsset: 'BTC' }),
    ],
    answer: (symbols) => ({ timezone: 'UTC', serverTime: 1, rateLimits: [], exchangeFilters: [], symbols }),
    errors: [{ code: -1003, msg: 'Too much request weight used' }],
    symbol: ['C7', 'C7USDT'],
    count: 1500,
  },
  'binance-perps': {
    listed: perpetual,
    others: [
      perpetual('SETTLED', { status: 'SETTLING' }),
      perpetual('SOON', { status: 'PENDING_TRADING' }),
      perpetual('TSLA', { contractType: 'TRADIFI_PERPETUAL', underlyingType: 'EQUITY' }),
      perpetual('C1', { symbol: 'C1USDT_261225', contractType: 'CURRENT_QUARTER' }),
      perpetual('C2', { symbol: 'C2USDC', quoteAsset: 'USDC', marginAsset: 'USDC' }),
    ],
    answer: (symbols) => ({
      exchangeFilters: [],
      rateLimits: [],
      serverTime: 1,
      assets: [],
      timezone: 'UTC',
      symbols,
    }),
    errors: [{ code: -1003, msg: 'Way too many requests' }],
    symbol: ['1000PEPE', '1000PEPEUSDT'],
    count: 900,
  },
  'bybit-perps': {
    listed: linear,
    others: [
      linear('CLOSED', { status: 'Closed' }),
      linear('SOON', { status: 'PreLaunch' }),
      linear('C1', { symbol: 'C1PERP', quoteCoin: 'USDC', settleCoin: 'USDC' }),
      linear('C2', { symbol: 'C2USDT-26DEC25', contractType: 'LinearFutures' }),
    ],
    answer: (list) => ({
      ...{ retCode: 0, retMsg: 'OK', retExtInfo: {}, time: 1 },
      result: { category: 'linear', list, nextPageCursor: '' },
    }),
    errors: [
      { retCode: 10006, retMsg: 'Too many visits!', result: {}, retExtInfo: {}, time: 1 },
      { retCode: 0, retMsg: 'OK', result: { category: 'linear', list: [], nextPageCursor: '' } },
    ],
    symbol: ['1000PEPE', '1000PEPEUSDT'],
    count: 990,
  },
  'okx-swaps': {
    listed: swap,
    others: [
      swap('HALTED', { state: 'suspend' }),
      swap('SOON', { state: 'preopen' }),
      // Of an inverse contract the value is in USD.
      swap('USD', { instId: 'BTC-USD-SWAP', ctType: 'inverse', settleCcy: 'BTC' }),
      swap('C1', { instId: 'C1-USDC-SWAP', settleCcy: 'USDC' }),
      swap('C2', { instId: 'C2-USD_UM-SWAP', settleCcy: 'USDⓈ' }),
    ],
    answer: (data) => ({ code: '0', msg: '', data }),
    errors: [{ code: '50011', msg: 'Requests too frequent.', data: [] }],
    symbol: ['C7', 'C7-USDT-SWAP'],
    count: 400,
  },
};

/** Strict about what is asked: another path or query is not found. */
async function standIn(options: UrlTableOptions, body: unknown): Promise<FetchTask> {
  const { pathname, search } = new URL(options.url);
  const server = createServer(({ method, url, headers }, response) => {
    const isRight = method === 'GET' && url === `${pathname}${search}` && headers['user-agent'] !== undefined;
    response.writeHead(isRight ? 200 : 404, { 'content-type': 'application/json;charset=UTF-8' });
    response.end(JSON.stringify(body));
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const { format, rows, key, value, where } = options;
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}${pathname}${search}`,
    ...{ headers: {}, userAgent: 'test', timeoutMs: 60_000, proxy: undefined, tls: { insecure: false } },
    ...{ read: { format, rows, key, value, where }, leastRows: 1 },
  };
}

test('each list has its stand-in', () => {
  expect(Object.keys(LISTS)).toEqual(Object.keys(EXCHANGES));
});

describe.each(Object.entries(EXCHANGES))('%s', (name, exchange) => {
  const { listed, others, answer, errors, symbol, count } = exchange;
  const options = urlTableOptions.parse(LISTS[name]);

  test('has the symbols that can be traded, and no others', async () => {
    const [coin] = symbol;
    const coins = Array.from({ length: count }, (_, n) => `C${n}`);
    if (!coins.includes(coin)) coins.push(coin);
    const body = answer([...others, ...coins.map((one) => listed(one)), ...others]);
    const fetched = await fetchTable(await standIn(options, body));
    if (fetched.kind !== 'rows') throw new Error(JSON.stringify(fetched));
    const table = new PackedTable(fetched.bytes);
    expect(table.get(coin.toLowerCase())).toBe(symbol[1]);
    expect(table.size).toBe(coins.length);
    expect(fetched).toMatchObject({ duplicates: { count: 0 }, unusable: 0 });
  });

  test('an error that comes as 200 is one', async () => {
    for (const error of errors)
      expect(await fetchTable(await standIn(options, error))).toMatchObject({ kind: 'failed' });
  });
});
