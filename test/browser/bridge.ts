/** The program with a feed, three receivers and a token, and some news behind it: what a browser looks at. */
import { type LogLine, Workplace } from '../support/program.ts';
import { CONFIG, type StandIns, startStandIns } from '../support/stand-ins.ts';

export const TOKEN = 'a-token-of-some-length';

/** The pages that the navigation leads to, and those behind them. */
export const PATHS = [
  ...[
    '/',
    '/announcements',
    '/deliveries',
    '/destinations',
    '/destinations/bot',
    '/latency',
    '/rules',
    '/config',
  ],
  '/try?title=ABC&tickers=ABC',
] as const;

export const HOSTILE = `<img src=x onerror="alert(1)"><script>alert(2)</script>"'>{{7*7}}`;

export interface Bridge extends AsyncDisposable {
  readonly url: string;
  readonly standIns: StandIns;
  /** Resolves when Discord has it. */
  announce(ticker: string, title: string): Promise<void>;
  /** Resolves when so many deliveries have died since the start. */
  dead(count: number): Promise<unknown>;
}

export async function startBridge(): Promise<Bridge> {
  await using cleanup = new AsyncDisposableStack();
  const standIns = cleanup.use(await startStandIns());
  const config = CONFIG.replace('{ port: 0 }', `{ port: 0, token: ${TOKEN} }`).replace(
    'rules:\n',
    'rules:\n  - { name: once, match: { ticker: EVIL }, cooldown: { by: title, for: 1h }, send: [chat, group, bot] }\n',
  );
  const workplace = cleanup.use(new Workplace(config));
  const program = cleanup.use(workplace.start(['run'], standIns.env));
  const { url } = await program.event('bridge.started');
  await program.event('feed.self_test_answered');
  const lines = (fits: (line: LogLine) => boolean) => program.log.all.filter(fits).length;
  const isDelivered = (line: LogLine) => line['destination'] === 'chat' && line['outcome'] === 'delivered';
  const dead = (wanted: number) =>
    program.log.waitFor(() => lines(({ msg }) => msg === 'delivery.dead') >= wanted);
  const announce = async (ticker: string, title: string) => {
    const before = lines(isDelivered);
    standIns.feed.announce({ publisher: 'upbit', listingType: 'spot_listing', ticker, title });
    await program.log.waitFor(() => lines(isDelivered) > before);
  };
  const held = cleanup.move();
  return { url: String(url), standIns, announce, dead, [Symbol.asyncDispose]: () => held.disposeAsync() };
}
