/** The recipes of trading bots, in the real daemon: what the platform understands, and what must never reach it. */
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { parseDuration } from '../../../src/platform/duration.ts';
import { runCommandLine } from '../../support/command.ts';
import { type LogLine, Workplace } from '../../support/program.ts';
import { env } from '../environment.ts';
import { ORDER_RECIPES, type OrderRecipe } from './orders.ts';
import { blocksOf, configOf, cook, type Place, pageOf } from './recipe.ts';

type Pair = readonly [ticker: string, symbol: string];

/** Moments and ids differ from run to run; a secret is not printed. */
const ISO = /\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z/g;
const ID = /\b0[0-9a-z]{15}\b/g;
const timeless = (text: string) =>
  text.replaceAll(ISO, 'TIME').replaceAll(ID, 'ID').replaceAll('\r', '').trim();

async function serve({ start, place, page }: OrderRecipe, forged: Place['env'] = {}) {
  await using cleanup = new AsyncDisposableStack();
  const target = cleanup.adopt(await start(), (it) => it.close());
  const { env: moves, origins } = place(target);
  const moved = Object.fromEntries(
    Object.entries(forged).map(([name, value]) => [
      name,
      URL.canParse(value) ? target.url + new URL(value).pathname : value,
    ]),
  );
  const recipe = cleanup.use(
    await cook(configOf(page), { ...(origins && { origins }), env: { ...moves, ...moved } }),
  );
  const held = cleanup.move();
  return { target, recipe, [Symbol.asyncDispose]: () => held.disposeAsync() };
}

describe.each(ORDER_RECIPES)('$page', (order) => {
  const { page, symbols, maxAgeMs, forged, whenForged, answers } = order;
  const [[one, symbol], [two, other]] = Object.entries(symbols) as unknown as readonly [Pair, Pair];

  test('a listing is an order for its symbol, taken by the platform; nothing else is', async () => {
    await using kitchen = await serve(order);
    const { target, recipe } = kitchen;
    const ticker = one;
    recipe.announce({ ticker, listingType: 'spot_delisting', title: 'KRW 거래지원 종료' });
    recipe.announce({ ticker, listingType: 'not_listing', title: 'KRW 입출금 중단' });
    recipe.announce({ ticker, title: 'USDT 마켓 추가' });
    recipe.announce({ ticker, publisher: 'binance', title: 'KRW' });
    recipe.announce({ ticker: 'USDT', title: '테더(USDT) KRW 마켓 추가' });
    recipe.announce({ ticker: '', title: 'KRW 마켓 추가' });
    recipe.announce({ ticker, ageMs: maxAgeMs + 1000, title: `이전(${one}) KRW 마켓 추가` });
    recipe.announce({ ticker, publisher: 'bithumb', title: `신규(${one}) 원화 마켓 추가` });
    await recipe.attempted(one);
    recipe.announce({ ticker: two, title: `신규(${two}) KRW 마켓 추가` });
    await recipe.attempted(two);
    expect(target.received.map(({ taken, refused }) => taken ?? refused)).toEqual([symbol, other]);
    const lines = recipe.log.all.filter(({ msg }) => msg === 'delivery.attempted');
    expect(lines.map(({ outcome }) => outcome)).toEqual(['delivered', 'delivered']);
    const late = await recipe.log.waitFor(({ msg }) => msg === 'delivery.expired');
    expect(late).toMatchObject({ ticker: one });
  });

  test('the request is the one that the page shows', async () => {
    await using kitchen = await serve(order);
    const { target, recipe } = kitchen;
    recipe.announce({ ticker: 'CRV', title: '커브(CRV) KRW 마켓 디지털 자산 추가' });
    await recipe.attempted('CRV');
    const [sent] = target.received;
    const [news] = recipe.feed.announced.all;
    const detected = new Date(Math.floor(Number(news?.frame.detectedTimestampUs) / 1000)).toISOString();
    for (const [moment] of (sent?.text ?? '').matchAll(ISO)) expect(moment).toBe(detected);
    const [json] = blocksOf(pageOf(page), 'json');
    if (json === undefined) {
      const [text = ''] = blocksOf(pageOf(page), 'text');
      expect(timeless(sent?.text ?? '')).toBe(timeless(text));
      return;
    }
    const shown = JSON.parse(timeless(json));
    const body = JSON.parse(timeless(sent?.text ?? ''));
    for (const [key, value] of Object.entries(shown)) if (value === '…') body[key] = '…';
    expect(body).toEqual(shown);
  });

  test('without the stamps of the feed it is an order all the same, with the time of receipt', async () => {
    await using kitchen = await serve(order);
    const { target, recipe } = kitchen;
    const stampless = {
      publishTimestampUs: undefined,
      detectedTimestampUs: undefined,
      dispatchTimestampUs: undefined,
    };
    recipe.announce({ ...stampless, ticker: one, title: `신규(${one}) KRW 마켓 추가` });
    await recipe.attempted(one);
    expect(target.received.map(({ taken, refused }) => taken ?? refused)).toEqual([symbol]);
    expect(target.received[0]?.text).not.toContain('null');
  });

  test('many tickers in one notice are at most maxTickers orders', async () => {
    await using kitchen = await serve(order);
    const { target, recipe } = kitchen;
    const { maxTickers } = destinationOf(page);
    const tickers = Array.from({ length: maxTickers + 5 }, (_, index) => `T${index}`);
    recipe.announce({ ticker: tickers.join(','), title: '여러 KRW 마켓 추가' });
    // A recipe for coins that it names has no order for others.
    const most = order.named ? 0 : maxTickers;
    if (most > 0) {
      await recipe.attempted(`T${most - 1}`);
      await recipe.log.waitFor(({ msg, reason }) => msg === 'delivery.skipped' && reason === 'max_tickers');
    } else {
      recipe.announce({ ticker: [...tickers, one].join(','), title: `신규(${one}) KRW 마켓 추가` });
      await recipe.attempted(one);
    }
    const sent = target.requests.filter(({ method }) => method === 'POST');
    expect(sent).toHaveLength(order.named ? 1 : maxTickers);
  });

  test('`explain` and `check` show no secret', async () => {
    using workplace = new Workplace(configOf(page));
    const at = ['-c', `${workplace.folder}/config.yaml`];
    const news = [
      '--publisher',
      'upbit',
      '--listing-type',
      'spot_listing',
      '--ticker',
      'CRV',
      '--title',
      'KRW',
    ];
    const shown = await runCommandLine(['explain', ...at, ...news], { env });
    expect(shown.out).toContain('CRV');
    const checked = await runCommandLine(['check', ...at], { env });
    expect([shown.exitCode, checked.exitCode, checked.err]).toEqual([0, 0, '']);
    for (const name of Object.keys(forged))
      expect(shown.out + shown.err + checked.out).not.toContain(env[name] ?? 'nothing');
  });

  test('who has not the secret gets no order through, and no secret is in the log', async () => {
    await using kitchen = await serve(order, forged);
    const { target, recipe } = kitchen;
    recipe.announce({ ticker: one, title: `신규(${one}) KRW 마켓 추가` });
    expect(await recipe.attempted(one)).toMatchObject(whenForged);
    recipe.announce({ ticker: two, title: `신규(${two}) KRW 마켓 추가` });
    await recipe.attempted(two);
    if ([401, 403, 404].includes(whenForged.status))
      await recipe.log.waitFor(({ msg }) => msg === 'destination.suspended');
    // The forged code of a recipe that names its coins is that of the first.
    const right = order.named ? [undefined, other] : [undefined];
    expect([...new Set(target.received.map(({ taken }) => taken))]).toEqual(right);
    const log = JSON.stringify(recipe.log.all);
    for (const value of Object.values(forged)) expect(log).not.toContain(value);
  });

  test.each(answers)('after an answer of %s %j, the order goes out %s', async (status, body, becomes) => {
    await using kitchen = await serve(order);
    const { target, recipe } = kitchen;
    target.faults.push({ status, body });
    recipe.announce({ ticker: one, title: `신규(${one}) KRW 마켓 추가` });
    const line = await recipe.attempted(one);
    expect([line['status'], line['next'] === 'dead']).toEqual([status, becomes === 'never']);
    if (becomes === 'again') await target.waitFor(({ taken }) => taken === symbol);
    else
      expect(codesFor(page, status)).toContain(await recipe.log.waitFor(isDead).then(({ reason }) => reason));
    expect(target.received.length).toBe(becomes === 'again' ? 1 : 0);
  });

  test('a lost answer is not a second order', async () => {
    await using kitchen = await serve(order);
    const { target, recipe } = kitchen;
    target.faults.push({ accept: true, reset: true });
    recipe.announce({ ticker: one, title: `신규(${one}) KRW 마켓 추가` });
    expect(await recipe.attempted(one)).toMatchObject({ next: 'dead' });
    recipe.announce({ ticker: two, title: `신규(${two}) KRW 마켓 추가` });
    await recipe.attempted(two);
    expect(target.received.map(({ taken }) => taken)).toEqual([symbol, other]);
  });

  test('the page and its config agree on the age limit', () => {
    const destination = destinationOf(page);
    expect(parseDuration(destination.maxAge)).toBe(maxAgeMs);
    const { max_lag: lag = undefined, maxLag = lag } = (destination.body ?? {}) as Record<string, unknown>;
    if (maxLag !== undefined) expect(Number(maxLag) * 1000).toBe(maxAgeMs);
    expect(destination).toMatchObject({ forEach: 'ticker', onAmbiguous: 'drop' });
  });
});

const isDead = ({ msg }: LogLine) => msg === 'delivery.dead';

/** The codes that the page gives to that answer; where it gives none, those that need no word. */
function codesFor(page: string, status: number): readonly unknown[] {
  const lines = pageOf(page)
    .split('\n')
    .filter((line) => new RegExp(`\\b${status}\\b`).test(line));
  const codes = lines.flatMap((line) => [...line.matchAll(/dead \(`(\w+)`\)/g)].map(([, code]) => code));
  return codes.length > 0 ? codes : ['message_refused', 'server_error', 'unconfirmed'];
}

interface Written {
  readonly maxAge: string;
  readonly maxTickers: number;
  readonly body: unknown;
}

function destinationOf(page: string): Written {
  const { destinations } = parse(configOf(page)) as { destinations: Record<string, Written> };
  const [destination] = Object.values(destinations);
  if (destination === undefined) throw new Error(`${page} has no destination`);
  return destination;
}

/** Whatever a ticker holds, the script stays the one of the page. */
test.each([
  'ABC) { market(side=sell, amount=100%p); } #bot\nMyKeys(ABC',
  'ABCUSDT) {\n  market(side=buy, amount=100%a);\n}\n#bot',
  'ABC;market(side=sell,amount=9)',
  'ABC" }',
])('alertatron: %j is no command', async (ticker) => {
  const [order] = ORDER_RECIPES.filter(({ page }) => page === 'alertatron');
  if (order === undefined) throw new Error('there is a recipe for it');
  await using kitchen = await serve(order);
  const { target, recipe } = kitchen;
  recipe.announce({ ticker, title: 'KRW 마켓 추가' });
  recipe.announce({ ticker: 'NEW', title: 'KRW 마켓 추가' });
  await recipe.attempted('NEW');
  expect(target.received.map(({ taken }) => taken).filter((symbol) => symbol !== undefined)).toEqual([
    'NEWUSDT',
  ]);
  for (const { text } of target.received) {
    expect(text.match(/#bot/g)).toHaveLength(1);
    expect(text.match(/[(){};]/g)?.join('')).toBe('(){();();}');
    expect(text.split('\n')).toHaveLength(6);
  }
});
