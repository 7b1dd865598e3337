/**
 * `demo`: the whole bridge, for real, without a key or a network. The printed message of a delivery is the one
 * that the stand-in received; the latency split is the bridge's own, from its log lines.
 */
import { startDaemon } from '../daemon/daemon.ts';
import { fitCells, padCells } from '../platform/cells.ts';
import { type Clock, wait } from '../platform/clock.ts';
import type { Log, LogFields } from '../platform/log.ts';
import { timeText } from '../platform/time-text.ts';
import { play } from '../simulator/playback.ts';
import { CURATED_TITLES } from '../simulator/titles.ts';
import { DEMO_CONFIG, type DemoServers, startDemoServers } from './demo-servers.ts';
import { type ExitCode, FINE, NOT_FINE } from './exit-codes.ts';
import type { Io } from './io.ts';

export interface DemoOptions {
  /** `undefined` = until Ctrl-C. */
  readonly forMs: number | undefined;
  readonly ratePerMinute: number;
}

/** How long the last deliveries may take after the last announcement. */
const DRAIN_MS = 10_000;
const LISTINGS = new Set(['spot_listing', 'futures_listing']);

export async function demoCommand({ forMs, ratePerMinute }: DemoOptions, io: Io): Promise<ExitCode> {
  await using parts = await startDemoServers();
  printStart(parts, io);
  const { clock, random, version } = io;
  const daemon = await startDaemon({
    first: parts.sound,
    load: () => parts.sound,
    createLog: () => printingLog(parts, io),
    clock,
    random,
    version,
  });
  try {
    await parts.feed.waitForClient();
    // Nothing is announced to a bridge that is still cold: the figures would be those of its start.
    await daemon.warm;
    io.print(`health         ${daemon.url}/readyz`);
    io.print('');
    const end = new AbortController();
    io.signal.addEventListener('abort', () => end.abort(), { once: true });
    if (forMs !== undefined) clock.after(forMs, () => end.abort());
    await play(parts.feed, CURATED_TITLES, { ratePerMinute, signal: end.signal, clock, random });
    await drained(parts, clock);
  } finally {
    await daemon.stop();
  }
  return summary(parts, io);
}

function printStart({ feed, discord, telegram, bot, file }: DemoServers, io: Io): void {
  io.print(
    'listing-bridge demo: simulated feed → bridge → local stand-ins. Nothing leaves this machine. Ctrl-C ends it.',
  );
  io.print('');
  for (const line of DEMO_CONFIG.trimEnd().split('\n')) io.print(`  ${line}`);
  io.print('');
  io.print(`config         ${file}`);
  io.print(`feed           ${feed.url}`);
  io.print(`stand-ins      discord ${discord.url}, telegram ${telegram.url}, bot ${bot.url}`);
}

/** Turns the bridge's own log lines into lines for a person who watches. */
function printingLog(parts: DemoServers, io: Io): Log {
  const received = new Map<string, LogFields>();
  const info = (fields: LogFields, event: string) => {
    if (event === 'announcement.received' && fields['test'] !== true) {
      received.set(String(fields['announcement']), fields);
      const { publisher, listingType, tickers, title } = fields;
      const named = Array.isArray(tickers) && tickers.length > 0 ? ` [${tickers.join(', ')}]` : '';
      io.print(fitCells(`${timeOf(io.clock)}  ${publisher} ${listingType}${named}  ${title}`, io.columns));
    }
    if (event === 'delivery.attempted')
      io.print(deliveryLine(fields, received.get(String(fields['announcement'])), parts));
  };
  const warn = (fields: LogFields, event: string) =>
    io.print(`              ! ${event} ${JSON.stringify(fields)}`);
  return { debug: () => undefined, info, warn, error: warn };
}

function deliveryLine(fields: LogFields, announcement: LogFields | undefined, parts: DemoServers): string {
  const { destination, delivery, dispatchMs, durationMs } = fields;
  const shown = shownBy(String(destination), String(delivery), parts);
  const answerMs = Number(durationMs);
  const split = [
    `service ${announcement?.['serviceMs']}`,
    `network ${announcement?.['networkMs']}`,
    `bridge ${dispatchMs}`,
    `${destination} ${answerMs.toFixed(2)}`,
  ];
  return `              └ ${String(destination).padEnd(8)} ${padCells(fitCells(shown, 60), 60)}  ${split.join(' + ')} ms`;
}

/** The received message, as the user of the platform would see it. */
function shownBy(destination: string, delivery: string, { discord, telegram, bot }: DemoServers): string {
  // Discord shows `\:` as `:`.
  if (destination === 'discord')
    return (discord.received.at(-1)?.title ?? '').replaceAll(/\\(?=[^\w\s])/g, '');
  if (destination === 'telegram')
    return (telegram.received.at(-1)?.text ?? '').replaceAll(/\s*\n\s*/g, ' · ');
  const taken = bot.received.find(({ id }) => id === delivery)?.body;
  return JSON.stringify(taken ?? '');
}

const timeOf = (clock: Clock) => timeText(clock.wallMs()).slice(11);

/** The wire's own form: separated by commas, or nothing. */
const tickersIn = (ticker: string) => new Set(ticker.split(',').filter((one) => one.trim() !== ''));

/** How many of each the announcements so far should have made. */
function wanted({ feed }: DemoServers): { readonly chats: number; readonly bot: number } {
  const announced = feed.announced.all.filter(({ clients }) => clients > 0);
  return {
    chats: announced.length,
    bot: announced
      .filter(({ frame }) => LISTINGS.has(frame.listingType))
      .reduce((orders, { frame }) => orders + tickersIn(frame.ticker).size, 0),
  };
}

function arrived(parts: DemoServers): boolean {
  const { chats, bot } = wanted(parts);
  return (
    parts.discord.received.length >= chats &&
    parts.telegram.received.length >= chats &&
    parts.bot.received.length >= bot
  );
}

async function drained(parts: DemoServers, clock: Clock): Promise<void> {
  const untilMs = clock.monotonicMs() + DRAIN_MS;
  while (!arrived(parts) && clock.monotonicMs() < untilMs) await wait(clock, 50);
}

function summary(parts: DemoServers, io: Io): ExitCode {
  const { discord, telegram, bot } = parts;
  const { chats, bot: orders } = wanted(parts);
  const line = (name: string, got: number, of: number, refused: number) =>
    io.print(`${name.padEnd(9)} ${got} of ${of} arrived, ${refused} refused for coming too fast`);
  io.print('');
  line('discord', discord.received.length, chats, discord.limitViolations);
  line('telegram', telegram.received.length, chats, telegram.limitViolations);
  line('bot', bot.received.length, orders, bot.limitViolations);
  const exact =
    discord.received.length === chats && telegram.received.length === chats && bot.received.length === orders;
  io.print(exact ? 'every delivery arrived, once' : 'NOT every delivery arrived exactly once');
  return exact ? FINE : NOT_FINE;
}
