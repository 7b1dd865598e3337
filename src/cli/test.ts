/** `test`: do the rules send what the `tests:` of the config expect? Needs no secret and no network, and sends nothing. */
import type { RuleTest } from '../rule-tests/options.ts';
import { requireConfig } from './config-file.ts';
import { type ExitCode, FINE, NOT_FINE, UserError, WRONG_USAGE } from './exit-codes.ts';
import { type Io, jsonText } from './io.ts';
import { lineBelow, resultLine } from './lines.ts';
import { momentIn } from './moment.ts';
import { expectationPath, type RunTest, ruleTextIn, runTests } from './test-run.ts';
import { describeFailure } from './test-text.ts';
import { counted, verdictText } from './test-words.ts';

export interface TestOptions {
  readonly config: string;
  /** Only tests with this in their name, whatever the case. */
  readonly name: string | undefined;
  /** The moment of tests without one. */
  readonly at: string | undefined;
  readonly json: boolean;
}

export function testCommand(options: TestOptions, io: Io): ExitCode {
  const { config, redact, where } = requireConfig(options.config, io, { standsIn: true });
  const { name, at, json } = options;
  const wanted = name?.toLowerCase();
  const isWanted = (test: RuleTest) => wanted === undefined || test.name.toLowerCase().includes(wanted);
  const runs = runTests(config, redact, at === undefined ? io.clock.wallMs() : momentIn(at), isWanted);
  if (runs.length === 0 && name !== undefined && config.tests.length > 0)
    throw new UserError(`No test has ${JSON.stringify(name)} in its name.`, WRONG_USAGE);
  const failed = runs.filter(({ passed }) => !passed);
  const exitCode = failed.length > 0 || runs.length === 0 ? NOT_FINE : FINE;
  if (json) {
    const ruleText = ruleTextIn(config, where);
    const shown = (run: RunTest) => ({
      ...{ name: run.test.name, passed: run.passed, place: where(['tests', run.index]) },
      ...{ announcement: run.announcement },
      destinations: run.verdicts.map((verdict) => ({
        ...verdict,
        ...(verdict.kind !== 'right' && { place: where(expectationPath(run, verdict)) }),
        text: redact(verdictText(verdict, ruleText)),
      })),
    });
    io.print(
      jsonText({
        ...{ file: options.config, passed: runs.length - failed.length, failed: failed.length },
        tests: runs.map(shown),
      }),
    );
    return exitCode;
  }
  for (const run of failed)
    for (const line of [...describeFailure(run, { config, where, redact }, io.columns), '']) io.print(line);
  if (runs.length === 0) {
    io.print(resultLine('bad', '', `${options.config} has no tests.`, io.columns));
    io.print(
      lineBelow(
        'Write some below `tests:`, or make them of stored announcements: listing-bridge test --record 5',
        io.columns,
      ),
    );
  } else if (failed.length === 0)
    io.print(resultLine('good', '', `${counted(runs.length, 'test')} passed`, io.columns));
  else
    io.print(
      resultLine(
        'bad',
        '',
        `${counted(failed.length, 'test')} failed, ${runs.length - failed.length} passed`,
        io.columns,
      ),
    );
  return exitCode;
}
