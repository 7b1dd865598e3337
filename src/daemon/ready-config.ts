/**
 * A config made ready to run: everything that can fail is done here, before anything that runs is touched.
 * That is what makes a reload all or nothing.
 */
import type { Announcement } from '../announcement.ts';
import type { ConfigFile, ConfigPattern } from '../config/files.ts';
import type { Config } from '../config/schema.ts';
import { destinationsInSteps, type PreparedDestination } from '../destinations/prepared.ts';
import type { Wanted } from '../lane-set.ts';
import { fingerprint, type Redactor } from '../platform/secret.ts';
import { type Steps, whole } from '../platform/steps.ts';
import { type KeptRules, keptRules } from '../routing/kept-rules.ts';
import { type CompiledRules, rulesInSteps } from '../routing/router.ts';

/** Every file that takes part, and what they were when they were read; the patterns by which they were found. */
export interface FilesRead {
  readonly files: readonly ConfigFile[];
  readonly patterns: readonly ConfigPattern[];
}

/** The result of `config/load.ts` for a file without problems. */
export interface SoundConfig extends FilesRead {
  readonly config: Config;
  /** SHA-256 of the file with those that it includes. */
  readonly digest: string;
  readonly redact: Redactor;
  /** Its rules as the store keeps them; absent: they are made of the config. */
  readonly kept?: KeptRules | undefined;
}

export interface ReadyConfig extends SoundConfig {
  readonly destinations: readonly PreparedDestination[];
  readonly router: CompiledRules;
  /** As the store keeps them. */
  readonly kept: KeptRules;
}

/** Throws on a template or pattern that `check` should have refused. */
export const makeReady = (sound: SoundConfig): ReadyConfig => whole(readyInSteps(sound));

/** The same, a rule or destination in a step. */
export function* readyInSteps({
  config,
  digest,
  files,
  patterns,
  redact,
  kept = keptRules(config),
}: SoundConfig): Steps<ReadyConfig> {
  const compiled = yield* compiledInSteps(config);
  return { config, digest, files, patterns, redact, ...compiled, kept };
}

type Compiled = Pick<ReadyConfig, 'destinations' | 'router'>;

/** The parts that decide where news goes and what is sent; also for those who ask what the bridge would do. Throws as `makeReady`. */
export const compileConfig = (config: Config): Compiled => whole(compiledInSteps(config));

function* compiledInSteps(config: Config): Steps<Compiled> {
  const destinations = yield* destinationsInSteps(config);
  const router = yield* rulesInSteps(config.rules, config.extract, config.tableOf);
  return { destinations, router };
}

/** By which rule of a config a destination gets an announcement; an alert goes to those that `alerts` names. */
export const wantedBy =
  ({
    config,
    router,
  }: Pick<ReadyConfig, 'config'> & { readonly router: Pick<CompiledRules, 'matchFor'> }): Wanted =>
  (content, destination, madeBy) => {
    switch (content.kind) {
      case 'news':
        return matchOf(router, content.announcement, destination, madeBy);
      case 'alert': {
        const isNamed = config.alerts?.send.includes(destination) ?? false;
        return isNamed ? { template: undefined, tickers: [] } : undefined;
      }
      default:
        return content satisfies never;
    }
  };

/** A stored announcement that was damaged must not end the process that reads it: nothing wants it. */
function matchOf(
  router: Pick<CompiledRules, 'matchFor'>,
  announcement: Announcement,
  destination: string,
  madeBy: string | undefined,
): ReturnType<Wanted> {
  try {
    return router.matchFor(announcement, destination, madeBy);
  } catch {
    return undefined;
  }
}

/** Keys whose change a running bridge cannot follow. */
const FIXED = ['store', 'server', 'log', 'cluster'] as const satisfies readonly (keyof Config)[];

export const changedFixedKeys = (before: Config, after: Config): string[] =>
  FIXED.filter((key) => fingerprint(fixedPart(before, key)) !== fingerprint(fixedPart(after, key)));

/** Of the server only where it listens: who may do what can change while it does. */
function fixedPart(config: Config, key: (typeof FIXED)[number]): unknown {
  if (key !== 'server' || config.server === false) return config[key];
  const { host, port } = config.server;
  return { host, port };
}

/** A summary of the running config, for the first line of the log. */
export const outlineOf = ({ file, feeds, destinations, rules, store }: Config) => ({
  config: file,
  feeds: feeds.map(({ name }) => name),
  destinations: Object.keys(destinations),
  rules: rules.length,
  store: store.path,
});
