/** A read announcement becomes a delivery: once, on record, with its age and its tickers. */
import { inFile, SIMULATION, suites } from '../places.ts';

export const intake = [
  ...inFile(
    'src/intake.ts',
    [...suites('intake', 'destinations/max-tickers'), SIMULATION],
    [
      'not written down before it is sent',
      'a death of the process loses what was read',
      '    journal.recordAll(routed.map(recordedOf));\n',
      '    if (routed.length > 1) journal.recordAll(routed.map(recordedOf));\n',
    ],
    [
      'orders of redacted announcements',
      'what a free tier hid becomes an order',
      'target.forEachTicker ? (announcement.redacted ? [] : tickers) : [undefined]',
      'target.forEachTicker ? tickers : [undefined]',
      ...suites('platform/redactor'),
    ],
    [
      'a destination without forEach gets one for each ticker',
      'one announcement is sent several times',
      'const wanted = target.forEachTicker ?',
      'const wanted = target.forEachTicker || tickers.length > 1 ?',
    ],
    [
      'a notice goes before the listing of the same read',
      'the notice takes the last place of a limit',
      'if (routed.length > 1) routed.sort(mostImportantFirst)',
      'if (routed.length > 1000) routed.sort(mostImportantFirst)',
    ],
    [
      'handed over only where the end of the read is reported',
      'what comes compressed is never sent',
      '      queueMicrotask(this.#readHasEnded);\n',
      '      void this.#readHasEnded;\n',
    ],
    [
      'a repeat is announced',
      'what two feeds bring is sent twice',
      '    if (first !== undefined) return events.duplicate(announcement, first);\n',
      '    if (first !== undefined) events.duplicate(announcement, first);\n',
    ],
    [
      'maxTickers is not kept to',
      'one frame with thousands of tickers makes as many orders',
      'const { maxTickers = wanted.length } = target;',
      'const maxTickers = wanted.length;',
    ],
  ),
  ...inFile(
    'src/delivery/content.ts',
    [...suites('delivery/expiry', 'intake'), SIMULATION],
    [
      'age at receipt is not counted',
      'what was old when it was read is sent as if it were new',
      '(byHandMs ?? receivedMs - ageAtReceiptMs)',
      '(byHandMs ?? receivedMs + 0 * ageAtReceiptMs)',
    ],
    [
      'by hand is not anew',
      'what a person asks for late expires at once',
      '(byHandMs ?? receivedMs - ageAtReceiptMs)',
      '(receivedMs - ageAtReceiptMs + 0 * (byHandMs ?? 0))',
      ...suites('outbox/deliveries-again'),
    ],
  ),
  ...inFile(
    'src/dedupe.ts',
    [...suites('dedupe', 'announcement'), SIMULATION],
    [
      'repeats prolong the window',
      'the same words an hour later are no news',
      '    if (known !== undefined) return known;\n',
      '    if (known !== undefined) {\n      this.#seen.delete(key);\n      this.#see(key, { ...known, receivedMs });\n      return known;\n    }\n',
    ],
    [
      'the window never ends',
      'the same words an hour later are no news',
      'if (receivedMs - seen.receivedMs < this.windowMs) break;',
      'if (receivedMs - seen.receivedMs < Number.POSITIVE_INFINITY) break;',
    ],
    ['events without a bound', 'memory grows in a flood', 'fresh.length > MOST_EVENTS || ', ''],
    [
      'kinds without a bound',
      'memory grows with what a feed makes up',
      'if (oldest !== undefined && this.#events.size > MOST_KINDS) this.#events.delete(oldest);',
      '',
    ],
    [
      'identities without a bound',
      'memory grows with the window',
      'if (oldest !== undefined && this.#seen.size > MOST_SEEN) this.#seen.delete(oldest);',
      '',
    ],
    [
      'a redacted copy of what is known is announced',
      'one event is sent twice',
      '    if (redacted) return event.first;\n',
      '',
    ],
    [
      'a full copy of a redacted one is none',
      'the news itself is dropped for its hint',
      '    event.redacted = false;\n    event.first = first;\n    return undefined;\n',
      '    event.redacted = false;\n    return event.first;\n',
    ],
    [
      'what was announced before the start is forgotten',
      'a restart repeats',
      'if (!this.#seen.has(key)) this.#see(key, { feed: undefined, receivedMs });',
      'if (this.#seen.has(key)) this.#see(key, { feed: undefined, receivedMs });',
    ],
  ),
  ...inFile(
    'src/announcement.ts',
    suites('announcement', 'dedupe'),
    [
      'tickers in the order of the feed',
      'two endpoints that order them differently double every order',
      'return Array.isArray(part) ? [...new Set(part.map(alike))].sort() : part;',
      'return Array.isArray(part) ? part.map(alike) : part;',
    ],
    [
      'notices are as important as listings',
      'a listing waits behind notices',
      "announcement.test || announcement.listingType === 'not_listing' ? 0 : 1",
      'announcement.test ? 0 : 1',
      SIMULATION,
      ...suites('delivery/priority', 'feeds/cryptolisting/frames', 'intake'),
    ],
  ),
  ...inFile(
    'src/feeds/cryptolisting/age.ts',
    suites('feeds/cryptolisting/age', 'feeds/cryptolisting/age-bound'),
    [
      'a frame may have been under way for ever',
      'one odd stamp makes fresh news old',
      'const transitMs = Math.min(plausibleMs(sinceDispatchedMs), mostMs);',
      'const transitMs = plausibleMs(sinceDispatchedMs);',
    ],
    [
      'the service’s own delay is not counted',
      'what the service held back is sent as new',
      'return plausibleMs(dispatchedMs - detectedMs) + plausibleMs(transitMs);',
      'return plausibleMs(transitMs);',
    ],
  ),
  ...inFile(
    'src/feeds/plausible.ts',
    suites('feeds/cryptolisting/age', 'feeds/cryptolisting/age-bound', 'feeds/websocket/feed'),
    [
      'an absurd age is believed',
      'a stamp of 1970 expires everything',
      'return spanMs > 0 && spanMs < LONGEST_PLAUSIBLE_MS ? spanMs : 0;',
      'return spanMs > 0 ? spanMs : 0;',
    ],
  ),
  ...inFile(
    'src/feeds/websocket/feed.ts',
    suites('feeds/websocket/feed'),
    [
      'the stamps of a source of one’s own are not looked at',
      'old news of it is sent as new',
      'ageAtReceiptMs: Math.max(ageMs(bornUs, readUs / 1000 - this.#aheadMs), stalledMs),',
      'ageAtReceiptMs: stalledMs,',
    ],
    [
      'the wall clock of this machine is believed',
      'a clock that is set wrong expires every order',
      'const aheadMs = clockAheadMs(date, this.#deps.clock.wallMs());',
      'const aheadMs = 0 * clockAheadMs(date, this.#deps.clock.wallMs());',
    ],
    [
      'a source of one’s own may repeat its key',
      'the key goes into every chat',
      'const reading = this.#echo.clean(read.reading);',
      'const { reading } = read;',
    ],
  ),
  ...inFile('src/feeds/link.ts', suites('feeds/websocket/feed'), [
    'a source that throws us out is knocked at every second',
    'the source blocks the address',
    'this.#failures = liveMs >= settlesAfterMs ? 1 : this.#failures + 1;',
    'this.#failures = 1;',
  ]),
  ...inFile(
    'src/platform/alarms.ts',
    [...suites('platform/clock'), SIMULATION],
    [
      'timers sleep on after the machine wakes',
      'a pause that ended hours ago still holds a fresh order',
      '    for (const alarm of this.#pending) {\n      alarm.timer?.cancel();\n      this.#arm(alarm);\n    }\n',
      '',
    ],
    [
      'timers beyond 2^31 ms fire at once',
      'a pause of a month ends now',
      'Math.min(leftMs, LONGEST_TIMER_MS)',
      'leftMs',
    ],
  ),
  ...inFile(
    'src/platform/clock.ts',
    [...suites('platform/clock'), SIMULATION],
    [
      'sleep does not count',
      'what waited overnight is as young as in the evening',
      '    this.#sleptMs += sleptMs;\n',
      '',
    ],
  ),
  ...inFile(
    'src/platform/timeline.ts',
    [...suites('delivery/lane', 'daemon/store', 'outbox/deliveries-again'), SIMULATION],
    [
      'a wall clock set back between two runs revives what was too old',
      'time does not go on where the store ends',
      'this.#aheadMs = Math.max(0, latestMs - this.#clock.monotonicMs());',
      'this.#aheadMs = 0 * latestMs;',
    ],
  ),
];
