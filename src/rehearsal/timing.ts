/** How long one announcement takes from frame to socket, by steps: the first time, and once everything is warm. */
import type { Announcement } from '../announcement.ts';
import { cast, type Scene } from './scenes.ts';
import { type Split, STEPS, Stage, type StageDeps, type Step } from './stage.ts';

/** Enough for V8 to have compiled what it will compile. */
const RUNS = 300;
/** Of the last so many. */
const MEDIAN_OF = 100;

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
  await using stage = await Stage.open({ ...deps, destinations, timed: true });
  const splits = new Map<Scene, Split[]>();
  for (const { rule, destination, template, tickers } of matches) {
    const scene = { rule, destination, template, ticker: tickers[0] ?? '', frame: frameOf(announcement) };
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

/** As on the wire; the running number tells the repeats apart, in the time too because redacted ones have no other difference. */
function frameOf({ tickers, test, abnormal, extra, ...announcement }: Announcement) {
  const { publisher, listingType, title, detectedTimestampUs, dispatchTimestampUs } = announcement;
  const type = test ? 'test_announcement' : 'announcement';
  return (nth: number) => {
    const later = (stampUs: number | undefined) => stampUs && stampUs + nth;
    const fields = { ...extra, type, publisher, listingType, ticker: tickers.join(','), title };
    const stamps = {
      detectedTimestampUs: later(detectedTimestampUs),
      dispatchTimestampUs: later(dispatchTimestampUs),
    };
    const abnormalDetectionLatency = abnormal;
    return Buffer.from(
      JSON.stringify({ ...fields, title: `${title} ${nth}`, ...stamps, abnormalDetectionLatency }),
    );
  };
}

const eachStep = (of: (step: Step) => number): Split => ({
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
