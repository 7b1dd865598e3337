/** The program with a feed, three receivers and a token, and some news behind it: what a browser looks at. */
import type { Browser } from 'playwright-core';
import { Workplace } from '../support/program.ts';
import { CONFIG, type StandIns, startStandIns } from '../support/stand-ins.ts';

export const TOKEN = 'a-token-of-some-length';

/** The pages that the navigation leads to, and those behind them. */
export const PATHS = ['/', '/deliveries', '/destinations', '/rules', '/try?title=ABC&tickers=ABC'] as const;

export const HOSTILE = `<img src=x onerror="alert(1)"><script>alert(2)</script>"'>{{7*7}}`;

export interface Bridge extends AsyncDisposable {
  readonly url: string;
  readonly standIns: StandIns;
  /** Resolves when a receiver has it. */
  announce(ticker: string, title: string): Promise<void>;
}

export async function startBridge(): Promise<Bridge> {
  await using cleanup = new AsyncDisposableStack();
  const standIns = cleanup.use(await startStandIns());
  const config = CONFIG.replace('{ port: 0 }', `{ port: 0, token: ${TOKEN} }`);
  const workplace = cleanup.use(new Workplace(config));
  const program = cleanup.use(workplace.start(['run'], standIns.env));
  const { url } = await program.event('bridge.started');
  await program.event('feed.self_test_answered');
  let count = 0;
  const announce = async (ticker: string, title: string) => {
    standIns.feed.announce({ publisher: 'upbit', listingType: 'spot_listing', ticker, title });
    count += 1;
    await standIns.discord.waitFor(count);
    await program.log.waitFor(
      (line) =>
        line['destination'] === 'chat' &&
        line['outcome'] === 'delivered' &&
        String(line['title'] ?? title) === title,
    );
  };
  const held = cleanup.move();
  return { url: String(url), standIns, announce, [Symbol.asyncDispose]: () => held.disposeAsync() };
}

export type { Browser };
