/**
 * A table of 100,000 rows. From outside: what an announcement takes while it is fetched each second, and
 * while nobody fetches it. From inside, in this process: one look-up, and the memory.
 */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fold } from '../../src/matching/text.ts';
import { PackedTable } from '../../src/tables/packed.ts';
import { blocksOf } from '../meter/blocks.ts';
import { bridge, webhook } from '../meter/kinds.ts';
import { ofRounds } from '../meter/sample.ts';
import { limitRow, moreRow } from '../rows.ts';
import type { Scenario } from './scenario.ts';

const ROWS = 100_000;
const PER_SECOND = 50;
const BLOCKS = 15;
const PER_BLOCK = 100_000;

const symbols = Array.from({ length: ROWS }, (_, n) => ({ baseAsset: `T${n}`, symbol: `T${n}USDT-PERP` }));

/** Microseconds of a look-up by a ticker as it comes, one in two of them a miss. */
function lookupUs(table: PackedTable): number[] {
  const blocks: number[] = [];
  for (let block = 0; block < BLOCKS; block++) {
    const beginMs = performance.now();
    let hits = 0;
    for (let n = 0; n < PER_BLOCK; n++)
      if (table.get(fold(`T${(n * 7919) % (2 * ROWS)}`)) !== undefined) hits++;
    if (hits === 0) throw new Error('nothing was found');
    blocks.push(((performance.now() - beginMs) * 1000) / PER_BLOCK);
  }
  return blocks;
}

/** As for rules: an announcement is as fast with it as without. */
const TARGET = 5;

export const tables: Scenario = {
  name: 'tables',
  async run(meter, short) {
    const body = JSON.stringify({ symbols });
    const server = createServer((_, response) =>
      response.writeHead(200, { 'content-type': 'application/json' }).end(body),
    ).listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/list`;
    const options = { rows: 'symbols', key: 'baseAsset', value: 'symbol' };
    const withTable = (refresh: string) =>
      bridge({
        destinations: [webhook('bot', meter.hookUrl)],
        rules: ['{ name: all, match: { ticker: [{ in: perps }, { not: { in: perps } }] }, send: [bot] }'],
        more: `tables: { perps: ${JSON.stringify({ url, refresh, ...options })} }`,
      });
    const subjects = [await meter.start(withTable('1h')), await meter.start(withTable('1s'))] as const;
    const size = { perSecond: PER_SECOND, count: short ? 50 : 150, times: short ? 2 : 10 };
    const [still, refreshed] = await blocksOf(meter, subjects, size);
    await meter.stop(...subjects);
    server.close();
    const packed = PackedTable.of(new Map(symbols.map(({ baseAsset, symbol }) => [fold(baseAsset), symbol])));
    const compared = { name: 'fetched once', sample: still };
    const row = (figure: 'p50' | 'p99', limit: number) =>
      moreRow(
        { target: TARGET, what: `a table of 100,000 rows fetched each second: ${figure}`, unit: 'ms' },
        refreshed,
        compared,
        { figure, limit },
      );
    return {
      rows: [
        row('p50', 0.2),
        row('p99', 5),
        limitRow(
          { target: TARGET, what: 'a look-up in 100,000 rows', unit: 'µs' },
          ofRounds(lookupUs(packed)),
          { figure: 'p50', limit: 5 },
        ),
        limitRow(
          { target: TARGET, what: '100,000 rows in memory', unit: 'MB' },
          ofRounds([packed.bytes.byteLength / 1e6]),
          { figure: 'p50', limit: 20 },
        ),
      ],
    };
  },
};
