/** `check`: is the config right? Every problem in one go, with its place in the file. */
import { dirname, join } from 'node:path';
import { configJsonSchema } from '../config/json-schema.ts';
import { type ConfigProblem, type Inspected, loadConfig, type RequiredConfig } from '../config/load.ts';
import { type Finding, type Path, placeOf } from '../config/problem.ts';
import type { Config } from '../config/schema.ts';
import { moreText } from '../config/some-problems.ts';
import type { Redactor } from '../platform/secret.ts';
import { asksForUpdates } from '../routing/matcher.ts';
import { currentUser, readableByOthers, storeFault, tooFewFiles } from './check-machine.ts';
import { routesEffect } from './check-routes.ts';
import { effectLines } from './effect-lines.ts';
import { type ExitCode, FINE, NOT_FINE } from './exit-codes.ts';
import { type Io, jsonText } from './io.ts';
import { markedLine, markedSpans } from './lines.ts';
import { type Gravity, problemText } from './problem-text.ts';
import { expectationPath, runTests } from './test-run.ts';
import { failureText } from './test-words.ts';

/** Of each kind; `--json` has them all. One slip in ten thousand lines is not worth a full scrollback. */
const MOST_SHOWN = 100;

export interface CheckOptions {
  readonly config: string;
  readonly json: boolean;
  readonly printSchema: boolean;
  /** A warning is no less than a problem: for a check before a deployment. */
  readonly strict: boolean;
  /** Also asks those that the config names. */
  readonly online: boolean;
}

export async function checkCommand(options: CheckOptions, io: Io): Promise<ExitCode> {
  const { config: file, json, printSchema, strict, online } = options;
  if (printSchema) {
    io.print(jsonText(configJsonSchema(io.destinationTypes)));
    return FINE;
  }
  const loaded = loadConfig({
    file,
    env: io.env,
    types: io.destinationTypes,
    inspect: (config, inClear, redact) => {
      const { errors, warnings } = inspectMachine(config, inClear);
      return { errors: [...errors, ...failedTests(config, redact, io)], warnings };
    },
  });
  const { config, problems, warnings, notes, more, deadRules } = loaded;
  const effect = config && routesEffect(config);
  const isFine = config !== undefined && !(strict && warnings.length > 0);
  const exitCode = isFine ? FINE : NOT_FINE;
  const asked =
    online && config !== undefined
      ? (await import('./check-online.ts')).onlineCheck(
          { config, redact: loaded.redact, strict, placeOf: placeIn(loaded, file) },
          io,
        )
      : undefined;
  if (json) {
    const result = await asked?.result();
    const found = { file, valid: isFine, problems, warnings, notes, deadRules, effect };
    io.print(jsonText({ ...found, online: result?.found }));
    return result?.isFine === false ? NOT_FINE : exitCode;
  }
  const print = (found: readonly ConfigProblem[], beside: number, gravity: Gravity, noun: string) => {
    for (const one of found.slice(0, MOST_SHOWN))
      io.print(`${problemText(file, one, gravity, io.columns)}\n`);
    const more = found.length + beside - Math.min(found.length, MOST_SHOWN);
    if (more > 0) io.print(`${moreText(more)} ${noun}${more === 1 ? '' : 's'}\n`);
  };
  print(problems, more.problems, 'bad', 'problem');
  print(warnings, more.warnings, 'warning', 'warning');
  print(notes, more.notes, 'note', 'note');
  if (effect !== undefined)
    for (const line of effectLines(effect, io.columns, markedSpans('none', io.columns))) io.print(line);
  const included = loaded.files.filter(({ as }) => as === 'include').length;
  const whole = included === 0 ? file : `${file} and ${counted(included, 'included file')}`;
  io.print(markedLine(isFine ? 'good' : 'bad', `${whole}: ${summaryOf(loaded, isFine)}`, io.columns));
  if (asked !== undefined) return (await asked.print()) ? exitCode : NOT_FINE;
  if (online) io.print(markedLine('warning', 'online: not asked, since the file has problems.', io.columns));
  return exitCode;
}

/** `fine (1 feed, 2 destinations, 3 rules; 1 warning)`, or how many problems there are. */
function summaryOf({ config, problems, warnings, more, deadRules }: RequiredConfig, isFine: boolean): string {
  const dead = deadRules === 0 ? '' : `; ${counted(deadRules, 'rule')} can never match`;
  if (config === undefined)
    return `${counted(problems.length + more.problems, 'problem')}, ${counted(warnings.length + more.warnings, 'warning')}${dead}`;
  const parts = [
    counted(config.feeds.length, 'feed'),
    counted(Object.keys(config.destinations).length, 'destination'),
    counted(config.rules.length, 'rule'),
  ];
  const updates = asksForUpdates(config.rules)
    ? ''
    : '; no rule has `update: any`, so edits and follow-ups of titles are not sent';
  const warnedOf = warnings.length + more.warnings;
  const warned = warnedOf > 0 ? `; ${counted(warnedOf, 'warning')}` : '';
  const unheard = config.alerts === undefined ? '; no `alerts`, so only the log reports problems' : '';
  return `${isFine ? 'fine' : 'not fine with --strict'} (${parts.join(', ')}${updates}${unheard}${warned}${dead})`;
}

const placeIn =
  ({ where }: RequiredConfig, file: string) =>
  (path: Path): string => {
    const place = where(path);
    return place === undefined ? file : placeOf(file, place);
  };

function failedTests(config: Config, redact: Redactor, { clock }: Io): readonly Finding[] {
  const ruleText = (name: string) => `rule ${JSON.stringify(name)}`;
  return runTests(config, redact, clock.wallMs()).flatMap((run) => {
    const wrong = run.verdicts.find(({ kind }) => kind !== 'right');
    if (wrong === undefined) return [];
    return {
      path: expectationPath(run, wrong),
      message: `the test ${JSON.stringify(run.test.name)} fails. ${failureText(run.verdicts, ruleText)}`,
      hint: 'correct the rule or the test; `listing-bridge test` shows all of it',
    };
  });
}

/** Only here: another command, or another machine, may not even need the store. */
function inspectMachine(
  { store, file, destinations }: Config,
  secretsInClear: ReadonlySet<string>,
): Inspected {
  const fault = storeFault(store.path, currentUser());
  const envFile = join(dirname(file), '.env');
  const few = tooFewFiles(Object.keys(destinations).length);
  const secret = [envFile, ...secretsInClear];
  return {
    errors: fault === undefined ? [] : [{ path: ['store', 'path'], ...fault }],
    warnings: [
      ...(few === undefined ? [] : [{ file, line: 1, column: 1, sourceLine: '', ...few }]),
      ...secret.flatMap((path) => {
        const open = readableByOthers(path);
        return open === undefined ? [] : [{ file: path, line: 1, column: 1, sourceLine: '', ...open }];
      }),
    ],
  };
}

const counted = (count: number, noun: string) => `${count} ${noun}${count === 1 ? '' : 's'}`;
