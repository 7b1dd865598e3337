/**
 * Freqtrade's `POST /api/v1/forceenter`, as `freqtrade/rpc/api_server/api_trading.py` and `rpc.py` of
 * https://github.com/freqtrade/freqtrade answer: 502 for whatever the bot refuses, 429 beyond five a minute.
 */
import { SlidingWindow, takeAll } from '../../../../src/simulator/rate-windows.ts';
import type { StandInRequest } from '../../../../src/simulator/stand-in.ts';
import { type Fields, isText, Refusal, startTarget, type Target } from './target.ts';

const VALUES = { side: ['long', 'short'], ordertype: ['limit', 'market'] };
const PATH = '/api/v1/forceenter';
const no = (why: string) => new Refusal(502, { error: `Error querying ${PATH}: ${why}` });
const invalid = (field: string) =>
  new Refusal(422, { detail: [{ type: 'value_error', loc: ['body', field], msg: 'Input is not valid' }] });

function flawOf(body: Fields): string | undefined {
  if (body['entry_tag'] !== undefined && typeof body['entry_tag'] !== 'string') return 'entry_tag';
  return Object.entries(VALUES).find(
    ([field, values]) => body[field] !== undefined && !values.includes(String(body[field])),
  )?.[0];
}

export function startFreqtrade(user: string, password: string, markets: readonly string[]): Promise<Target> {
  const minute = new SlidingWindow(5, 60_000);
  const credentials = `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
  const open = new Set<string>();
  return startTarget('Freqtrade', PATH, (body: Fields, { headers, atMs }: StandInRequest) => {
    if (headers['authorization'] !== credentials) throw new Refusal(401, { detail: 'Unauthorized' });
    if (takeAll([minute], atMs) > 0) throw new Refusal(429, { detail: 'Too many requests' });
    const { pair, side, entry_tag: tag } = body;
    const flaw = flawOf(body);
    if (flaw !== undefined || !isText(pair)) throw invalid(flaw ?? 'pair');
    if (side === 'short') throw no("Can't go short on Spot markets.");
    if (!markets.includes(pair)) throw no('Symbol does not exist or market is not active.');
    if (open.has(pair)) throw no(`position for ${pair} already open - id: 1`);
    open.add(pair);
    return { taken: pair, answer: { trade_id: open.size, pair, is_open: true, enter_tag: tag } };
  });
}
