/** Turns the bridge's own log lines into lines for a person who watches, and keeps the figures for the end. */
import type { Clock } from '../platform/clock.ts';
import type { Log, LogFields } from '../platform/log.ts';
import { MARKS } from '../platform/paint.ts';
import { announcementLine, deliveryLine, noteLine } from './demo-lines.ts';
import type { DemoTally } from './demo-tally.ts';

export interface DemoScreenDeps {
  readonly print: (line: string) => void;
  readonly columns: number | undefined;
  readonly clock: Pick<Clock, 'wallMs'>;
  readonly tally: DemoTally;
  /** The message of a delivery, as its receiver shows it. */
  readonly shown: (message: Readonly<Record<'destination' | 'delivery' | 'title', string>>) => string;
}

const AGAIN = '↻';
const SAME = '=';

/** A first attempt that began later than this after the receipt waited for its turn: for a rate limit. */
const WAITED_MS = 50;

/** Announcements that may still have deliveries under way. */
const MOST_KEPT = 200;

export class DemoScreen implements Log {
  readonly #deps: DemoScreenDeps;
  readonly #received = new Map<string, LogFields>();

  constructor(deps: DemoScreenDeps) {
    this.#deps = deps;
  }

  // A burst is summed up, and its lines come at a level that a log would not show.
  readonly debug = (fields: LogFields, event: string): void => void this.#take(fields, event);
  readonly info = this.debug;

  readonly warn = (fields: LogFields, event: string): void => {
    if (this.#take(fields, event)) return;
    const { says, message, detail } = fields;
    const words = [says, message, detail].filter((word) => word !== undefined).join(': ');
    this.#note(MARKS.warning, '', `${words} [${event}]`);
  };

  readonly error = this.warn;

  /** False: not for this screen. */
  #take(fields: LogFields, event: string): boolean {
    if (fields['test'] === true) return true;
    switch (event) {
      case 'announcement.received':
        this.#announcement(fields);
        return true;
      case 'announcement.duplicate':
        this.#duplicate(fields);
        return true;
      case 'delivery.attempted':
        this.#attempt(fields);
        return true;
      case 'delivery.expired':
        this.#expired(fields);
        return true;
      default:
        return false;
    }
  }

  #announcement(fields: LogFields): void {
    const { print, columns, clock, tally } = this.#deps;
    this.#received.set(String(fields['announcement']), fields);
    const [oldest] = this.#received.keys();
    if (this.#received.size > MOST_KEPT && oldest !== undefined) this.#received.delete(oldest);
    tally.announced();
    const { publisher, listingType, title, tickers, deliveries } = fields;
    const view = {
      wallMs: clock.wallMs(),
      ...{ publisher: String(publisher), listingType: String(listingType), title: String(title) },
      tickers: Array.isArray(tickers) ? tickers : [],
      isUnsent: Array.isArray(deliveries) && deliveries.length === 0,
    };
    print(announcementLine(view, columns));
  }

  #duplicate({ feed, behindMs }: LogFields): void {
    const isFirst = this.#deps.tally.repeated();
    if (isFirst)
      this.#note(SAME, String(feed), `feed: the same again, ${figure(behindMs)} ms later. Not sent twice.`);
  }

  #attempt(fields: LogFields): void {
    const { print, columns, tally, shown } = this.#deps;
    const { delivery, dispatchMs, durationMs, attempt, status, retryMs } = fields;
    const destination = String(fields['destination']);
    const announcement = this.#received.get(String(fields['announcement'])) ?? {};
    const [bridgeMs, answerMs] = [Number(dispatchMs), Number(durationMs)];
    if (fields['outcome'] !== 'delivered') {
      const again = retryMs === undefined ? '' : `: tried again after ${figure(Number(retryMs) / 1000)} s`;
      tally.failed(destination);
      this.#note(
        AGAIN,
        destination,
        `${status === undefined ? fields['detail'] : `answered ${status}`}${again}`,
      );
      return;
    }
    const isFirst = attempt === 1;
    const hasWaited = isFirst && bridgeMs - answerMs > WAITED_MS;
    tally.delivered(destination, { bridgeMs, isFirst, hasWaited });
    const title = String(announcement['title']);
    const view = {
      destination,
      shown: shown({ destination, delivery: String(delivery), title }),
      serviceMs: Number(announcement['serviceMs']),
      networkMs: Number(announcement['networkMs']),
      ...{ bridgeMs, answerMs },
      waited: hasWaited ? 'rate limit' : isFirst ? undefined : `try ${attempt}`,
    };
    print(deliveryLine(view, columns));
  }

  #expired({ destination, ticker }: LogFields): void {
    const names = (tickers: unknown) => Array.isArray(tickers) && tickers.includes(ticker);
    const late = [...this.#received.values()].findLast(({ tickers }) => names(tickers));
    this.#deps.tally.expired(String(destination));
    const age =
      late === undefined ? '' : `the news is ${Math.round(Number(late['ageMs']) / 1000)} s old, and `;
    this.#note(MARKS.bad, String(destination), `not sent: ${age}its maxAge is 5 s`);
  }

  #note(mark: string, destination: string, note: string): void {
    this.#deps.print(noteLine(mark, destination, note, this.#deps.columns));
  }
}

const figure = (value: unknown): string => Number(value).toFixed(1);
