/** `check --online`: asks everybody that the config names whether they can be reached and permit it, and posts nothing. */
import type { Path } from '../config/problem.ts';
import type { Config } from '../config/schema.ts';
import { expectationsOf } from '../daemon/expectations.ts';
import { prepareDestinations } from '../destinations/prepared.ts';
import { type Found, inquireAll } from '../inquiry/inquire-all.ts';
import type { Redactor } from '../platform/secret.ts';
import { byWeight, type Remark, STOPPED } from '../remark.ts';
import { knownFeeds } from './check-online-bridge.ts';
import type { Io } from './io.ts';
import { heading, markedLine, resultLine } from './lines.ts';
import { withPast } from './send-past.ts';

export interface OnlineCheck {
  /** Prints each line as soon as it and those before it are known. True: everything is fine. */
  print(): Promise<boolean>;
  /** For `--json`. */
  result(): Promise<{ readonly found: readonly Found[]; readonly isFine: boolean }>;
}

interface Checked {
  readonly config: Config;
  readonly redact: Redactor;
  /** A warning is no less than a fault. */
  readonly strict: boolean;
  /** Of a value in the config, as `config.yaml:9:8`. */
  readonly placeOf: (path: Path) => string;
}

/** Asks when one of its two is called. */
export const onlineCheck = (checked: Checked, io: Io): OnlineCheck => ({
  print: () => printOnline(askOnline(checked, io), checked.strict, io),
  async result() {
    const found: Found[] = [];
    for await (const one of askOnline(checked, io)) found.push(one);
    return { found, isFine: isFineOnline(found, checked.strict) };
  },
});

/** In the order of the config. */
async function* askOnline({ config, redact, placeOf }: Checked, io: Io): AsyncGenerator<Found> {
  const { feeds, tables, liveTables, store, cluster } = config;
  if (cluster !== undefined) {
    const { inquireCluster } = await import('./check-online-cluster.ts');
    const place = placeOf(['cluster', 'url']);
    yield { kind: 'cluster', name: 'database', remarks: await inquireCluster(cluster, place, io.clock) };
  }
  const destinations = prepareDestinations(config);
  const pauses = withPast(
    store.path,
    io,
    (past) => new Map(destinations.map((destination) => [destination.name, past.pauseMs(destination)])),
  );
  const { clock, random, version, signal } = io;
  yield* inquireAll(
    {
      ...{ feeds, destinations, expectations: expectationsOf(config) },
      tables: new Map(
        [...liveTables].flatMap(([name, live]) => {
          const options = tables[name];
          return options === undefined ? [] : [[name, { live, options }] as const];
        }),
      ),
    },
    {
      ...{ clock, random, version, signal, redact },
      known: await knownFeeds(config, redact, io),
      pauseMs: ({ name }) => pauses.get(name) ?? 0,
    },
  );
}

/** A check that was stopped has found out nothing. */
const isFineOnline = (found: readonly Found[], strict: boolean): boolean =>
  remarksIn(found).every(
    ({ mark, code }) => mark === 'good' || (mark === 'warning' && !strict && code !== STOPPED.code),
  );

const remarksIn = (found: readonly Found[]): readonly Remark[] => found.flatMap(({ remarks }) => remarks);

const HEADINGS = {
  feed: 'feeds',
  destination: 'destinations',
  table: 'tables',
  cluster: 'cluster',
  clock: 'this machine',
} as const;

async function printOnline(asked: AsyncIterable<Found>, strict: boolean, io: Io): Promise<boolean> {
  const all: Found[] = [];
  for await (const found of asked) {
    const { kind, name, remarks } = found;
    if (all.at(-1)?.kind !== kind) io.print(`\n${heading(HEADINGS[kind], io.columns)}`);
    all.push(found);
    for (const { mark, text, code } of remarks)
      io.print(resultLine(mark, name, `${text} [${code}]`, io.columns));
  }
  const isFine = isFineOnline(all, strict);
  io.print(`\n${markedLine(isFine ? 'good' : 'bad', summaryOf(all, isFine), io.columns)}`);
  return isFine;
}

function summaryOf(found: readonly Found[], isFine: boolean): string {
  const worst = found.map(({ remarks }) => byWeight(remarks)[0]?.mark);
  const count = (mark: Remark['mark']) => worst.filter((one) => one === mark).length;
  const parts = [
    `${count('good')} of ${found.length} fine`,
    ...(count('warning') > 0 ? [`${count('warning')} with a warning`] : []),
    ...(count('bad') > 0 ? [`${count('bad')} not fine`] : []),
  ];
  const isStopped = remarksIn(found).some(({ code }) => code === STOPPED.code);
  const why = isStopped ? ', and not everybody was asked' : ', which is not fine with --strict';
  const verdict = isFine || count('bad') > 0 ? '' : why;
  return `online: ${parts.join(', ')}${verdict}; nothing was posted`;
}
