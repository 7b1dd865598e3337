/** `explain`: what would happen to one announcement, and why. Sends nothing, writes nothing. */
import { prepareDestinations } from '../destinations/prepared.ts';
import { dryRun } from '../dry-run.ts';
import { compileExtracts } from '../matching/extract.ts';
import { compileRules } from '../routing/router.ts';
import { titleFacts } from '../routing/title-facts.ts';
import { type AnnouncementFlags, announcementFromFields, readFields } from './announcement-input.ts';
import { requireConfig } from './config-file.ts';
import { type ExitCode, FINE } from './exit-codes.ts';
import { describeExplained } from './explain-text.ts';
import { describeTimings, explainTiming } from './explain-timing.ts';
import { type Io, jsonText } from './io.ts';
import { momentIn } from './moment.ts';

export interface ExplainOptions extends AnnouncementFlags {
  readonly config: string;
  readonly json: boolean;
  /** Time it too. */
  readonly timing: boolean;
  /** The moment of its receipt; `undefined` = now. */
  readonly at: string | undefined;
}

export async function explainCommand(options: ExplainOptions, io: Io): Promise<ExitCode> {
  const { config, redact, where } = requireConfig(options.config, io);
  const announcement = {
    ...announcementFromFields(readFields(options, 'Nothing to explain'), io),
    ...(options.at !== undefined && { receivedTimestampUs: momentIn(options.at) * 1000 }),
  };
  const router = compileRules(config.rules, config.extract);
  const destinations = prepareDestinations(config);
  const { rules, ...rest } = dryRun(announcement, { router, destinations, redact });
  const explained = {
    announcement,
    inTitle: titleFacts(announcement, compileExtracts(config.extract)),
    rules: rules.map((rule, index) => {
      const place = where(['rules', index]);
      return { ...rule, file: place?.file, line: place?.line };
    }),
    ...rest,
  };
  const { rules: ruleOptions, feeds } = config;
  const deps = { rules: ruleOptions, feeds, router, destinations, redact };
  const timings = options.timing ? await explainTiming(announcement, deps, io) : undefined;
  if (options.json) io.print(jsonText({ ...explained, timings }));
  else {
    for (const line of describeExplained(explained, options.config, io.columns)) io.print(line);
    for (const line of timings === undefined ? [] : describeTimings(timings, io.columns)) io.print(line);
  }
  return FINE;
}
