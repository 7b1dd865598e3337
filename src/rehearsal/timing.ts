/** How long one announcement takes from frame to socket, by steps: the first time, and once everything is warm. */
import type { Announcement } from '../announcement.ts';
import { feedOptions } from '../feeds/index.ts';
import type { Reading } from '../feeds/news.ts';
import { compileExtracts } from '../matching/extract.ts';
import { Text } from '../matching/text.ts';
import { numbered } from './numbered.ts';
import { cast, type Scene } from './scenes.ts';
import { type Split, STEPS, Stage, type StageDeps, type Step } from './stage.ts';
import type { TitleOf } from './titles.ts';

/** Enough for V8 to have compiled what it will compile. */
const RUNS = 300;
/** Of the last so many. */
const MEDIAN_OF = 100;

/** Where the feeds of the config cannot write such an announcement. */
const STAND_IN = { type: 'cryptolisting', url: 'wss://rehearsal.invalid', apiKey: 'rehearsal' };

export interface Timing {
  readonly destination: string;
  readonly rule: string;
  readonly runs: number;
  /** µs: the very first time in this process. */
  readonly coldUs: Split;
  /** µs: the median once warm, of each step. */
  readonly warmUs: Split;
}

/** Sends it to the sink, to each destination that it matches and that is not a dry run. Nothing leaves the process. */
export async function timeAnnouncement(
  announcement: Announcement,
  deps: StageDeps,
): Promise<readonly Timing[]> {
  const { matches } = deps.router.route(announcement);
  const named = new Set(matches.map(({ destination }) => destination));
  const destinations = cast(deps.destinations.filter(({ name }) => named.has(name)));
  const timed = new Set(destinations.map(({ name }) => name));
  const feeds = [...deps.feeds, feedOptions.parse(STAND_IN)];
  await using stage = await Stage.open({ ...deps, feeds, destinations, timed: true });
  const reading = readingOf(announcement, numbered(announcement.title, sameAs(announcement, deps)));
  const splits = new Map<Scene, Split[]>();
  for (const { rule, destination, template, tickers } of matches) {
    const scene = { rule, destination, template, ticker: tickers[0] ?? '', reading };
    if (timed.has(destination)) splits.set(scene, []);
  }
  // In turns, so that what destinations share is cold for the first of them only, as it would be.
  for (let run = 0; run < RUNS; run++)
    for (const [scene, found] of splits) {
      const split = await stage.perform(scene);
      if (split !== undefined) found.push(split);
    }
  return [...splits].flatMap(([{ destination, rule }, found]) => {
    const [cold] = found;
    if (cold === undefined) return [];
    const last = found.slice(-MEDIAN_OF);
    const warmUs = eachStep((step) => inUs(median(last.map((split) => split[step]))));
    return { destination, rule, runs: found.length, coldUs: eachStep((step) => inUs(cold[step])), warmUs };
  });
}

export const totalOf = (split: Split): number => STEPS.reduce((sum, step) => sum + split[step], 0);

/** With another title: the same rules take it, and the same parts of it. */
function sameAs(announcement: Announcement, { router, extract = {} }: StageDeps) {
  const extracts = [...compileExtracts(extract).values()];
  const seen = (title: string) => {
    const text = new Text(title);
    const { rules } = router.route({ ...announcement, title });
    return JSON.stringify([rules, extracts.map((one) => one.valueIn(text) ?? null)]);
  };
  const wanted = seen(announcement.title);
  return (title: string): boolean => seen(title) === wanted;
}

/** As if it came now; the running number and the time tell the repeats apart, redacted ones by the time alone. */
function readingOf({ tickers, ...announcement }: Announcement, titleOf: TitleOf) {
  const { type, test, publisher, listingType, abnormal, extra } = announcement;
  const { publishTimestampUs, detectedTimestampUs, dispatchTimestampUs } = announcement;
  const lastUs = dispatchTimestampUs ?? detectedTimestampUs ?? publishTimestampUs ?? 0;
  return (nth: number, wallUs: number): Reading => {
    const now = (stampUs: number | undefined) => stampUs && stampUs + wallUs - lastUs;
    return {
      ...{ type, test, publisher, listingType, abnormal, extra },
      title: titleOf(nth),
      ticker: tickers.join(','),
      publishTimestampUs: now(publishTimestampUs),
      detectedTimestampUs: now(detectedTimestampUs),
      dispatchTimestampUs: now(dispatchTimestampUs),
    };
  };
}

const eachStep = (of: (step: Step) => number): Split => ({
  receive: of('receive'),
  decode: of('decode'),
  match: of('match'),
  journal: of('journal'),
  queue: of('queue'),
  render: of('render'),
  write: of('write'),
});

const inUs = (ms: number) => Math.round(ms * 1000);

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}
